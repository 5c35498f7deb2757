"""What gunicorn itself refuses, answered as the API answers everything else."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import gunicorn.util
from flask import Flask, Response, request
from gunicorn.http.errors import LimitRequestHeaders, ParseException
from werkzeug.exceptions import ClientDisconnected

from api.errors import PROBLEM_TYPE, UNEXPECTED, Problem, as_json, as_response

# Its own words tell what was sent, which may be a key.
_TOLD = {
    HTTPStatus.BAD_REQUEST: "This is not a request of HTTP/1.1 that can be read.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "There are more header or trailer "
    "fields than 100, or one has more than 8,190 bytes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: UNEXPECTED,
}


def register(app: Flask) -> None:
    """Tell as problems what is refused before `app` is asked, and within a body."""
    gunicorn.util.write_error = _write
    app.register_error_handler(ParseException, _within)
    app.register_error_handler(ClientDisconnected, _within)


def _problem(status: HTTPStatus) -> Problem:
    return Problem(status, _TOLD.get(status, f"{status.description}."))


def _within(error: Exception) -> Response:
    """Of a body in parts, and its trailers: gunicorn reads them as the API reads it."""
    # Where the next request would begin nobody knows.
    with suppress(AttributeError):
        request.environ["wsgi.input"].reader.req.force_close()
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, LimitRequestHeaders):
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return as_response(_problem(status))


def _write(sock: socket.socket, code: int, *_: Any) -> None:
    """In place of gunicorn's page of HTML; the connection is closed after it."""
    status = HTTPStatus(code)
    body = json.dumps(as_json(_problem(status)))
    head = (
        f"HTTP/1.1 {code} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: {PROBLEM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n"
    )
    gunicorn.util.write_nonblock(sock, (head + body).encode("latin-1"))
