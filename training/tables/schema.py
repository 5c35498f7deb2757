"""How a raw table is declared: its columns, their types, and its key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    BIRTH count days from the application (an age counts years), APPLIED is the day of
    the application itself, in days since 1970-01-01. INSTALMENTS is how many there are,
    PRODUCT what kind of loan it is, by which a lender prices it; INCOME is the
    applicant's.
    """

    CLIENT = "client"
    RECORD = "record"
    AMOUNT = "amount"
    INSTALMENT = "instalment"
    GOODS_PRICE = "goods_price"
    INSTALMENTS = "instalments"
    PRODUCT = "product"
    BIRTH = "birth"
    INCOME = "income"
    DATE = "date"
    APPLIED = "applied"


# What a loan is asked for on.
LOAN = {Role.AMOUNT, Role.INSTALMENT, Role.INSTALMENTS, Role.GOODS_PRICE}


class Use(StrEnum):
    """What a model may do with a column.

    An applicant cannot be held to what is PROTECTED, to OTHER_PEOPLE (what is known of
    people around them) or a CIRCUMSTANCE (of the application, such as its hour): inputs
    only where the lender says why. AFTER_DECISION, known only later, is never one.
    """

    INPUT = "input"
    PROTECTED = "protected"
    OTHER_PEOPLE = "other_people"
    CIRCUMSTANCE = "circumstance"
    AFTER_DECISION = "after_decision"
    NONE = "none"


class Origin(StrEnum):
    """Where records or values come from, as an applicant is told."""

    APPLICATION = "application"
    CREDIT_BUREAU = "credit_bureau"
    OUTSIDE_SCORES = "outside_scores"
    EARLIER_APPLICATIONS = "earlier_applications"
    REPAYMENTS = "repayments"
    LENDER = "lender"


# What is an input only where the lender says why.
LEFT_OUT = (Use.PROTECTED, Use.OTHER_PEOPLE, Use.CIRCUMSTANCE)


@dataclass(frozen=True)
class Term:
    """How far a loan's term can be negotiated, as parts of what was asked for.

    Of the price of the goods `reach` is how much of it may be financed: the rest is the
    down payment. In the search for what would be granted a relative change counts
    `weight` times.
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
    categories are called; one without stays as it is. `categories`: those that features
    name and that have no words. `section`: what it is read with, `group`: the reason
    that it is part of. `input_because`: why one that is `LEFT_OUT`
    is an input all the same. `known_as`: the column of Home Credit's that it
    is, so that what is made of that one can be made of it. `lowers_risk`: a higher
    number is known beforehand to mean less risk, as an outside score; `raises_risk`:
    more, as of what is owed or late.
    `header`: what the file calls the column, where that is something else; `pattern`: a
    regular expression whose first group is the value, where it is a part of a text.
    `dated`: the file has dates, which become days from the application. `optional`:
    files may lack it, and nothing is left out for want of it: it is null. `origin`:
    where it comes from, if not from where its table does.
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
    missing: tuple[str | float, ...] = ()
    words: Mapping[str, Labels] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    use: Use = Use.INPUT
    input_because: str = ""
    group: str = ""
    known_as: str = ""
    lowers_risk: bool = False
    raises_risk: bool = False
    header: str = ""
    pattern: str = ""
    dated: bool = False
    optional: bool = False
    origin: Origin | None = None

    @property
    def declared(self) -> tuple[str, ...]:
        """Its categories, and its texts for none, as they are spelled."""
        return (*self.words, *self.categories, *self.nulls)

    @property
    def nulls(self) -> tuple[str, ...]:
        """The texts by which its source says that there is none."""
        return tuple(one for one in self.missing if isinstance(one, str))

    @property
    def is_input(self) -> bool:
        """Whether a model may read it, as it is or in what is made of it."""
        for_a_reason = self.use in LEFT_OUT and bool(self.input_because)
        return self.use is Use.INPUT or for_a_reason

    @property
    def protected(self) -> bool:
        """Whether a lender's rule may read it on a lawful basis alone, as an age."""
        return self.use in LEFT_OUT or self.role is Role.BIRTH


@dataclass(frozen=True)
class Dialect:
    """How a text file writes what it holds; `dates` as strptime has it."""

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    dates: str = "%Y-%m-%d"


@dataclass(frozen=True)
class Reason:
    """What an applicant is told of a group of features: a sentence per direction.

    A sentence is said to the applicant's face and holds whatever the feature inside
    the group; `unknown` is the one that is said where no value of it is known.
    """

    code: str
    group: str
    labels: Labels
    raises_risk: Labels
    lowers_risk: Labels
    unknown: Labels


@dataclass(frozen=True)
class Table:
    """One raw table: `key` is what makes a row unique, empty when nothing does.

    `sections`: those of its columns, in the order in which they are read. `parent`: the
    table whose records link its own to a client, by the key that both have; empty where
    they name the client. `known_as`: the table of Home Credit's that it is; of others
    the standard aggregates are taken, over all records and over those whose `day` is in
    each of the `windows`, in days before the application; their count is in the reason
    group `group`. `file`: the stem of its file, where that is not its name.
    `as_written`: the file has texts that are read as the columns declare; the files of
    others have the declared types.
    """

    name: str
    columns: tuple[Column, ...]
    origin: Origin
    key: tuple[str, ...] = ()
    sections: tuple[Labels, ...] = ()
    parent: str = ""
    known_as: str = ""
    file: str = ""
    dialect: Dialect = Dialect()
    day: str = ""
    windows: tuple[int, ...] = ()
    group: str = ""
    as_written: bool = False

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}: no column {name}")

    def without(self, columns: Collection[str]) -> Table:
        """The same table without these columns, and what was declared of them."""
        there = tuple(column for column in self if column.name not in columns)
        dated = self.day not in columns
        return replace(
            self,
            columns=there,
            key=() if set(self.key) & set(columns) else self.key,
            day=self.day if dated else "",
            windows=self.windows if dated else (),
        )

    def of(self, role: Role) -> Column | None:
        """The first column that has this role."""
        return next((column for column in self if column.role is role), None)

    @property
    def stem(self) -> str:
        """What its file is called, without the ending."""
        return self.file or self.name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
