"""The login's settings: an OpenID Connect provider, or nobody but this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.runtime.secrets import SecretsValue

from errors import ConfigError

# What a login needs, all of it.
PROVIDER = "DASHBOARD_OIDC_METADATA_URL"
CLIENT = "DASHBOARD_OIDC_CLIENT_ID"
SECRET = "DASHBOARD_OIDC_CLIENT_SECRET"
PUBLIC = "DASHBOARD_PUBLIC_URL"
COOKIE = "DASHBOARD_COOKIE_SECRET"
ROLES = "DASHBOARD_ROLES_CLAIM"
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
    )


def check_address(address: str | None, login: Login | None) -> None:
    """Without a login only this machine is served; ConfigError for another address."""
    if login is None and not is_loopback(address):
        raise ConfigError(
            f"without a login the dashboard serves only 127.0.0.1, not "
            f"{address or 'every address'}: set {', '.join(NEEDED)}, or leave "
            "--server.address out"
        )


def is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
