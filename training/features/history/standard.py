"""The aggregates of any lender's history: of each number, category and window declared.

Numbers are added as whole parts, so that neither order nor engine shows: thousandths of
a currency unit, ones of integers, millionths of all others. What lies beyond 10**15
parts is taken as that much, so that thousands of records can be added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

import narwhals as nw

from training.features.arithmetic import PARTS
from training.features.define import (
    EVERY,
    Quantity,
    Recipe,
    Source,
    Subset,
    Tally,
    Trend,
)
from training.language import LANGUAGES, Labels, _, inside
from training.tables.layout import Layout
from training.tables.schema import Column, Role, Table, Type, Unit

CATEGORIES = 12
MOST_PARTS = 10**15
# No lender's column begins so.
LATEST_DAY = "_latest_day"
LATEST = Subset("", nw.col(LATEST_DAY) == 1, {}, "")


def source(layout: Layout, name: str) -> Source:
    """What is aggregated of a history that none of Home Credit's tables is known as."""
    table = layout.tables[name]
    columns = [column for column in table if _is_told(column)]
    numbers = [column for column in columns if column.type is not Type.CATEGORY]
    of_records = [column for column in numbers if column.name != table.day]
    windows = tuple(_window(table.day, days) for days in table.windows if table.day)
    return Source(
        name,
        table,
        _called(layout, table),
        derived=tuple(map(_quantity, numbers)),
        tallies=(Tally(table.group, counted=windows), *_tallies(table, columns)),
        recipes=tuple(
            recipe for column in numbers for recipe in _recipes(table, column, windows)
        ),
        trends=tuple(
            Trend(column.group or table.group, column.name, window)
            for column in of_records
            for window in windows
        ),
        prepare=partial(_with_latest_day, layout.key, table.day),
    )


def _is_told(column: Column) -> bool:
    return column.is_input and column.role not in (Role.CLIENT, Role.RECORD)


def _called(layout: Layout, table: Table) -> Labels:
    """What people call its records: as the reasons that they give."""
    reason = layout.by_group.get(table.group)
    return reason.labels if reason else dict.fromkeys(LANGUAGES, table.name)


def _quantity(column: Column) -> Quantity:
    """The column's number, within what can be added exactly."""
    added_as = column.unit if column.unit in PARTS else Unit.NONE
    if column.type is Type.INTEGER:
        added_as = Unit.COUNT
    most = MOST_PARTS // PARTS.get(added_as, 1)
    low, high = column.bounds or (-most - 1, most)
    value = nw.col(column.name)
    if low < -most or high > most:
        value = value.clip(-most, most)
    labels = inside(column.labels)
    return Quantity(
        column.name,
        value,
        column.unit,
        labels,
        column.name,
        added_as,
        lowers_risk=column.lowers_risk,
        raises_risk=column.raises_risk,
    )


def _window(day: str, days: int) -> Subset:
    return Subset(
        f"LAST_{days}_DAYS",
        nw.col(day) >= -days,
        _("last {days} days", days=days),
        f" of the last {days} days",
    )


def _recipes(
    table: Table, column: Column, windows: tuple[Subset, ...]
) -> Iterator[Recipe]:
    group = column.group or table.group
    if column.name == table.day:
        yield Recipe(group, column.name, "MIN MAX MEAN")
        return
    if table.day:
        yield Recipe(group, column.name, "LAST", (LATEST,))
    yield Recipe(group, column.name, "MEAN SUM MIN MAX", (EVERY, *windows))


def _tallies(table: Table, columns: list[Column]) -> Iterator[Tally]:
    """Of each category that has few words: how many records have which."""
    for column in columns:
        if column.type is Type.CATEGORY and 0 < len(column.words) <= CATEGORIES:
            subsets = tuple(_subsets(column))
            yield Tally(column.group or table.group, counted=subsets, shared=subsets)


def _subsets(column: Column) -> Iterator[Subset]:
    taken: set[str] = set()
    for number, (value, labels) in enumerate(column.words.items(), start=1):
        name = _name(value)
        if name in taken or not name:
            name = f"{name}_{number}".strip("_")
        taken.add(name)
        yield Subset(
            f"{column.name}_{name}",
            nw.col(column.name) == value,
            _(
                "{column}: {value}",
                column=inside(column.labels),
                value=inside(labels),
            ),
            f" with {column.name} {value}",
        )


def _name(value: str) -> str:
    """The letters and digits of a category, as part of a feature's name."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", plain).strip("_").upper()[:40]


def _with_latest_day(
    key: str, day: str, records: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """With 1 in the records of the client's latest day, of whatever table they are."""
    if not day:
        return records
    latest = nw.col(day) == nw.col(day).max().over(key)
    return records.with_columns(nw.when(latest).then(nw.lit(1)).alias(LATEST_DAY))
