"""The dashboard's settings, read from the environment."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from babel.numbers import is_currency
from streamlit.runtime.secrets import SecretsValue

from errors import ConfigError

API_URL = "http://127.0.0.1:5050"
TIMEOUT, TIMEOUT_SECONDS = "DASHBOARD_TIMEOUT_SECONDS", 10.0
# What a login needs, all of it.
PROVIDER = "DASHBOARD_OIDC_METADATA_URL"
CLIENT = "DASHBOARD_OIDC_CLIENT_ID"
SECRET = "DASHBOARD_OIDC_CLIENT_SECRET"
PUBLIC = "DASHBOARD_PUBLIC_URL"
COOKIE = "DASHBOARD_COOKIE_SECRET"
ROLES = "DASHBOARD_ROLES_CLAIM"
HOURS = "DASHBOARD_SESSION_HOURS"
MLFLOW = "DASHBOARD_MLFLOW_URL"
COMMIT, UNKNOWN = "DASHBOARD_COMMIT", "unknown"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
# From a login in the morning to the end of the day, whoever stays late included.
WORKING_DAY = 12.0
NEEDED = (PROVIDER, CLIENT, SECRET, PUBLIC, COOKIE)
COOKIE_LENGTH = 32


@dataclass(frozen=True)
class Login:
    """An OpenID Connect client, and the claim that holds a person's roles."""

    provider: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    cookie_secret: str = field(repr=False)
    roles_claim: str
    session_seconds: float

    def secrets(self) -> dict[str, SecretsValue]:
        """As Streamlit wants to find them."""
        return {
            "auth": {
                "redirect_uri": f"{self.public_url}/oauth2callback",
                "cookie_secret": self.cookie_secret,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": self.provider,
            }
        }


@dataclass(frozen=True)
class Release:
    """The project's version, and the commit that this code was built from.

    `commit`: "unknown" where nobody told it.
    """

    version: str
    commit: str


@dataclass(frozen=True)
class Settings:
    """Where the API is, the key it is asked with, and how long to wait for it.

    `currency`: the ISO 4217 code that amounts are shown in; empty for the model's own.
    `mlflow_url`: where people open MLflow; empty for nowhere.
    """

    api_url: str
    api_key: str = field(repr=False)
    timeout_seconds: float
    currency: str
    mlflow_url: str = ""

    def run_address(self, run_id: str) -> str:
        """MLflow's page of a run; empty where nobody said where MLflow is."""
        if not self.mlflow_url or not run_id:
            return ""
        return f"{self.mlflow_url}/#/runs/{quote(run_id, safe='')}"


@cache
def settings() -> Settings:
    """Those of this process, read once; raises ConfigError."""
    return read_settings(os.environ)


@cache
def login() -> Login | None:
    """That of this process, whatever its other settings are; raises ConfigError."""
    return read_login(os.environ)


@cache
def release() -> Release:
    """That of this code."""
    version = UNKNOWN
    if PROJECT.exists():
        project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
        version = project["version"]
    return Release(version, os.environ.get(COMMIT, "").strip() or UNKNOWN)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`; raises ConfigError naming the variable at fault."""
    return Settings(
        api_url=_url(environ.get("DASHBOARD_API_URL", "").strip() or API_URL),
        api_key=_key(environ.get("DASHBOARD_API_KEY", "").strip()),
        timeout_seconds=_number(
            TIMEOUT, environ.get(TIMEOUT, ""), TIMEOUT_SECONDS, "seconds", 600
        ),
        currency=_currency(environ.get("DASHBOARD_CURRENCY", "").strip()),
        mlflow_url=_optional_url(MLFLOW, environ.get(MLFLOW, "").strip()),
    )


def read_login(environ: Mapping[str, str]) -> Login | None:
    """The login of `environ`; None without one; ConfigError when it is incomplete."""
    values = {name: environ.get(name, "").strip() for name in NEEDED}
    if not any(values.values()):
        return None
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ConfigError(f"for a login, set {', '.join(missing)} too")
    for name in (PROVIDER, PUBLIC):
        if urlsplit(values[name]).scheme not in {"http", "https"}:
            raise ConfigError(f"{name} must be an address; found: {values[name]}")
    if len(values[COOKIE]) < COOKIE_LENGTH:
        raise ConfigError(f"{COOKIE} must have at least {COOKIE_LENGTH} characters")
    return Login(
        values[PROVIDER],
        values[CLIENT],
        values[SECRET],
        values[PUBLIC].rstrip("/"),
        values[COOKIE],
        environ.get(ROLES, "").strip() or "roles",
        3600 * _number(HOURS, environ.get(HOURS, ""), WORKING_DAY, "hours", 168),
    )


def _url(value: str) -> str:
    if not _is_address(value):
        raise ConfigError(
            "DASHBOARD_API_URL must be the API's address, such as "
            f"{API_URL}; found: {value}"
        )
    return value.rstrip("/")


def _optional_url(name: str, value: str) -> str:
    if value and not _is_address(value):
        raise ConfigError(
            f"{name} must be an address, such as https://mlflow.example; found: {value}"
        )
    return value.rstrip("/")


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _key(value: str) -> str:
    if not value:
        raise ConfigError("DASHBOARD_API_KEY is not set: the API answers only to a key")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError("DASHBOARD_API_KEY has characters that no key has")
    return value


def _number(name: str, value: str, default: float, unit: str, most: int) -> float:
    try:
        number = float(value.strip() or default)
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        raise ConfigError(
            f"{name} must be a number of {unit} above 0 and at most {most}; "
            f"found: {value}"
        )
    return number


def _currency(value: str) -> str:
    code = value.upper()
    if code and not is_currency(code):
        raise ConfigError(
            "DASHBOARD_CURRENCY must be the ISO 4217 code of a currency, such as EUR; "
            f"found: {value}"
        )
    return code
