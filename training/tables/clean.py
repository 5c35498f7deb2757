"""Turn the raw tables' ways of saying "unknown" into nulls; leave the future out."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from training.tables.schema import Column, Table, Type, Unit

# A few dates lie a century ago, where nobody's credit can begin or end.
CENTURY = 36500


def clean(frame: nw.LazyFrame[Any], table: Table) -> nw.LazyFrame[Any]:
    """The records known at the application, with sentinels as nulls."""
    known = [_known(column) for column in table if _sentinels(column)]
    cleaned = frame.with_columns(*known) if known else frame
    return _until_the_application(cleaned, table)


def _known(column: Column) -> nw.Expr:
    value = nw.col(column.name)
    unknown = value.is_in(_sentinels(column))
    if column.unit is Unit.DAYS:
        unknown |= value < -CENTURY
    return nw.when(~unknown).then(value).alias(column.name)


def _sentinels(column: Column) -> tuple[str | float, ...]:
    """Those that the column's type can hold: of a number, the words are gone by now."""
    text = column.type is Type.CATEGORY
    return tuple(one for one in column.missing if isinstance(one, str) is text)


def _until_the_application(frame: nw.LazyFrame[Any], table: Table) -> nw.LazyFrame[Any]:
    """Without the records of what happened after the application."""
    happened = {table.day, *(column.name for column in table if column.happened)}
    days = [nw.col(column.name) for column in table if column.name in happened]
    past = [day.is_null() | (day <= 0) for day in days]
    return frame.filter(*past) if past else frame
