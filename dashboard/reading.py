"""Reading JSON of unknown quality: the value asked for, or NonsenseAnswer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from errors import NonsenseAnswer


@dataclass(frozen=True)
class Node:
    """A value of a JSON answer and the path it was found at."""

    value: object
    path: str = ""

    def __getitem__(self, key: str) -> Node:
        found = self.get(key)
        if found is None:
            self.complain(f"{key} is missing")
        return found

    def get(self, key: str) -> Node | None:
        """The member `key`, or None when it is absent or null."""
        if not isinstance(self.value, dict):
            self.complain("expected an object")
        member = self.value.get(key)
        return None if member is None else Node(member, f"{self.path}/{key}")

    def __iter__(self) -> Iterator[Node]:
        if not isinstance(self.value, list):
            self.complain("expected a list")
        return (Node(item, f"{self.path}/{i}") for i, item in enumerate(self.value))

    def members(self) -> Iterator[tuple[str, Node]]:
        if not isinstance(self.value, dict):
            self.complain("expected an object")
        return ((k, Node(v, f"{self.path}/{k}")) for k, v in self.value.items())

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.complain("expected text")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.complain("expected a number")
        if not math.isfinite(self.value):
            self.complain("expected a finite number")
        return float(self.value)

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.complain("expected a whole number")
        return self.value

    def share(self) -> float:
        """A number from 0 to 1."""
        number = self.number()
        if not 0 <= number <= 1:
            self.complain("expected a number from 0 to 1")
        return number

    def moment(self) -> datetime:
        """A moment in time that says its offset from UTC."""
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            self.complain("expected a date and time")
        if moment.tzinfo is None:
            self.complain("expected a date and time with its offset")
        return moment

    def one_of(self, *words: str) -> str:
        if self.value not in words:
            self.complain(f"expected {' or '.join(words)}")
        return self.text()

    def scalar(self) -> str | float | bool | None:
        """Text, number, truth or null, as a client's fact may be."""
        if self.value is None or isinstance(self.value, str | bool):
            return self.value
        return self.number()

    def complain(self, expected: str) -> NoReturn:
        found = repr(self.value)
        found = found if len(found) <= 60 else found[:57] + "…"
        raise NonsenseAnswer(f"{self.path or '/'}: {expected}; found: {found}")


def parse(body: bytes) -> Node:
    """The JSON document in `body`; NaN and Infinity are not JSON."""
    try:
        return Node(json.loads(body, parse_constant=_refuse))
    except ValueError as error:
        raise NonsenseAnswer(f"not JSON: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
