"""What a feature is, and the few ways in which history records become one number.

A feature is a narwhals expression with what people need to know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from training.features.arithmetic import (
    average,
    bounded,
    deviation,
    ratio,
    slope,
    total,
)
from training.language import Labels, _, inside
from training.tables.schema import Table, Unit


@dataclass(frozen=True)
class Feature:
    """One model input: its expression, and how to speak of it.

    `table` is the raw table it comes from, `group` the reason group it belongs to,
    `formula` says in words how it is made, `family` which kind of making that is,
    `kept` that no selection leaves it out, `lowers_risk` and `raises_risk` that more of
    it is known beforehand to mean less risk or more. Features of one `topic` are made
    of the same and told together, by those that tell it alone (`tells`) if there are
    any; `absence` is the topic that says why a value is missing.
    """

    name: str
    expression: nw.Expr
    table: str
    group: str
    unit: Unit
    labels: Labels
    formula: str
    family: str = "derived"
    category: bool = False
    kept: bool = False
    lowers_risk: bool = False
    raises_risk: bool = False
    topic: str = ""
    absence: str = ""
    tells: bool = False


@dataclass(frozen=True)
class Quantity:
    """A number of each record, raw or derived, that aggregates are taken of.

    `added_as`: the unit whose parts are told apart in its sums, where that is not its
    own; see `training.features.arithmetic`. `lowers_risk`, `raises_risk`: as of a
    column.
    """

    name: str
    expression: nw.Expr
    unit: Unit
    labels: Labels
    formula: str
    added_as: Unit | None = None
    lowers_risk: bool = False
    raises_risk: bool = False

    @property
    def parts(self) -> Unit:
        return self.added_as or self.unit


@dataclass(frozen=True)
class Subset:
    """Some of a client's records: those for which the condition is true.

    `raises_risk`: more of them are known beforehand to mean more risk.
    """

    name: str
    condition: nw.Expr | None
    labels: Labels
    formula: str
    raises_risk: bool = False


# What one step of the moments is called.
STEPS = {Unit.DAYS: _("day"), Unit.MONTHS: _("month")}
EVERY = Subset("", None, {}, "")


def where(name: str, column: str, value: str, labels: Labels) -> Subset:
    """The records with this value of a column."""
    condition = nw.col(column) == value
    return Subset(name, condition, labels, f" with {column} {value}")


def quotient(
    name: str,
    over: str,
    under: str,
    labels: Labels,
    unit: Unit = Unit.SHARE,
    *,
    raises_risk: bool = False,
) -> Quantity:
    """One raw column over another, of each record."""
    value = bounded(ratio(nw.col(over), nw.col(under)))
    return Quantity(
        name, value, unit, labels, f"{over} / {under}", raises_risk=raises_risk
    )


def quantity(table: Table, name: str) -> Quantity:
    """A raw column as a quantity, with the labels of its declaration."""
    column = table[name]
    labels = inside(column.labels)
    return Quantity(
        name,
        nw.col(name),
        column.unit,
        labels,
        name,
        lowers_risk=column.lowers_risk,
        raises_risk=column.raises_risk,
    )


def within(subset: Subset, values: nw.Expr) -> nw.Expr:
    """The values of the subset's records, missing elsewhere."""
    if subset.condition is None:
        return values
    return nw.when(subset.condition).then(values)


@dataclass(frozen=True)
class Aggregation:
    """One way of turning many values into one."""

    name: str
    apply: Callable[[nw.Expr, Unit], nw.Expr]
    labels: Labels
    formula: str


OPERATIONS = {
    operation.name: operation
    for operation in (
        Aggregation("MIN", lambda v, _: v.min(), _("lowest"), "minimum"),
        Aggregation("MAX", lambda v, _: v.max(), _("highest"), "maximum"),
        Aggregation("MEAN", average, _("average"), "mean"),
        Aggregation("SUM", total, _("total"), "sum"),
        Aggregation("STD", deviation, _("spread"), "standard deviation"),
        # Over the records of the latest day, mostly one.
        Aggregation("LAST", lambda v, _: v.max(), _("latest"), "latest"),
    )
}
# Those that do not rise with each of the values; of a slope and a trend none does.
UNORDERED = {"STD"}


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
class Slope:
    """The straight line through the columns' values over the moments of another."""

    group: str
    columns: str
    moments: str
    subsets: tuple[Subset, ...] = (EVERY,)


@dataclass(frozen=True)
class Tally:
    """How many of a client's records each subset has, and which part of them."""

    group: str
    counted: tuple[Subset, ...] = ()
    shared: tuple[Subset, ...] = ()


