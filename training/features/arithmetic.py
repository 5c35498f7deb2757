"""Arithmetic that every engine does alike: exact sums, guarded divisions.

Sums are taken over whole numbers (thousandths of a currency unit, days, millionths of a
ratio), so that neither the order of the rows nor the engine shows in the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import add

import narwhals as nw

from training.tables.schema import Unit

# How many parts of one unit are told apart when values are summed as integers.
PARTS = {Unit.CURRENCY: 1_000, Unit.SHARE: 1_000_000, Unit.NONE: 1_000_000}


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
    units, count = whole(values, unit), values.count()
    first = units.sum().cast(nw.Float64)
    second = (units * units).sum().cast(nw.Float64)
    variance = (second - first * first / count) / (count - 1)
    positive = nw.when(variance > 0).then(variance).otherwise(0.0)
    return nw.when(count > 1).then(positive.sqrt())


def slope(values: nw.Expr, unit: Unit, moments: nw.Expr, per: Unit) -> nw.Expr:
    """Least-squares change of the values by one unit of the moments, from exact sums.

    Missing below two different moments.
    """
    both = ~values.is_null() & ~moments.is_null()
    y = nw.when(both).then(whole(values, unit))
    x = nw.when(both).then(whole(moments, per))
    count = y.count().cast(nw.Float64)
    first, second = x.sum().cast(nw.Float64), y.sum().cast(nw.Float64)
    mixed, square = (x * y).sum().cast(nw.Float64), (x * x).sum().cast(nw.Float64)
    along = ratio(count * mixed - first * second, count * square - first * first)
    return along * (PARTS.get(per, 1) / PARTS.get(unit, 1))


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
    return nw.when(known(names) > 0).then(_filled(names))


def filled_mean(names: Sequence[str]) -> nw.Expr:
    """The mean of the row's values, missing when every one of them is."""
    count = known(names)
    return nw.when(count > 0).then(_filled(names).cast(nw.Float64) / count)


def _filled(names: Sequence[str]) -> nw.Expr:
    return reduce(add, (nw.col(name).fill_null(0) for name in names))


def yearly_rate(annuity_to_credit: nw.Expr, term: nw.Expr) -> nw.Expr:
    """Interest for a year, by a closed form that SQL can work out.

    At a = annuity / credit and q = log2(1 + 1 / term), a month's rate is about
    ((1 + a) ** (1 / q) - 1) ** q - 1. Less than 0.005 from the yearly rate for 6 to
    60 months at 10 to 80 %.
    """
    q = (1 + 1 / term).log() / math.log(2)
    grown = (1 + annuity_to_credit) ** (1 / q) - 1
    return 12 * (grown**q - 1)


def since_the_one_before(day: str) -> nw.Expr:
    """Days from the client's record before; missing for the first one.

    Records of one day may change places: which of them is 0 days from the other is
    not said, so that only aggregates over all of a client's records have a meaning.
    """
    before = nw.col(day).shift(1).over("SK_ID_CURR", order_by=day)
    return nw.col(day) - before
