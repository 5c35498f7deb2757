"""How a raw table is declared: its columns, their types, and its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from training.language import Labels


class Type(StrEnum):
    """The three kinds of raw values, by the DuckDB type that holds them."""

    INTEGER = "BIGINT"
    NUMBER = "DOUBLE"
    CATEGORY = "VARCHAR"


class Unit(StrEnum):
    """What a number counts."""

    CURRENCY = "currency"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    SHARE = "share"
    COUNT = "count"
    SCORE = "score"
    FLAG = "flag"
    HOUR = "hour"
    NONE = "none"


@dataclass(frozen=True)
class Column:
    """One raw column, named as Kaggle spells it.

    `labels` are short names for people, in every language ("Loan amount");
    `meaning` is one English sentence for developers.
    `bounds` are the values that can be true at all, both ends included, in the
    column's unit; a number outside them is refused, never clipped.
    `happened`: the day of something that was over when it was written down. After the
    application it shows that the whole record is younger, and the record is left out of
    the features. Days of what is planned may lie ahead.
    """

    name: str
    type: Type
    labels: Labels
    meaning: str
    unit: Unit = Unit.NONE
    nullable: bool = True
    bounds: tuple[float, float] | None = None
    happened: bool = False


@dataclass(frozen=True)
class Table:
    """One raw table: `key` is what makes a row unique, empty when nothing does."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}: no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
