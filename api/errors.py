"""What can go wrong, and how it is answered (RFC 9457 problem+json)."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from click import ClickException
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

PROBLEM_TYPE = "application/problem+json"
MISSING = "is missing and must be given"
# Of a value, in what is said of it.
_LONGEST = 60
UNEXPECTED = "Unexpected error. Its cause is in the log under this X-Request-ID."


@dataclass(frozen=True)
class FieldError:
    """One bad field; `path` is a JSON pointer into the request body."""

    path: str
    detail: str

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "detail": self.detail}


# pydantic's types of errors, and what JSON has there when it is right.
_WANTED = {
    "model_type": "an object",
    "dict_type": "an object",
    "list_type": "an array",
    "tuple_type": "an array",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "a boolean",
    "string_type": "a text",
}
# And what is said of those that are of the right type.
_SAID = {
    "missing": MISSING,
    "extra_forbidden": "is not known here",
    "greater_than": "expected more than {gt:.15g}, found {found}",
    "greater_than_equal": "expected at least {ge:.15g}, found {found}",
    "less_than": "expected less than {lt:.15g}, found {found}",
    "less_than_equal": "expected at most {le:.15g}, found {found}",
    "finite_number": "expected a number, found {found}",
    "literal_error": "expected {expected}, found {found}",
    "string_too_short": "expected at least {min_length} character(s), found {length}",
    "string_too_long": "expected at most {max_length} character(s), found {length}",
    "too_short": "expected at least {min_length} item(s), found {actual_length}",
    "too_long": "expected at most {max_length} item(s), found {actual_length}",
}
_FOUND = {
    dict: "an object",
    list: "an array",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    str: "a text",
    type(None): "null",
}


def expected(wanted: str, value: Any) -> str:
    """The detail of a field whose value is none of what is wanted, in JSON's words."""
    found = _FOUND[type(value)]
    if found == "a number" and wanted in ("a number", "an integer"):
        found = "a fraction" if abs(value) < 2**63 else "a number that is too large"
    return f"expected {wanted}, found {found}"


def short(value: object) -> str:
    """A value as JSON has it; of a long one the beginning."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def detail(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, of one of pydantic's errors."""
    kind, value = error["type"], error["input"]
    if kind in _WANTED:
        return expected(_WANTED[kind], value)
    if kind not in _SAID:
        return str(error["msg"])
    length = len(value) if isinstance(value, str) else 0
    return _SAID[kind].format(found=short(value), length=length, **error.get("ctx", {}))


class ScoringError(ClickException):
    """Base of every expected failure.

    A ClickException, so that a command ends with its message as one line and a
    non-zero status; over HTTP it is answered with `status`.
    """

    status = HTTPStatus.SERVICE_UNAVAILABLE
    # What strangers are told in place of the message.
    public: str | None = None


class ConfigurationError(ScoringError):
    """A setting that cannot be used."""


class BundleError(ScoringError):
    """A bundle that must not be served; the message names the file."""


class DatabaseUnavailable(ScoringError):
    """The database is gone, locked, read-only or full."""

    public = "The database cannot be used now; nothing was decided. Try again."


class NotPrepared(ScoringError):
    """A command must be run before this can be answered; the message says which."""


class DeliveryFailed(ScoringError):
    """Not everything that came to stand was delivered."""


class ImportRefused(ScoringError):
    """A clients file that does not fit the bundle."""


class EventsError(ScoringError):
    """Events that are not as they were written; the message names the first."""

    public = (
        "Events that were acknowledged are missing; nothing was decided. The log says "
        "which, and what to do."
    )


class ClockDoubted(ScoringError):
    """An erasure by the age of events that this machine's clock may have wrong."""


class CopyRefused(ScoringError):
    """A database that cannot be copied, or must not be copied into."""


class PolicyRefused(ScoringError):
    """A policy that cannot be added or made active; the message says why."""


class KeyRefused(ScoringError):
    """An API key that cannot be added or revoked."""


class Gone(ScoringError):
    """What a person's right, or the retention period, had erased."""

    status = HTTPStatus.GONE


class FeatureError(ScoringError):
    """Records that the feature SQL cannot turn into numbers."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Problem(ScoringError):
    """An answer other than the one asked for."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def invalid(errors: Sequence[FieldError]) -> Problem:
    """The 422 that names each bad field."""
    detail = f"{len(errors)} field(s) of the request cannot be accepted."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def as_json(error: ScoringError) -> dict[str, Any]:
    """The problem object of an error."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": error.public or error.message,
    }
    if isinstance(error, Problem) and error.errors:
        document["errors"] = [field.as_json() for field in error.errors]
    return document


def as_response(error: ScoringError) -> Response:
    headers = dict(error.headers) if isinstance(error, Problem) else {}
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "5")
    body = json.dumps(as_json(error))
    return Response(body, error.status.value, headers, content_type=PROBLEM_TYPE)


def register(app: Flask) -> None:
    """Answer every failure of `app` as problem+json."""
    app.register_error_handler(ScoringError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _expected(error: ScoringError) -> Response:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logging.getLogger("api").error("%s: %s", type(error).__name__, error.message)
    return as_response(error)


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    allowed = {"allow", "retry-after", "www-authenticate"}
    headers = {k: v for k, v in error.get_headers() if k.lower() in allowed}
    return as_response(Problem(status, error.description or "", headers=headers))


def _unexpected(error: Exception) -> Response:
    """Log where it happened; the message may hold personal data, so not that."""
    logging.getLogger("api").error(
        "unexpected %s", type(error).__name__, extra={"fields": {"at": _frames(error)}}
    )
    return as_response(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED))


def _frames(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
