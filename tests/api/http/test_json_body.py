"""What JSON does not have is refused."""

from __future__ import annotations

import pytest

from api.errors import Problem
from api.http import json_body


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"client_id": NaN}', "NaN"),
        (b'{"client_id": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\\ud800"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", r"a byte order mark \(BOM\); send UTF-8 without"),
        (b"[" * 100_000, "deep"),
        (b"[" * 17 + b"]" * 17, "more than 16 levels"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "more than 16 levels"),
        (b"1" * 5000, "a number has more digits than"),
        (b"", "it is empty"),
        (b"{} x", "not JSON at line 1, column 4, found 'x'"),
        (b'{\n"a": ', "not JSON at line 2, column 6, found its end"),
        ("{}".encode("utf-16"), "UTF-8"),
    ],
)
def test_refuses_what_is_not_json(content: bytes, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as caught:
        json_body.parse(content)
    assert caught.value.status == 400


def test_accepts_every_character_and_number() -> None:
    assert json_body.parse('{"é\\ud83d\\ude00": 1.5e308}'.encode()) == {"é😀": 1.5e308}


def test_a_body_nested_sixteen_levels_deep_is_accepted() -> None:
    assert json_body.parse(b"[" * 16 + b"1" + b"]" * 16)
