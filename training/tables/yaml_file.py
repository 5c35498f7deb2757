"""Plain YAML, read with the line of every entry: no tag, no alias, no code, no bomb.

Scalars are what YAML 1.2 says, so that "no" and "01" are texts; keys are always texts.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from training.errors import ConfigurationError

LIMIT = 1_000_000
DEPTH = 10
# More faults than these are counted only.
TOLD = 50

# libyaml's, where PyYAML has it, is ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,3})?")

# Where something stands: the keys, and the places in lists, that lead to it.
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place; `known`: the words of which `found` is none."""

    place: Place
    text: str
    found: str = ""
    known: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Document:
    """What a file says, and the line of each entry of it."""

    name: str
    value: Any
    lines: Mapping[Place, int]
    faults: tuple[Fault, ...]

    def refused(self, faults: list[Fault]) -> ConfigurationError:
        """One line for each fault, in the order of the file's."""
        told = sorted(dict.fromkeys(faults), key=self._line)
        lines = [f"{self.name}:{self._line(one)}: {_said(one)}" for one in told[:TOLD]]
        if len(told) > TOLD:
            lines.append(f"{self.name}: and {len(told) - TOLD} faults more")
        return ConfigurationError("\n".join(lines))

    def _line(self, fault: Fault) -> int:
        place = fault.place
        while not fault.line and place and place not in self.lines:
            place = place[:-1]
        return fault.line or self.lines.get(place, 1)


def _said(fault: Fault) -> str:
    text = f"{dotted(fault.place)}: {fault.text}" if fault.place else fault.text
    close = nearest(fault.found, fault.known, 0.6) if fault.known else ""
    return f"{text}; did you mean {close}?" if close else text


def nearest(word: str, known: Iterable[str], likeness: float) -> str:
    """The nearest of the words that there are, empty where none is near."""
    folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold()[:100], folded, 1, likeness)
    return folded[close[0]] if close else ""


def dotted(place: Place) -> str:
    """A place as people write it: applications.columns.amount.bounds[0]."""
    parts = (f"[{p}]" if isinstance(p, int) else f".{shown(p, 64)}" for p in place)
    return "".join(parts).removeprefix(".")


def shown(text: str, longest: int = 60) -> str:
    """A text on one line, cut where it is long."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def read_yaml(path: Path) -> Document:
    """One document.

    Raises:
        ConfigurationError: it is no plain YAML, or too large, or too deep.
    """
    text = _text(path)
    events = yaml.parse(text, _LOADER)
    reader = _Reader(path.name, events)
    try:
        return reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError(
            f"{path.name}:{line}: no YAML: {shown(str(error.problem), 200)}"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"{path.name}:{line}: no YAML: {shown(error.reason, 200)}"
        ) from None


def _text(path: Path) -> str:
    if not path.is_file():
        raise ConfigurationError(f"{path}: expected a file")
    with path.open("rb") as file:
        content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise ConfigurationError(
            f"{path.name}: expected at most {LIMIT:,} bytes, found more"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path.name}:{line}: expected UTF-8, found the byte"
            f" 0x{content[error.start]:02x}"
        ) from None


class _Reader:
    """Builds the value from the parser's events, none of which it trusts."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self._name = name
        self._events = events
        self._lines: dict[Place, int] = {}
        self._faults: list[Fault] = []

    def document(self) -> Document:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise ConfigurationError(f"{self._name}: the file is empty")
        value = self._value(next(self._events), ())
        next(self._events)
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            raise self._refused(more, "expected one document, found a second")
        return Document(self._name, value, self._lines, tuple(self._faults))

    def _value(self, event: Any, place: Place) -> Any:
        self._lines.setdefault(place, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._refused(event, "expected no anchors (&) and no aliases (*)")
        if event.tag is not None:
            found = shown(event.tag)
            raise self._refused(event, f"expected no tags, found !{found.strip('!')}")
        if len(place) >= DEPTH and not isinstance(event, yaml.ScalarEvent):
            raise self._refused(event, f"expected at most {DEPTH} levels")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        return _scalar(event.value) if event.implicit[0] else event.value

    def _mapping(self, place: Place) -> dict[str, Any]:
        value: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refused(event, "expected a word as the key")
            self._value(event, (*place, event.value))
            key, line = event.value, event.start_mark.line + 1
            if key in value:
                first = self._lines[*place, key]
                text = f"is there twice; first in line {first}"
                self._faults.append(Fault((*place, key), text, line=line))
            value[key] = self._value(next(self._events), (*place, key))
        return value

    def _sequence(self, place: Place) -> list[Any]:
        value: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value.append(self._value(event, (*place, len(value))))
        return value

    def _refused(self, event: Any, text: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}:{event.start_mark.line + 1}: {text}")


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
