"""Where the API listens: what the server binds, and what its health is asked at.

Of the standard library alone: a container's health is asked every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT = "127.0.0.1:5050"
PORTS = range(1, 2**16)
# Who listens at every address is asked at this machine's own.
OWN = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def bind(environ: Mapping[str, str]) -> str:
    """SCORING_BIND, else every address at the host's PORT; raises ValueError."""
    given = environ.get("SCORING_BIND")
    if given:
        host, _, port = given.rpartition(":")
        if not host or not _is_port(port):
            raise ValueError(
                "SCORING_BIND: expected an address and a port, such as 0.0.0.0:5050, "
                f"found {given!r}"
            )
        return given
    port = environ.get("PORT") or ""
    if not port:
        return DEFAULT
    if not _is_port(port):
        raise ValueError(f"PORT: expected a port from 1 to 65535, found {port!r}")
    return f"0.0.0.0:{port}"


def own(environ: Mapping[str, str]) -> tuple[str, int]:
    """Host and port at which this machine reaches it; raises ValueError."""
    host, _, port = bind(environ).rpartition(":")
    host = host.strip("[]")
    return OWN.get(host, host), int(port)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) in PORTS
