"""Read a `lender.yaml`: what it says, or every fault of it at once, by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from training.tables.lender_checks import contradictions
from training.tables.lender_file import NAME, STEM, LenderFile, Part
from training.tables.yaml_file import Document, Fault, Place, nearest, read_yaml, shown

# Leaving out a wrong part may leave its parent incomplete, up to the whole.
DEEP = 5
MISSING = "is missing"


def read_lender_file(path: Path) -> tuple[LenderFile, Document]:
    """What a file says, checked by itself and as a whole.

    Raises:
        ConfigurationError: all faults of the file, a line each.
    """
    document = read_yaml(path)
    value, faults, lender = document.value, list(document.faults), None
    left_out: set[Place] = set()
    # What is wrong is guessed or left out, so that the rest can be checked as well.
    for _ in range(DEEP):
        parts: dict[int, type[Part]] = {}
        try:
            lender = LenderFile.model_validate(value, context=parts)
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
            found = [(_place(value, one), one) for one in errors]
            told = [_fault(value, place, one, parts) for place, one in found]
            # What is missing later was left out here.
            faults += [f for f in told if not faults or f.text != MISSING]
            mends = {one.place: _likely(one) for one in told}
            left_out |= {place for place, mend in mends.items() if mend is None}
            value = _mended(value, mends)
            if value is None:
                break
    if lender is not None:
        faults += contradictions(lender, left_out)
    if faults or lender is None:
        raise document.refused(faults)
    return lender, document


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
    value: Any, place: Place, error: ErrorDetails, parts: Mapping[int, type[Part]]
) -> Fault:
    kind, given = error["type"], error["input"]
    found = _found(given)
    if kind == "missing":
        return Fault(place, MISSING)
    if kind == "extra_forbidden":
        part = parts[id(_at(value, place[:-1]))]
        keys = [one.alias or name for name, one in part.model_fields.items()]
        text = f"unknown key; expected {_either(keys)}"
        return Fault(place, text, str(place[-1]), tuple(keys))
    if kind == "literal_error":
        words = re.findall("'([^']*)'", error["ctx"]["expected"]) or ["1"]
        text = f"expected {_either(words)}; found {found}"
        return Fault(place, text, str(given), tuple(words))
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


def _likely(fault: Fault) -> str | None:
    """The word that was meant, None where there is none, or a key is wrong."""
    if fault.place and fault.place[-1] == fault.found:
        return None
    return nearest(fault.found, fault.known, 0.6) or None


def _mended(value: Any, mends: Mapping[Place, str | None]) -> Any:
    """The file with other values at these places, or without them if they are None.

    None where something is missing, or an item of a list is wrong.
    """
    if () in mends:
        return mends[()]
    if not isinstance(value, dict):
        return None
    inside: dict[str | int, dict[Place, str | None]] = {}
    for place, mend in mends.items():
        inside.setdefault(place[0], {})[place[1:]] = mend
    if not inside.keys() <= value.keys():
        return None
    kept = {k: _mended(v, inside[k]) if k in inside else v for k, v in value.items()}
    return {key: one for key, one in kept.items() if key not in inside or one}
