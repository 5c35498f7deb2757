"""Read a `lender.yaml`: what it says, or every fault of it at once, by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from training.tables.lender_checks import contradictions, near
from training.tables.lender_file import NAME, STEM, LenderFile, Part
from training.tables.yaml_file import Document, Fault, Place, read_yaml, shown


def read_lender_file(path: Path) -> tuple[LenderFile, Document]:
    """What a file says, checked by itself and as a whole.

    Raises:
        ConfigurationError: all faults of the file, a line each.
    """
    document = read_yaml(path)
    value, faults, lender = document.value, list(document.faults), None
    # What is wrong is left out, so that the rest can be checked as well.
    for _ in range(DEEP):
        known: dict[int, type[Part]] = {}
        try:
            lender = LenderFile.model_validate(value, context=known)
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            found = [(_place(value, one), one) for one in errors]
            faults += [_fault(value, place, one, known) for place, one in found]
            value = _without(value, [place for place, _ in found])
    incomplete = bool(faults)
    if lender is not None:
        faults += contradictions(lender, incomplete=incomplete)
    if faults or lender is None:
        raise document.refused(faults)
    return lender, document


# Leaving out a wrong part may leave its parent incomplete, up to the whole.
DEEP = 5


def _place(value: Any, error: ErrorDetails) -> Place:
    """Where an error is: without the steps that are pydantic's own."""
    place: list[str | int] = []
    for step in error["loc"]:
        known = isinstance(value, dict) and step in value
        if known or (isinstance(value, list) and isinstance(step, int)):
            place.append(step)
            value = value[step]
        elif error["type"] == "missing" and step == error["loc"][-1]:
            place.append(step)
    return tuple(place)


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _fault(
    value: Any, place: Place, error: ErrorDetails, known: Mapping[int, type[Part]]
) -> Fault:
    kind, found = error["type"], _found(error["input"])
    if kind == "missing":
        return Fault(place, "is missing")
    if kind == "extra_forbidden":
        part = known[id(_at(value, place[:-1]))]
        words = [one.alias or name for name, one in part.model_fields.items()]
        hint = near(str(place[-1]), words) or f"; expected {_either(words)}"
        return Fault(place, f"unknown key{hint}")
    if kind == "literal_error":
        words = re.findall("'([^']*)'", error["ctx"]["expected"]) or ["1"]
        hint = near(str(error["input"]), words)
        return Fault(place, f"expected {_either(words)}; found {found}{hint}")
    expected = EXPECTED.get(error.get("ctx", {}).get("pattern", ""), error["msg"])
    expected = expected.replace("Input should be", "expected")
    return Fault(place, f"{expected}; found {found}")


EXPECTED = {
    NAME: "expected a name: a letter, then letters, digits and _, 64 at most",
    STEM: "expected the name of a file in this folder, without its ending",
}


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return shown(repr(value))


def _without(value: Any, places: list[Place]) -> Any:
    """The file without what is at these places, None where something is missing."""
    if not isinstance(value, dict) or () in places:
        return None
    inside: dict[Any, list[Place]] = {}
    for place in places:
        inside.setdefault(place[0], []).append(place[1:])
    if not inside.keys() <= value.keys():
        return None
    kept = {k: _without(v, inside[k]) if k in inside else v for k, v in value.items()}
    return {key: one for key, one in kept.items() if key not in inside or one}
