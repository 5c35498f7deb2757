"""What of a loan can be talked about: its amount, its instalments, the goods' price."""

from __future__ import annotations

import math
from dataclasses import dataclass

from answers import Client
from model_answers import Model

CREDIT, ANNUITY, GOODS = "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE"
LEVERS = (CREDIT, ANNUITY, GOODS)
# How far an amount can be moved, as shares of the one asked for.
LEAST, MOST = 0.3, 1.3
STEPS = 100
FEWEST, LONGEST = 6, 60


@dataclass(frozen=True)
class Terms:
    """The loan's terms in the lender's currency; None where the client gave none."""

    credit: float | None
    annuity: float | None
    goods: float | None

    @property
    def instalments(self) -> float | None:
        """Loan amount over instalment: how many it takes, interest apart."""
        if not self.credit or not self.annuity:
            return None
        return self.credit / self.annuity

    @property
    def down_payment(self) -> float | None:
        """What the client pays at once: the goods' price that the loan leaves open."""
        if self.credit is None or self.goods is None:
            return None
        return max(0.0, self.goods - self.credit)

    def changes_from(self, present: Terms) -> dict[str, float]:
        """The columns that differ from `present`, with their new values."""
        pairs = zip(LEVERS, self.values(), present.values(), strict=True)
        return {
            name: value
            for name, value, before in pairs
            if value is not None and value != before
        }

    def values(self) -> tuple[float | None, float | None, float | None]:
        return self.credit, self.annuity, self.goods


@dataclass(frozen=True)
class Range:
    low: float
    high: float
    step: float


def present_terms(client: Client) -> Terms:
    """The terms that the client applied for."""
    given = {fact.name: fact.value for fact in client.application}

    def number(name: str) -> float | None:
        value = given.get(name)
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if usable and value else None

    return Terms(number(CREDIT), number(ANNUITY), number(GOODS))


def sensible(present: float, bounds: tuple[float, float] | None) -> Range:
    """Round amounts around the present one, within what can be true at all."""
    step = nice(present * (MOST - LEAST) / STEPS)
    low, high = present * LEAST, present * MOST
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Range(math.floor(low / step) * step, math.ceil(high / step) * step, step)


def term_range(present: float) -> Range:
    """Numbers of instalments around the present one."""
    low = min(FEWEST, math.floor(present))
    return Range(max(1, low), max(LONGEST, math.ceil(present)), 1)


def nice(step: float) -> float:
    """The next step of 1, 2, 5, 10, 20, 50 … at or above `step`."""
    power = 10.0 ** math.floor(math.log10(max(step, 1)))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= max(step, 1))


def range_of(name: str, present: float, model: Model) -> Range:
    return sensible(present, model.column(name).bounds)
