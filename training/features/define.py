"""What a feature is, and the few ways in which history records become one number.

A feature is a narwhals expression with what people need to know of it. Sums are
taken over whole numbers (thousandths of a currency unit, days, millionths of a
ratio), so that neither the order of the rows nor the engine shows in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import narwhals as nw

from training.tables.schema import Table, Unit


@dataclass(frozen=True)
class Feature:
    """One model input: its expression, and how to speak of it.

    `table` is the raw table it comes from, `group` the reason group it belongs to,
    `formula` says in words how it is made, `family` which kind of making that is,
    `lever` whether an applicant can negotiate it.
    """

    name: str
    expression: nw.Expr
    table: str
    group: str
    unit: Unit
    en: str
    fr: str
    formula: str
    family: str = "derived"
    category: bool = False
    lever: bool = False


@dataclass(frozen=True)
class Quantity:
    """A number of each record, raw or derived, that aggregates are taken of."""

    name: str
    expression: nw.Expr
    unit: Unit
    en: str
    fr: str
    formula: str


@dataclass(frozen=True)
class Subset:
    """Some of a client's records: those for which the condition is true."""

    name: str
    condition: nw.Expr | None
    en: str
    fr: str
    formula: str


EVERY = Subset("", None, "", "", "")

# How many parts of one unit are told apart when values are summed as integers.
PARTS = {Unit.CURRENCY: 1_000, Unit.SHARE: 1_000_000, Unit.NONE: 1_000_000}


def with_columns(frame: nw.LazyFrame, derived: Iterable[Quantity]) -> nw.LazyFrame:
    """The same rows with the derived quantities beside the raw columns."""
    return frame.with_columns(
        *(value.expression.alias(value.name) for value in derived)
    )


def quantity(table: Table, name: str) -> Quantity:
    """A raw column as a quantity, with the labels of its declaration."""
    column = table[name]
    en, fr = _uncapitalised(column.en), _uncapitalised(column.fr)
    return Quantity(name, nw.col(name), column.unit, en, fr, name)


def _uncapitalised(label: str) -> str:
    return label[:1].lower() + label[1:]


def within(subset: Subset, values: nw.Expr) -> nw.Expr:
    """The values of the subset's records, missing elsewhere."""
    if subset.condition is None:
        return values
    return nw.when(subset.condition).then(values)


def whole(values: nw.Expr, unit: Unit) -> nw.Expr:
    """Values as whole numbers of the unit's parts."""
    parts = PARTS.get(unit, 1)
    scaled = values if parts == 1 else values * parts
    return scaled.round().cast(nw.Int64)


def total(values: nw.Expr, unit: Unit) -> nw.Expr:
    """Exact sum, missing when there is nothing to add."""
    added = whole(values, unit).sum().cast(nw.Float64) / PARTS.get(unit, 1)
    return nw.when(values.count() > 0).then(added)


def average(values: nw.Expr, unit: Unit) -> nw.Expr:
    """Exact sum over count, missing when there is nothing to average."""
    count = nw.when(values.count() > 0).then(values.count())
    return whole(values, unit).sum().cast(nw.Float64) / PARTS.get(unit, 1) / count


def deviation(values: nw.Expr, unit: Unit) -> nw.Expr:
    """Sample standard deviation from exact sums; missing below two values.

    For quantities of small range (days, months, counts): the sum of squares must
    stay below 2**53 to be exact.
    """
    units = whole(values, unit)
    count = nw.when(values.count() > 1).then(values.count())
    first = units.sum().cast(nw.Float64)
    second = (units * units).sum().cast(nw.Float64)
    variance = (second - first * first / count) / (count - 1)
    return nw.when(variance > 0).then(variance).otherwise(variance * 0).sqrt()


@dataclass(frozen=True)
class Operation:
    """One way of turning many values into one."""

    name: str
    apply: Callable[[nw.Expr, Unit], nw.Expr]
    en: str
    fr: str
    formula: str


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("MIN", lambda v, _: v.min(), "lowest", "minimum", "minimum"),
        Operation("MAX", lambda v, _: v.max(), "highest", "maximum", "maximum"),
        Operation("MEAN", average, "average", "moyenne", "mean"),
        Operation("SUM", total, "total", "total", "sum"),
        Operation("STD", deviation, "spread", "dispersion", "standard deviation"),
    )
}


@dataclass(frozen=True)
class Recipe:
    """Every operation on every column over every subset; names by spaces."""

    group: str
    columns: str
    operations: str
    subsets: tuple[Subset, ...] = (EVERY,)


@dataclass(frozen=True)
class Trend:
    """The mean over recent records as a part of the mean over older ones too."""

    group: str
    columns: str
    recent: Subset
    whole: Subset = EVERY


@dataclass(frozen=True)
class Tally:
    """How many of a client's records each subset has, and which part of them."""

    group: str
    counted: tuple[Subset, ...] = ()
    shared: tuple[Subset, ...] = ()


