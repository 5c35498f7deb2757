"""Settings of training, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

NAMES = {
    "tracking_uri": "TRAINING_TRACKING_URI",
    "api_key": "TRAINING_API_KEY",
    "alert_webhook_url": "TRAINING_ALERT_WEBHOOK_URL",
    "alert_webhook_secret": "TRAINING_ALERT_WEBHOOK_SECRET",
    "alert_smtp_url": "TRAINING_ALERT_SMTP_URL",
    "alert_to": "TRAINING_ALERT_TO",
}


@dataclass(frozen=True)
class Settings:
    """`tracking_uri`: MLflow's database URL or server; `api_key`: of the scoring API.

    Alerts go to the webhook and by e-mail where their URLs are set: the latter is
    `smtp`, `smtp+starttls` or `smtps`, `//user:password@host:port?from=address`.
    """

    tracking_uri: str = "sqlite:///var/mlflow.db"
    api_key: str = ""
    alert_webhook_url: str = ""
    alert_webhook_secret: str = ""
    alert_smtp_url: str = ""
    alert_to: str = ""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """An empty variable counts as one that is not set."""
    given = {field: environment.get(name) for field, name in NAMES.items()}
    return Settings(**{field: value for field, value in given.items() if value})
