"""What a loan costs as its application asks for it: the arithmetic is the API's."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.tables.schema import Role

MONTHS, MOST_INSTALMENTS = 12, 600
# Between these growths a rate is looked for, by halving.
LOWEST, HIGHEST, HALVINGS = math.log(1e-6), math.log(1e6), 200


@dataclass(frozen=True)
class Loan:
    """None is what the application does not say."""

    amount: float | None = None
    instalments: int | None = None
    down_payment: float | None = None
    instalment: float | None = None
    total: float | None = None
    yearly_rate: float | None = None
    apr: float | None = None


def loans(
    columns: Mapping[str, Sequence[Any] | None],
    estimate: Sequence[Any] | None,
    many: int,
    *,
    rates: bool,
) -> list[Loan]:
    """Of each application, from its columns by role.

    `estimate`: numbers of instalments, where the column that carries them is null.
    `rates`: also work out the rates, which takes half a millisecond each.
    """

    def value(role: str, at: int) -> Any:
        held = columns.get(role)
        return None if held is None else held[at]

    def one(at: int) -> Loan:
        amount = _above_zero(value(Role.AMOUNT, at))
        if amount is None:
            return Loan()
        price = _above_zero(value(Role.GOODS_PRICE, at))
        instalment = _above_zero(value(Role.INSTALMENT, at))
        carried = value(Role.INSTALMENTS, at)
        if carried is None and estimate is not None:
            carried = estimate[at]
        instalments = _whole(_above_zero(carried))
        down = None if price is None else max(0.0, round(price - amount, 2))
        if instalments is None or instalment is None:
            return Loan(amount, instalments, down, instalment)
        total = round(instalments * instalment, 2)
        yearly = apr = None
        if rates:
            growth = _growth(amount, instalments, instalment)
            if growth is not None:
                yearly = _shown(MONTHS * math.expm1(growth / MONTHS))
                apr = _shown(math.expm1(growth))
        return Loan(amount, instalments, down, instalment, total, yearly, apr)

    return [one(at) for at in range(many)]


def _above_zero(value: Any) -> float | None:
    return float(value) if value and value > 0 else None


def _whole(number: float | None) -> int | None:
    if number is None or not 1 <= number <= MOST_INSTALMENTS:
        return None
    return int(number) if number == int(number) else None


def _growth(amount: float, instalments: int, instalment: float) -> float | None:
    """The yearly growth, as a logarithm, at which both sides are worth the same."""
    years = [month / MONTHS for month in range(1, instalments + 1)]

    def worth(growth: float) -> float:
        repaid = math.fsum(instalment * math.exp(-growth * one) for one in years)
        return amount - repaid

    return _root(worth)


def _root(of: Callable[[float], float]) -> float | None:
    low, high = LOWEST, HIGHEST
    if not of(low) <= 0 <= of(high):
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if of(middle) < 0 else (low, middle)
    return high if of(high) == 0 else low


def _shown(rate: float) -> float:
    return round(rate, 12) + 0.0
