"""What every response gets before it leaves: headers, a validator, compression."""

from __future__ import annotations

import gzip
from contextlib import suppress

from flask import Flask, Response, request

from api.http import operations

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # For JSON, which no browser should take for a page; pages bring their own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
# Of a larger body that nobody read, gunicorn closes the connection.
_LARGEST_TAKEN = 65_536
# Below this, compressed is hardly smaller and costs more.
SMALLEST_COMPRESSED = 1024
_LEVEL = 5
_NO_STORE = "no-store"


def register(app: Flask) -> None:
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    _drain_body()
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    operation = operations.current()
    shared = operation is not None and operation.validated
    if shared and response.status_code == 200:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    # What is about a person must not lie about in caches.
    response.headers.setdefault("Cache-Control", _NO_STORE)
    if shared and not response.cache_control.no_store:
        _validate(response)
        _compress(response)
    return response


def _drain_body() -> None:
    """Read what a refusal left unread of a body, or the next request would begin there.

    gunicorn before 27, which MLflow pins, may take that for more of the body.
    """
    if (request.content_length or 0) < _LARGEST_TAKEN:
        # Of a body that is broken servers raise errors of their own.
        with suppress(Exception):
            request.environ["wsgi.input"].read(_LARGEST_TAKEN)


def _validate(response: Response) -> None:
    """304 when the client has it; a weak tag, as it may come compressed or not."""
    response.add_etag(weak=True)
    response.make_conditional(request)


def _compress(response: Response) -> None:
    """Never what is about a person: size then tells nothing of it (BREACH)."""
    response.vary.add("Accept-Encoding")
    if (
        response.status_code == 200
        and request.accept_encodings.quality("gzip") > 0
        and len(response.data) >= SMALLEST_COMPRESSED
    ):
        # No time in it, so that the same answer is the same bytes.
        response.data = gzip.compress(response.data, _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