def as_they_are(records: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    return records


@dataclass(frozen=True)
class Source:
    """What is aggregated of one raw table, and what people call its records.

    `derived` columns come beside the raw ones, after what `prepare` does to these. The
    first of the tallies counts every record.
    """

    prefix: str
    table: Table
    labels: Labels
    derived: tuple[Quantity, ...] = ()
    tallies: tuple[Tally, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    trends: tuple[Trend, ...] = ()
    slopes: tuple[Slope, ...] = ()
    prepare: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]] = as_they_are

    def records(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The cleaned rows that count, with the derived numbers beside them."""
        derived = [value.expression.alias(value.name) for value in self.derived]
        prepared = self.prepare(rows)
        return prepared.with_columns(*derived) if derived else prepared

    def quantity(self, name: str) -> Quantity:
        """A column of the records, raw or derived, as a quantity."""
        for value in self.derived:
            if value.name == name:
                return replace(value, expression=nw.col(name))
        return quantity(self.table, name)

    def features(self) -> list[Feature]:
        """Counts, shares, aggregates, trends and slopes, in the order declared."""
        features = [self._count(tally, EVERY) for tally in self.tallies[:1]]
        for tally in self.tallies:
            features += [self._count(tally, subset) for subset in tally.counted]
            features += [self._share(tally, subset) for subset in tally.shared]
        features += [
            self._aggregate(
                recipe.group, subset, self.quantity(name), OPERATIONS[operation]
            )
            for recipe in self.recipes
            for subset in recipe.subsets
            for name in recipe.columns.split()
            for operation in recipe.operations.split()
        ]
        features += [
            self._trend(trend, self.quantity(name))
            for trend in self.trends
            for name in trend.columns.split()
        ]
        return features + [
            self._slope(line, subset, self.quantity(name))
            for line in self.slopes
            for subset in line.subsets
            for name in line.columns.split()
        ]

    def _aggregate(
        self, group: str, subset: Subset, value: Quantity, operation: Aggregation
    ) -> Feature:
        return Feature(
            self._name(subset.name, value.name, operation.name),
            operation.apply(within(subset, value.expression), value.parts),
            self.table.name,
            group,
            value.unit,
            _(
                "{records}: {quantity}, {operation}",
                records=_among(self.labels, subset),
                quantity=value.labels,
                operation=operation.labels,
            ),
            f"{operation.formula} of {value.formula}{subset.formula}",
            family="aggregate",
            lowers_risk=value.lowers_risk and operation.name not in UNORDERED,
            raises_risk=value.raises_risk and operation.name not in UNORDERED,
            topic=self._topic(value.name),
            absence=self._records(subset),
        )

    def _trend(self, trend: Trend, value: Quantity) -> Feature:
        recent, whole = trend.recent, trend.whole
        over = f"TO_{whole.name}" if whole.name else "TO_ALL"
        means = [
            average(within(subset, value.expression), value.parts)
            for subset in (recent, whole)
        ]
        return Feature(
            self._name(value.name, recent.name, over),
            ratio(*means),
            self.table.name,
            trend.group,
            Unit.SHARE,
            _(
                "{records}: {quantity}, against the {average}",
                records=_among(self.labels, recent),
                quantity=value.labels,
                average=_among(OPERATIONS["MEAN"].labels, whole),
            ),
            f"mean of {value.formula}{recent.formula} over the mean{whole.formula}",
            family="trend",
            topic=self._topic(value.name),
            absence=self._records(recent),
        )

    def _slope(self, line: Slope, subset: Subset, value: Quantity) -> Feature:
        moments = self.quantity(line.moments)
        values = within(subset, value.expression)
        return Feature(
            self._name(subset.name, value.name, "SLOPE"),
            slope(values, value.parts, moments.expression, moments.parts),
            self.table.name,
            line.group,
            value.unit,
            _(
                "{records}: {quantity}, change per {step}",
                records=_among(self.labels, subset),
                quantity=value.labels,
                step=STEPS[moments.unit],
            ),
            f"least-squares slope of {value.formula} over {moments.name}"
            f"{subset.formula}",
            family="trend",
            topic=self._topic(value.name),
            absence=self._records(subset),
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
            _("{records}: number", records=_among(self.labels, subset)),
            f"number of records{subset.formula}",
            family="count",
            raises_risk=subset.raises_risk,
            topic=self._records(subset),
        )

    def _share(self, tally: Tally, subset: Subset) -> Feature:
        counted = self._count(tally, subset)
        return replace(
            counted,
            name=self._name(subset.name, "SHARE"),
            expression=counted.expression / nw.len(),
            unit=Unit.SHARE,
            labels=_("{records}: share", records=_among(self.labels, subset)),
            formula=f"share of records{subset.formula}",
            family="share",
        )

    def _name(self, *parts: str) -> str:
        return "_".join((self.prefix, *(part for part in parts if part))).upper()

    def _topic(self, quantity: str) -> str:
        return f"{self.prefix}: {quantity}"

    def _records(self, subset: Subset) -> str:
        """The topic of how many records the subset has."""
        return f"{self.prefix}, {subset.name}"


def _among(records: Labels, subset: Subset) -> Labels:
    if not subset.labels:
        return records
    return _("{records} ({subset})", records=records, subset=subset.labels)
