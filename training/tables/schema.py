"""How a raw table is declared: its columns, their types, and its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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


class Role(StrEnum):
    """What a column is, whatever its lender calls it; most columns are none of these.

    CLIENT is the key of the application, RECORD numbers records of any kind. DATE and
    BIRTH count days from the application.
    """

    CLIENT = "client"
    RECORD = "record"
    AMOUNT = "amount"
    INSTALMENT = "instalment"
    GOODS_PRICE = "goods_price"
    BIRTH = "birth"
    DATE = "date"


class Origin(StrEnum):
    """Where a table's records come from, as an applicant is told."""

    APPLICATION = "application"
    CREDIT_BUREAU = "credit_bureau"
    EARLIER_APPLICATIONS = "earlier_applications"
    REPAYMENTS = "repayments"


@dataclass(frozen=True)
class Term:
    """How far a loan's term can be negotiated, as parts of what was asked for.

    `reach` bounds the search for what would be granted, in which a relative change
    counts `weight` times.
    """

    reach: tuple[float, float]
    weight: float


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
    `recorded`: the day or month at which a record was made, never after the application
    it is to help decide. `term`: only of what an applicant can negotiate.
    `missing`: the values by which the source says that there is none. `words`: what its
    categories are called; one without stays as it is. `section`: what it is read with.
    """

    name: str
    type: Type
    labels: Labels
    meaning: str
    unit: Unit = Unit.NONE
    nullable: bool = True
    bounds: tuple[float, float] | None = None
    happened: bool = False
    recorded: bool = False
    role: Role | None = None
    term: Term | None = None
    section: Labels | None = None
    missing: tuple[str | int, ...] = ()
    words: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One raw table: `key` is what makes a row unique, empty when nothing does.

    `sections`: those of its columns, in the order in which they are read.
    """

    name: str
    columns: tuple[Column, ...]
    origin: Origin
    key: tuple[str, ...] = ()
    sections: tuple[Labels, ...] = ()

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
