"""The smallest change of what an applicant can negotiate that flips a refusal.

Candidates are round values inside bounds. They are tried from the cheapest on, first on
a grid over the whole of the bounds, then ever closer around the cheapest that is
granted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from api.schemas.answers import TermName
from api.schemas.layout import AMOUNT, GOODS_PRICE, INSTALMENTS
from api.scoring.terms import Loan

if TYPE_CHECKING:
    from api.scoring.champion import Champion

LEVELS, LINE_LEVELS, ROUNDS, AT_ONCE = 13, 60, 6, 400

Values = NDArray[np.float64]
# Of candidates, shape (n, terms), which are granted.
Grants = Callable[[Values], NDArray[np.bool_]]


@dataclass(frozen=True)
class Movable:
    """A term that may move from `lowest` to `highest`, in steps of `step`.

    A change costs `weight` times as much as it is a part of `whole`.
    """

    name: TermName
    weight: float
    value: float
    lowest: float
    highest: float
    step: float
    whole: float

    def levels(self, values: Values) -> set[float]:
        """Round values next to these, inside the bounds; and the value itself."""
        rounded = np.round(values / self.step) * self.step
        inside = rounded[(rounded >= self.lowest) & (rounded <= self.highest)]
        return {self.value, *inside.tolist()}


def movable(champion: Champion, loan: Loan, names: Collection[str]) -> list[Movable]:
    """Those terms that this loan has: for no more money, and no less paid down."""
    asked, terms = loan.asked, []
    kinds = {
        "amount": (AMOUNT, asked.amount, asked.amount),
        "instalments": (INSTALMENTS, asked.instalments, asked.instalments),
        "down_payment": (GOODS_PRICE, asked.down_payment, loan.price),
    }
    for term in champion.negotiable:
        role, value, whole = kinds[term.name]
        reach = champion.loan[role].term
        if term.name not in names or value is None or not whole or reach is None:
            continue
        part = whole if term.relative else 1.0
        low, high = term.lowest * part, term.highest * part
        step = 10.0 ** (math.floor(math.log10(whole)) - 2)
        if term.name == "amount":
            high = value
        elif term.name == "down_payment":
            low = value
        else:
            low, high = (
                max(low, reach.reach[0] * value),
                min(high, reach.reach[1] * value),
            )
            step = 1.0
        terms.append(Movable(term.name, reach.weight, value, low, high, step, whole))
    return terms


def costs(terms: Sequence[Movable], candidates: Values) -> Values:
    """Relative changes, weighted and added up."""
    values = np.array([one.value for one in terms])
    weights = np.array([one.weight / one.whole for one in terms])
    cost: Values = np.abs(candidates - values) @ weights
    return cost


def search(terms: Sequence[Movable], grants: Grants) -> tuple[float, ...] | None:
    """The cheapest values found that are granted, one per term; None: none is."""
    spans = np.array([one.highest - one.lowest for one in terms])
    first = [one.levels(np.linspace(one.lowest, one.highest, LEVELS)) for one in terms]
    lines = {
        tuple(value if one is moved else one.value for one in terms)
        for moved in terms
        for value in moved.levels(np.linspace(moved.lowest, moved.highest, LINE_LEVELS))
    }
    best = _cheapest(terms, {*product(*first), *lines}, grants, math.inf)
    if best is None:
        return None
    span = spans / (LEVELS - 1)
    for _ in range(ROUNDS):
        around = [
            one.levels(best[at] + span[at] * np.linspace(-1, 1, 5))
            for at, one in enumerate(terms)
        ]
        limit = float(costs(terms, np.array([best]))[0])
        best = _cheapest(terms, set(product(*around)), grants, limit) or best
        span = span / 2
    return best


def _cheapest(
    terms: Sequence[Movable],
    candidates: set[tuple[float, ...]],
    grants: Grants,
    limit: float,
) -> tuple[float, ...] | None:
    """The first, by cost, that is granted and costs less than the limit."""
    ordered = np.array(sorted(candidates))
    cost = costs(terms, ordered)
    kept = (cost < limit) & (cost > 0)
    ordered = ordered[kept][np.argsort(cost[kept], kind="stable")]
    for at in range(0, len(ordered), AT_ONCE):
        part = ordered[at : at + AT_ONCE]
        granted = np.flatnonzero(grants(part))
        if len(granted):
            return tuple(part[granted[0]].tolist())
    return None
