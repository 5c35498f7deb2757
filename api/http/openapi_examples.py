"""Examples of what is answered: successes as recorded, and a problem per status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from api.errors import (
    MISSING,
    UNEXPECTED,
    DatabaseUnavailable,
    FieldError,
    Gone,
    Problem,
    ScoringError,
    as_json,
    invalid,
)

_RECORDED = Path(__file__).with_name("openapi_examples.json")
_FORBIDDEN = "This needs the role officer; this request has scoring."
_UNREADABLE = "The body cannot be read: NaN is not a number."
_CONFLICT = "Others change the same thing now; try again."
_TOO_LARGE = "The data value transmitted exceeds the capacity limit."
_PROBLEMS: tuple[ScoringError, ...] = (
    Problem(HTTPStatus.BAD_REQUEST, _UNREADABLE),
    Problem(HTTPStatus.UNAUTHORIZED, "This key is not valid."),
    Problem(HTTPStatus.FORBIDDEN, _FORBIDDEN),
    Problem(HTTPStatus.NOT_FOUND, "There is no client 999999999."),
    Problem(HTTPStatus.CONFLICT, _CONFLICT),
    Gone("What was answered to this request has been erased."),
    Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LARGE),
    Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json, not text/plain."
    ),
    invalid([FieldError("/client_id", MISSING)]),
    Problem(HTTPStatus.TOO_MANY_REQUESTS, "This key asks too often. Try again in 1 s."),
    Problem(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED),
    DatabaseUnavailable("the database is locked"),
)


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    recorded: dict[str, dict[str, Any]] = json.loads(_RECORDED.read_bytes())
    return recorded


def answers(route: str) -> Mapping[str, Any]:
    """By status, what `route` (GET /v1/model) answered when `make examples` asked."""
    return _recorded().get(route, {})


def problems() -> dict[int, dict[str, Any]]:
    """By status, a problem as some route answers it."""
    return {error.status.value: as_json(error) for error in _PROBLEMS}
