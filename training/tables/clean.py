"""Turn the raw tables' ways of saying "unknown" into nulls; leave the future out."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from training.tables.schema import Table, Type, Unit

# Kaggle writes a thousand years for "no such day", and a few dates of a century ago
# that nobody's credit can have; two codes stand for "no answer".
NO_DAY = 365243
CENTURY = 36500
NO_ANSWER = ("XNA", "XAP")


def clean(frame: nw.LazyFrame[Any], table: Table) -> nw.LazyFrame[Any]:
    """The records known at the application, with sentinels as nulls."""
    days = [
        column.name
        for column in table
        if column.unit is Unit.DAYS and column.bounds and column.bounds[1] >= NO_DAY
    ]
    texts = [column.name for column in table if column.type is Type.CATEGORY]
    unknown = {
        **{n: (nw.col(n) == NO_DAY) | (nw.col(n) < -CENTURY) for n in days},
        **{n: nw.col(n).is_in(NO_ANSWER) for n in texts},
    }
    known = [nw.when(~test).then(nw.col(n)).alias(n) for n, test in unknown.items()]
    cleaned = frame.with_columns(*known) if known else frame
    return _until_the_application(cleaned, table)


def _until_the_application(frame: nw.LazyFrame[Any], table: Table) -> nw.LazyFrame[Any]:
    """Without the records of what happened after the application."""
    days = [nw.col(column.name) for column in table if column.happened]
    past = [day.is_null() | (day <= 0) for day in days]
    return frame.filter(*past) if past else frame
