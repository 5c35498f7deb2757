"""What of a loan can be talked about: its amount, its instalments, the goods' price."""

from __future__ import annotations

import math
from dataclasses import dataclass

from api_client.answers import ClientAnswer, ModelAnswer
from session.language import mark

# The roles of the columns that hold them.
CREDIT, ANNUITY, GOODS = "amount", "instalment", "goods_price"
LEVERS = {
    CREDIT: mark("Loan amount"),
    ANNUITY: mark("Instalment"),
    GOODS: mark("Price of the goods"),
}
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

    def changes_from(self, present: Terms, model: ModelAnswer) -> dict[str, float]:
        """The columns that differ from `present`, with their new values."""
        pairs = zip(LEVERS, self.values(), present.values(), strict=True)
        return {
            model.terms[role].name: value
            for role, value, before in pairs
            if value is not None and value != before
        }

    def values(self) -> tuple[float | None, float | None, float | None]:
        return self.credit, self.annuity, self.goods


def present_terms(client: ClientAnswer, model: ModelAnswer) -> Terms:
    """The terms that the client applied for; only what can be negotiated."""
    given = {fact.name: fact.value for fact in client.application}

    def number(role: str) -> float | None:
        value = given.get(model.terms[role].name) if role in model.terms else None
        return float(value) if value and not isinstance(value, str) else None

    return Terms(number(CREDIT), number(ANNUITY), number(GOODS))


def amounts(present: float, bounds: tuple[float, float] | None) -> tuple[float, ...]:
    """The present amount among round ones, within what can be true at all."""
    step = nice(present * (MOST - LEAST) / STEPS)
    low, high = present * LEAST, present * MOST
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    rounds = range(math.ceil(low / step), math.floor(high / step) + 1)
    return tuple(sorted({present, *(number * step for number in rounds)}))


def instalments(present: float) -> tuple[int, ...]:
    """Numbers of instalments around the present one."""
    low = min(FEWEST, math.floor(present))
    return tuple(range(max(1, low), max(LONGEST, math.ceil(present)) + 1))


def nice(step: float) -> float:
    """The next step of 1, 2, 5, 10, 20, 50 … at or above `step`."""
    power = 10.0 ** math.floor(math.log10(max(step, 1)))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= max(step, 1))
