"""The catalogue: what every feature is, for people to read."""

from __future__ import annotations

from collections.abc import Iterable

from training.features.define import Feature

COLUMNS = (
    "name",
    "table",
    "family",
    "unit",
    "group",
    "formula",
    "label (en)",
    "label (fr)",
)


def describe(features: Iterable[Feature]) -> str:
    """A Markdown table with one row per feature, in the model's order."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(_row(one) for one in features)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(one: Feature) -> tuple[str, ...]:
    return (
        one.name,
        one.table,
        one.family,
        one.unit.value,
        one.group,
        one.formula,
        one.en,
        one.fr,
    )
