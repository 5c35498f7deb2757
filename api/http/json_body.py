"""Read a JSON body strictly: what JSON (RFC 8259) does not have is refused."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from itertools import chain
from typing import Any, NoReturn

from flask import Request

from api.errors import Problem

DEEPEST = 16
_LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_LONG = "a number has more digits than can be read"
_BLANKS = " \t\r\n"
_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"


def read(request: Request) -> Any:
    """The parsed body; raises Problem 400, 413 or 415."""
    return parse(content(request))


def content(request: Request) -> bytes:
    """The body as it was sent; raises Problem 413 or 415."""
    if request.mimetype != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send application/json, not {request.mimetype or 'a body of no type'}.",
        )
    return request.get_data()


def parse(content: bytes) -> Any:
    """Like json.loads without NaN, 1e999, duplicate keys, lone surrogates, depth."""
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
        raise _malformed(_TOO_DEEP) from error
    except json.JSONDecodeError as error:
        raise _malformed(_place(error)) from error
    except ValueError as error:
        long = str(error).startswith("Exceeds the limit")
        raise _malformed(_TOO_LONG if long else str(error)) from error
    _refuse_deep(value)
    return value


def _place(error: json.JSONDecodeError) -> str:
    """Where the text stops being JSON, without the words of Python's reader."""
    if error.doc.startswith("\ufeff"):
        return "it begins with a byte order mark (BOM); send UTF-8 without one"
    if not error.doc.strip(_BLANKS):
        return "it is empty"
    found = error.doc[error.pos : error.pos + 1]
    came = f"found {found!r}" if found else "found its end"
    return f"it is not JSON at line {error.lineno}, column {error.colno}, {came}"


def _refuse_deep(value: Any) -> None:
    """Refuse nesting deeper than any request needs: it could crash a later reader."""
    level = _nested([value])
    for _ in range(DEEPEST + 1):
        if not level:
            return
        children = (one.values() if type(one) is dict else one for one in level)
        level = _nested(chain.from_iterable(children))
    raise _malformed(_TOO_DEEP)


def _nested(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if type(value) in (dict, list)]


def _malformed(reason: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"The body cannot be read: {reason}.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice[:100]!r} is there twice")
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value
