"""A "/" within a client's key: an address has it as %2F.

WSGI tells a path decoded, where it would part the key; so it goes by another character
through the routing, which no key has.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from flask import Flask

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_STAND_IN = "\x01"


def register(app: Flask) -> None:
    inner = app.wsgi_app

    def outer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("RAW_URI", "").partition("?")[0]
        if "%2F" in path.upper() and path.startswith("/"):
            kept = path.replace("%2F", _STAND_IN).replace("%2f", _STAND_IN)
            decoded = unquote_to_bytes(kept.encode("latin-1")).decode("latin-1")
            root = environ.get("SCRIPT_NAME", "")
            environ["PATH_INFO"] = decoded.removeprefix(root)
        return inner(environ, start)

    replaced: Any = outer
    app.wsgi_app = replaced  # type: ignore[method-assign]


def with_slashes(named: str) -> str:
    """What a part of the path names."""
    return named.replace(_STAND_IN, "/")
