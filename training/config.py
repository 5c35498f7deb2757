"""Settings of training, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Settings:
    """Field `x` is the environment variable `TRAINING_X`.

    `tracking_uri`: MLflow's database URL or server; `pseudonym_key`: a secret by which
    its runs name clients; `api_key`: of the scoring API.

    Alerts go to the webhook and by e-mail where their URLs are set: the latter is
    `smtp`, `smtp+starttls` or `smtps`, `//user:password@host:port?from=address`. Mails
    are in `alert_language`, and link to the dashboard where its address is set.
    """

    tracking_uri: str = "sqlite:///var/mlflow.db"
    pseudonym_key: str = ""
    api_key: str = ""
    alert_webhook_url: str = ""
    alert_webhook_secret: str = ""
    alert_smtp_url: str = ""
    alert_to: str = ""
    alert_language: str = "en"
    alert_dashboard_url: str = ""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """An empty variable counts as one that is not set."""
    names = [field.name for field in fields(Settings)]
    values = {name: environment.get(f"TRAINING_{name.upper()}") for name in names}
    return Settings(**{name: value for name, value in values.items() if value})
