"""What is wrong with a file, each with its place; all of it is told at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from policy.rules import Fault, PolicyError

MOST_FAULTS = 50
_ID = re.compile(r'"_?id"\s*:\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Place:
    """A line, and what stands there in the words of the file."""

    line: int
    where: str

    def within(self, part: str) -> Place:
        return Place(self.line, f"{self.where}, {part}")


class Faults:
    """What was found so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Fault] = []
        self._lines: dict[str, int] = {}
        line, end = 1, 0
        for one in _ID.finditer(text):
            line += text.count("\n", end, one.start())
            end = one.start()
            self._lines.setdefault(one[1], line)

    def line(self, id: object, within: int) -> int:
        """Where what has this id begins; else the line of what it is in."""
        if not isinstance(id, str):
            return within
        written = json.dumps(id)[1:-1]
        return self._lines.get(id) or self._lines.get(written) or within

    def begin(self, key: str) -> int:
        """The line of a key of the whole file."""
        return 1 + self._text.count("\n", 0, max(self._text.find(f'"{key}"'), 0))

    def add(self, place: Place, detail: str) -> None:
        self._found.append(Fault(place.line, place.where, detail))

    @property
    def full(self) -> bool:
        return len(self._found) >= MOST_FAULTS

    def end(self) -> None:
        """Raise PolicyError with the first of them, if there are any."""
        if self._found:
            ordered = sorted(self._found, key=lambda fault: fault.line or 0)
            raise PolicyError(tuple(ordered[:MOST_FAULTS]))


def short(value: object) -> str:
    """A value of the file as it is told."""
    text = value if isinstance(value, str) else json.dumps(value)
    return "nothing" if value is None else text if len(text) <= 60 else f"{text[:59]}…"
