"""The dashboard's settings, read from the environment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from errors import ConfigError

API_URL = "http://127.0.0.1:5050"
TIMEOUT_SECONDS = 10.0
CURRENCY = "EUR"


@dataclass(frozen=True)
class Settings:
    """Where the API is, the key it is asked with, and how long to wait for it."""

    api_url: str
    api_key: str = field(repr=False)
    timeout_seconds: float


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`; raises ConfigError naming the variable at fault."""
    return Settings(
        api_url=_url(environ.get("DASHBOARD_API_URL", "").strip() or API_URL),
        api_key=_key(environ.get("DASHBOARD_API_KEY", "").strip()),
        timeout_seconds=_seconds(environ.get("DASHBOARD_TIMEOUT_SECONDS", "").strip()),
    )


def currency(environ: Mapping[str, str]) -> str:
    """The ISO 4217 code that amounts are shown in; what is no code is not used."""
    code = environ.get("DASHBOARD_CURRENCY", "").strip().upper()
    return code if len(code) == 3 and code.isalpha() else CURRENCY


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ConfigError(
            "DASHBOARD_API_URL must be the API's address, such as "
            f"{API_URL}; found: {value}"
        )
    return value.rstrip("/")


def _key(value: str) -> str:
    if not value:
        raise ConfigError("DASHBOARD_API_KEY is not set: the API answers only to a key")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError("DASHBOARD_API_KEY has characters that no key has")
    return value


def _seconds(value: str) -> float:
    try:
        seconds = float(value) if value else TIMEOUT_SECONDS
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 600:
        raise ConfigError(
            "DASHBOARD_TIMEOUT_SECONDS must be a number of seconds above 0 and "
            f"at most 600; found: {value}"
        )
    return seconds
