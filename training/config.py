"""Settings of training, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from training.errors import ConfigurationError

SQLITE = "sqlite:///"
SWITCH = {"1": True, "0": False}


@dataclass(frozen=True)
class Settings:
    """Field `x` is the environment variable `TRAINING_X`.

    `tracking_uri`: MLflow's database URL or server; `pseudonym_key`: a secret by which
    its runs name clients; `api_key`: of the scoring API; `require_validation`: only a
    version that somebody else has accepted becomes the champion.

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
    require_validation: bool = False


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """An empty variable counts as one that is not set.

    Raises:
        ConfigurationError: one has a value that cannot be used.
    """
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"TRAINING_{field.name.upper()}"
        text = environment.get(name)
        if text:
            yes_or_no = field.type == "bool"
            values[field.name] = _switch(name, text) if yes_or_no else text
    return Settings(**values)


def _switch(name: str, text: str) -> bool:
    if text.lower() not in SWITCH:
        known = " or ".join(SWITCH)
        raise ConfigurationError(f"{name}: expected {known}, found {text!r}")
    return SWITCH[text.lower()]