@dataclass(frozen=True)
class Source:
    """What is aggregated of one raw table, and what people call its records.

    `derived` columns come beside the raw ones.
    """

    prefix: str
    table: Table
    en: str
    fr: str
    derived: tuple[Quantity, ...] = ()

    def quantity(self, name: str) -> Quantity:
        """A column of the records, raw or derived, as a quantity."""
        for value in self.derived:
            if value.name == name:
                return replace(value, expression=nw.col(name))
        return quantity(self.table, name)

    def features(
        self,
        recipes: Iterable[Recipe],
        tallies: Sequence[Tally],
        trends: Iterable[Trend] = (),
    ) -> list[Feature]:
        """Counts, shares, aggregates and trends, in the order declared."""
        made = [self._count(tallies[0], EVERY)]
        for tally in tallies:
            made += [self._count(tally, subset) for subset in tally.counted]
            made += [self._share(tally, subset) for subset in tally.shared]
        made += [one for recipe in recipes for one in self.aggregates(recipe)]
        return made + [one for trend in trends for one in self._trends(trend)]

    def aggregates(self, recipe: Recipe) -> list[Feature]:
        return [
            self._aggregate(recipe.group, subset, self.quantity(name), operation)
            for subset in recipe.subsets
            for name in recipe.columns.split()
            for operation in (OPERATIONS[o] for o in recipe.operations.split())
        ]

    def _aggregate(
        self, group: str, subset: Subset, value: Quantity, operation: Operation
    ) -> Feature:
        return Feature(
            self._name(subset.name, value.name, operation.name),
            operation.apply(within(subset, value.expression), value.unit),
            self.table.name,
            group,
            value.unit,
            f"{_among(self.en, subset.en)}: {value.en}, {operation.en}",
            f"{_among(self.fr, subset.fr)} : {value.fr}, {operation.fr}",
            f"{operation.formula} of {value.formula}{subset.formula}",
            family="aggregate",
        )

    def _trends(self, trend: Trend) -> list[Feature]:
        return [
            self._trend(trend, self.quantity(name)) for name in trend.columns.split()
        ]

    def _trend(self, trend: Trend, value: Quantity) -> Feature:
        recent, whole = trend.recent, trend.whole
        over = f"TO_{whole.name}" if whole.name else "TO_ALL"
        means = [
            average(within(subset, value.expression), value.unit)
            for subset in (recent, whole)
        ]
        en = f"{_among(self.en, recent.en)}: {value.en}"
        fr = f"{_among(self.fr, recent.fr)} : {value.fr}"
        return Feature(
            self._name(value.name, recent.name, over),
            ratio(*means),
            self.table.name,
            trend.group,
            Unit.SHARE,
            f"{en}, against the {_among('average', whole.en)}",
            f"{fr}, par rapport à la {_among('moyenne', whole.fr)}",
            f"mean of {value.formula}{recent.formula} over the mean{whole.formula}",
            family="trend",
        )

    def _count(self, tally: Tally, subset: Subset) -> Feature:
        rows = nw.len()
        if subset.condition is not None:
            rows = within(subset, nw.lit(1)).count()
        return Feature(
            self._name(subset.name, "COUNT"),
            rows,
            self.table.name,
            tally.group,
            Unit.COUNT,
            f"{_among(self.en, subset.en)}: number",
            f"{_among(self.fr, subset.fr)} : nombre",
            f"number of records{subset.formula}",
            family="count",
        )

    def _share(self, tally: Tally, subset: Subset) -> Feature:
        counted = self._count(tally, subset)
        return replace(
            counted,
            name=self._name(subset.name, "SHARE"),
            expression=counted.expression / nw.len(),
            unit=Unit.SHARE,
            en=f"{_among(self.en, subset.en)}: share",
            fr=f"{_among(self.fr, subset.fr)} : part",
            formula=f"share of records{subset.formula}",
            family="share",
        )

    def _name(self, *parts: str) -> str:
        return "_".join((self.prefix, *(part for part in parts if part)))


def _among(of: str, among: str) -> str:
    return f"{of} ({among})" if among else of


def ratio(numerator: nw.Expr, denominator: nw.Expr) -> nw.Expr:
    """A guarded division in floating point: missing where it has no meaning."""
    divisor = denominator.cast(nw.Float64)
    return numerator.cast(nw.Float64) / nw.when(divisor != 0).then(divisor)


def bounded(values: nw.Expr) -> nw.Expr:
    """Ratios kept in a range whose millionths fit a whole number."""
    return values.clip(-1_000_000, 1_000_000)


def known(names: Iterable[str]) -> nw.Expr:
    """How many of the columns have a value in the row."""
    return reduce(add, ((~nw.col(name).is_null()).cast(nw.Int64) for name in names))


def filled_sum(names: Sequence[str]) -> nw.Expr:
    """The sum of the row's values, missing when every one of them is."""
    values = reduce(add, (nw.col(name).fill_null(0) for name in names))
    return nw.when(known(names) > 0).then(values)
