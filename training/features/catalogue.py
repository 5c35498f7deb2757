"""The data dictionary: every raw column and every feature, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from training.features.define import Feature
from training.language import LANGUAGES
from training.tables.layout import Layout
from training.tables.schema import Column

LABELS = tuple(f"label ({language})" for language in LANGUAGES)
RAW = ("column", "type", "unit", "bounds", "meaning", *LABELS)
COLUMNS = ("name", "table", "family", "unit", "group", "formula", *LABELS)
TITLE = """# Data dictionary

Made by `python -m training features --describe`. Bounds are the values that can be true
at all: what lies outside is refused. Every raw column may be missing unless said."""


def describe(layout: Layout, features: Iterable[Feature]) -> str:
    """Markdown: the raw tables, then one row per feature, in the model's order."""
    parts = [TITLE]
    for table in layout.tables.values():
        key = f"One row per {', '.join(table.key)}.\n\n" if table.key else ""
        rows = "\n".join(_table(RAW, (_raw(column) for column in table)))
        parts.append(f"## {table.name}\n\n{key}{rows}")
    made = list(features)
    parts.append(_directions(made))
    rows = "\n".join(_table(COLUMNS, map(_feature, made)))
    return "\n\n".join([*parts, f"## Features\n\n{rows}"])


def _directions(features: Iterable[Feature]) -> str:
    """With which features the risk of the served model goes one way alone."""
    known = list(features)
    falls = ", ".join(one.name for one in known if one.lowers_risk)
    rises = ", ".join(one.name for one in known if one.raises_risk)
    text = f"Risk never rises with: {falls}.\n\nRisk never falls with: {rises}."
    return f"## Directions\n\n{text}"


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (names, ("---",) * len(names), *rows):
        yield f"| {' | '.join(row)} |"


def _raw(column: Column) -> tuple[str, ...]:
    low, high = column.bounds or (None, None)
    return (
        column.name,
        column.type.name.lower() + ("" if column.nullable else ", never missing"),
        column.unit.value,
        "" if column.bounds is None else f"{low:g} to {high:g}{_cut(column)}",
        column.meaning,
        *column.labels.values(),
    )


def _cut(column: Column) -> str:
    return "; above 0 the record is left out" if column.happened else ""


def _feature(feature: Feature) -> tuple[str, ...]:
    return (
        feature.name,
        feature.table,
        feature.family,
        feature.unit.value,
        feature.group,
        feature.formula,
        *feature.labels.values(),
    )
