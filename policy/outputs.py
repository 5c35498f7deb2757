"""What the output columns of a table of rules say: one rule a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from policy.expressions import ExpressionError, literal
from policy.rules import Effect, Evidence

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_TEXT = re.compile(r"text\.([a-z]{2,3})")
_LONGEST = 1000
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


def said(cells: Mapping[str, Any]) -> Said:
    """Of a row by the names of its outputs; raises OutputError with all that is wrong."""
    wrong: list[str] = []
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            found[name] = literal(cell)
        except ExpressionError as error:
            wrong.append(f"{name}: {error}")
    text = {name[5:]: value for name, value in found.items() if name[:5] == "text."}
    text = {language: value for language, value in text.items() if value is not None}
    for name, value in found.items():
        if value is not None and name != "within_days":
            if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
                wrong.append(f"{name}: expected a text of up to {_LONGEST} characters")
    code, effect = found.get("code"), found.get("effect")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        wanted = "letters, digits, _ . - (up to 64, a letter first)"
        wrong.append(f"code: expected {wanted}; found {_told(code)}")
    if effect not in get_args(Effect):
        wanted = ", ".join(get_args(Effect))
        wrong.append(f"effect: expected one of {wanted}; found {_told(effect)}")
    if "text.en" not in cells or "en" not in text and "text.en" in found:
        wrong.append("text.en: expected a sentence in English; found nothing")
    evidence, days = found.get("evidence"), found.get("within_days")
    if evidence is not None and evidence not in get_args(Evidence):
        wanted = ", ".join(get_args(Evidence))
        wrong.append(f"evidence: expected one of {wanted}; found {_told(evidence)}")
    if (evidence is not None) != (effect == "require") and effect in get_args(Effect):
        wrong.append("evidence: named where the effect is require, and only there")
    if days is not None and not (isinstance(days, int) and 0 < days <= 36_525):
        wrong.append(f"within_days: expected a number of days; found {_told(days)}")
    elif days is not None and evidence is None:
        wrong.append("within_days: only where evidence is named")
    if wrong:
        raise OutputError("; ".join(wrong))
    return Said(
        cast(str, code),
        cast(Effect, effect),
        text,
        cast("Evidence | None", evidence),
        days,
        found.get("lawful_basis"),
    )


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)[:60]
