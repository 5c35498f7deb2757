"""Settings of training, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Where MLflow keeps its runs: a database URL or a tracking server's address."""

    tracking_uri: str = "sqlite:///var/mlflow.db"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    uri = environment.get("TRAINING_TRACKING_URI")
    return Settings(tracking_uri=uri) if uri else Settings()
