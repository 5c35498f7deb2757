"""What the output columns of a table of rules say: one rule a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from policy.expressions import ExpressionError, literal
from policy.faults import short
from policy.rules import Effect, Evidence

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_TEXT = re.compile(r"text\.([a-z]{2,3})")
_LONGEST, _MOST_DAYS = 1000, 36_525
OTHERS = ("code", "effect", "evidence", "within_days", "lawful_basis")


@dataclass(frozen=True)
class Said:
    """What a row says of its rule."""

    code: str
    effect: Effect
    text: Mapping[str, str]
    evidence: Evidence | None
    within_days: int | None
    lawful_basis: str | None


class OutputError(Exception):
    """What is wrong with a row, as sentences."""


def known(field: object) -> bool:
    """Whether a rule has an output of this name."""
    return isinstance(field, str) and (field in OTHERS or bool(_TEXT.fullmatch(field)))


def said(cells: Mapping[str, str]) -> Said:
    """Of a row by the names of its outputs; raises OutputError with what is wrong."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name, cell in cells.items():
        try:
            found[name] = literal(cell)
        except ExpressionError as error:
            wrong.append(f"{name}: {error}")
    wrong += _texts(found)
    if not wrong:
        wrong += [*_meant(found), *_required(found)]
    if wrong:
        raise OutputError("; ".join(wrong))
    text = {name[5:]: found[name] for name in found if name.startswith("text.")}
    return Said(
        found["code"],
        found["effect"],
        {language: words for language, words in text.items() if words is not None},
        found.get("evidence"),
        found.get("within_days"),
        found.get("lawful_basis"),
    )


def _texts(found: Mapping[str, Any]) -> Iterator[str]:
    for name, value in found.items():
        text = isinstance(value, str) and value.strip() and len(value) <= _LONGEST
        if value is not None and name != "within_days" and not text:
            yield f"{name}: expected a text of up to {_LONGEST:,} characters"


def _meant(found: Mapping[str, Any]) -> Iterator[str]:
    code, effect = found.get("code"), found.get("effect")
    if not code or not _CODE.fullmatch(code):
        wanted = "letters, digits, _ . - (up to 64, a letter first)"
        yield f"code: expected {wanted}; found {short(code)}"
    if effect not in get_args(Effect):
        wanted = ", ".join(get_args(Effect))
        yield f"effect: expected one of {wanted}; found {short(effect)}"
    if found.get("text.en") is None:
        yield "text.en: expected a sentence in English; found nothing"


def _required(found: Mapping[str, Any]) -> Iterator[str]:
    """Evidence is named where it is required, and only there."""
    evidence, days = found.get("evidence"), found.get("within_days")
    kinds = get_args(Evidence) if found.get("effect") == "require" else (None,)
    if evidence not in kinds:
        wanted = "nothing" if None in kinds else f"one of {', '.join(kinds)}"
        yield f"evidence: expected {wanted}; found {short(evidence)}"
    whole = isinstance(days, int) and 0 < days <= _MOST_DAYS
    if days is not None and not (whole and evidence):
        wanted = f"days (1 to {_MOST_DAYS:,}) where evidence is named"
        yield f"within_days: expected {wanted}; found {short(days)}"
