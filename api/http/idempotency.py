"""The Idempotency-Key header: a retry gets the first answer, byte for byte."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from flask import Response, request

from api.errors import FieldError, Problem, invalid
from api.http.auth import current_key
from api.http.operations import JSON
from api.services import services
from api.store.events import remembered
from api.store.events.record import AlreadyRecorded, Overtaken, Reply, Token
from api.store.events.remembered import Recorded

HEADER = "Idempotency-Key"
_ATTEMPTS = 20
KEY_PATTERN = "^[!-~]{1,255}$"


def once(produce: Callable[[], Reply]) -> Response:
    """Answer what `produce` makes, after it is durable; or what was answered before.

    Two requests with the same key at the same time both compute; the first to commit
    is answered to both. What another request overtook is made anew.
    """
    token = _token()
    for _ in range(_ATTEMPTS):
        before = remembered.recorded(services().database, token) if token else None
        if token and before:
            return _replay(token, before)
        reply = produce()
        with suppress(AlreadyRecorded), _doubting():
            started = time.perf_counter()
            services().recorder.record(current_key().id, reply, token)
            elapsed = time.perf_counter() - started
            services().metrics.recorded(reply.events, elapsed)
            return _response(reply.answer, reply.status, reply.location)
    raise Problem(HTTPStatus.CONFLICT, "Others change the same thing now; try again.")


@contextmanager
def _doubting() -> Iterator[None]:
    """What was overtaken is made anew, by the policy that is active now."""
    try:
        yield
    except Overtaken:
        services().policies.doubt()


def _token() -> Token | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(KEY_PATTERN, key):
        detail = "expected 1 to 255 visible ASCII characters"
        raise invalid([FieldError(HEADER, detail)])
    content = f"{request.method} {request.path}\n".encode() + request.get_data()
    return Token(current_key().id, key, hashlib.sha256(content).hexdigest())


def _replay(token: Token, before: Recorded) -> Response:
    if before.request_sha256 != token.request_sha256:
        detail = f"This {HEADER} was used with another request."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    response = _response(before.answer, before.status, before.location)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _response(answer: bytes, status: int, location: str | None) -> Response:
    response = Response(answer, status, content_type=JSON)
    if location:
        response.headers["Location"] = location
    return response
