"""What a loan on its terms costs: instalment, total, cost, and the APR."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from api.schemas.answers import Estimated, Offer

MONTHS = 12
# Amounts by when they are paid, in years.
Flows = Sequence[tuple[float, float]]
# Rates are looked for from nearly -100 % to a million times as much a year, by halving
# until nothing is left to halve.
_LOWEST, _HIGHEST, _HALVINGS = math.log(1e-6), math.log(1e6), 200


def offer(
    amount: float,
    instalments: int | None,
    instalment: float | None,
    down_payment: float | None,
    yearly_rate: float | None,
    estimated: Sequence[Estimated] = (),
    as_likely: Sequence[int] = (),
    rates: bool = True,
) -> Offer:
    """What follows from these; null is what cannot be known without the others.

    Without `rates` the APR, which has to be searched for, is left out.
    """
    total = apr = None
    if instalments is not None and instalment is not None:
        total = round(instalments * instalment, 2)
        repaid = monthly(instalments, instalment)
        apr = annual_percentage_rate([(0.0, amount)], repaid) if rates else None
    return Offer(
        amount=amount,
        instalments=instalments,
        down_payment=down_payment,
        yearly_rate=yearly_rate,
        instalment=instalment,
        total=total,
        cost=None if total is None else round(total - amount, 2),
        apr=apr,
        estimated=list(estimated),
        as_likely=list(as_likely),
    )


def annuity(amount: float, yearly_rate: float, instalments: int) -> float:
    """The monthly instalment that repays an amount at a nominal yearly rate."""
    rate = yearly_rate / MONTHS
    if rate == 0:
        return amount / instalments
    return amount * rate / -math.expm1(-instalments * math.log1p(rate))


def yearly_rate(amount: float, instalment: float, instalments: int) -> float | None:
    """The nominal rate at which so many instalments repay the amount.

    Below 0 where they do not even add up to it; null where no rate does.
    """
    growth = _growth([(0.0, amount)], monthly(instalments, instalment))
    return None if growth is None else _shown(MONTHS * math.expm1(growth / MONTHS))


def monthly(instalments: int, instalment: float) -> Flows:
    """As many equal instalments, each after a month, the first after one."""
    return [(month / MONTHS, instalment) for month in range(1, instalments + 1)]


def annual_percentage_rate(drawn: Flows, repaid: Flows) -> float | None:
    """The X at which what is drawn is worth what is repaid.

    Directive (EU) 2023/2225, Annex III, part I: the sum of C_k (1 + X) ** -t_k is the
    sum of D_l (1 + X) ** -s_l. Null where no rate does that.
    """
    growth = _growth(drawn, repaid)
    return None if growth is None else _shown(math.expm1(growth))


def _shown(rate: float) -> float:
    """Without what is left of halving; 0 is not negative."""
    return round(rate, 12) + 0.0


def _growth(drawn: Flows, repaid: Flows) -> float | None:
    """The yearly growth, as a logarithm, at which both are worth the same."""

    def worth(growth: float) -> float:
        """Of what is drawn, less what is repaid: the more, the higher the growth."""
        return _present(drawn, growth) - _present(repaid, growth)

    return _root(worth, _LOWEST, _HIGHEST)


def _present(flows: Flows, growth: float) -> float:
    return math.fsum(amount * math.exp(-growth * years) for years, amount in flows)


def _root(of: Callable[[float], float], low: float, high: float) -> float | None:
    if not of(low) <= 0 <= of(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if of(middle) < 0 else (low, middle)
    return high if of(high) == 0 else low
