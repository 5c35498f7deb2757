"""Whom the dashboard may serve: people who log in, or nobody but this machine."""

from __future__ import annotations

import ipaddress

from config import NEEDED, Login
from errors import ConfigError


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
