"""Read a JSON body strictly: what JSON (RFC 8259) does not have is refused."""

from __future__ import annotations

import json
import math
import re
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Request

from api.errors import Problem

_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read(request: Request) -> Any:
    """The parsed body; raises Problem 400, 413 or 415."""
    if request.mimetype != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send application/json, not {request.mimetype or 'a body of no type'}.",
        )
    return parse(request.get_data())


def parse(content: bytes) -> Any:
    """Like json.loads without NaN, 1e999, duplicate keys, lone surrogates."""
    try:
        text = content.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_number,
        )
        if _LONE_SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise _malformed("it is not valid UTF-8") from error
    except RecursionError as error:
        raise _malformed("it is nested too deeply") from error
    except ValueError as error:
        raise _malformed(str(error)) from error
    return value


def _malformed(reason: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"The body is not valid JSON: {reason}.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name[:100]!r} is there twice")
        found[name] = value
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value
