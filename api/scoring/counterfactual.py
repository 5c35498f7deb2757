"""The smallest change of what an applicant can negotiate that flips a refusal.

Candidates are round amounts inside bounds. They are tried from the cheapest on, first
on a grid over the whole of the bounds, then ever closer around the cheapest that is
granted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from api.schemas.layout import AMOUNT, GOODS_PRICE, INSTALMENT
from api.schemas.model import Column, Term

LEVELS, LINE_LEVELS, ROUNDS, AT_ONCE = 13, 60, 6, 400

Amounts = NDArray[np.float64]
# Of candidates, shape (n, levers), which are granted.
Grants = Callable[[Amounts], NDArray[np.bool_]]


@dataclass(frozen=True)
class Lever:
    """What can be negotiated: from `lowest` to `highest`, in steps of `step`."""

    name: str
    role: str | None
    weight: float
    value: float
    lowest: float
    highest: float
    step: float

    def levels(self, values: Amounts) -> set[float]:
        """Round amounts next to these, inside the bounds; and the value itself."""
        rounded = np.round(values / self.step) * self.step
        inside = rounded[(rounded >= self.lowest) & (rounded <= self.highest)]
        return {self.value, *inside.tolist()}


@dataclass(frozen=True)
class Terms:
    """A loan as asked for, its amounts by role.

    `durations`: shortest and longest that are usual, amount over instalment.
    """

    amounts: Mapping[str | None, float]
    durations: tuple[float, float]

    def allow(self, levers: Sequence[Lever], candidates: Amounts) -> NDArray[np.bool_]:
        """Loans that are seen: paid back in a usual time, and no larger a part of the
        price of the goods than was asked for, or than all of it.
        """
        amounts = {
            role: np.full(len(candidates), v) for role, v in self.amounts.items()
        }
        for at, lever in enumerate(levers):
            amounts[lever.role] = candidates[:, at]
        allowed = np.ones(len(candidates), dtype=bool)
        if {AMOUNT, INSTALMENT} <= amounts.keys():
            duration = amounts[AMOUNT] / amounts[INSTALMENT]
            asked = self.amounts[AMOUNT] / self.amounts[INSTALMENT]
            allowed &= duration >= min(self.durations[0], asked)
            allowed &= duration <= max(self.durations[1], asked)
        if {AMOUNT, GOODS_PRICE} <= amounts.keys():
            asked = self.amounts[AMOUNT] / self.amounts[GOODS_PRICE]
            most = max(asked, 1.0) * amounts[GOODS_PRICE] * (1 + 1e-9)
            allowed &= amounts[AMOUNT] <= most
        return allowed


def lever(column: Column, term: Term, value: float) -> Lever:
    """The bounds of a lever around what was asked for, which is above zero."""
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    low, high = term.reach
    return Lever(
        column.name,
        column.role,
        term.weight,
        value,
        lowest=min(value, math.ceil(low * value / step) * step),
        highest=max(value, math.floor(high * value / step) * step),
        step=step,
    )


def costs(levers: Sequence[Lever], candidates: Amounts) -> Amounts:
    """Relative changes, weighted and added up."""
    values = np.array([one.value for one in levers])
    weights = np.array([one.weight for one in levers])
    cost: Amounts = (np.abs(candidates - values) / values) @ weights
    return cost


def search(
    terms: Terms, levers: Sequence[Lever], grants: Grants
) -> tuple[float, ...] | None:
    """The cheapest amounts found that are granted, one per lever; None: none is."""
    spans = np.array([one.highest - one.lowest for one in levers])
    first = [one.levels(np.linspace(one.lowest, one.highest, LEVELS)) for one in levers]
    lines = {
        tuple(value if one is moved else one.value for one in levers)
        for moved in levers
        for value in moved.levels(np.linspace(moved.lowest, moved.highest, LINE_LEVELS))
    }
    best = _cheapest(terms, levers, {*product(*first), *lines}, grants, math.inf)
    if best is None:
        return None
    span = spans / (LEVELS - 1)
    for _ in range(ROUNDS):
        around = [
            one.levels(best[at] + span[at] * np.linspace(-1, 1, 5))
            for at, one in enumerate(levers)
        ]
        limit = float(costs(levers, np.array([best]))[0])
        best = _cheapest(terms, levers, set(product(*around)), grants, limit) or best
        span = span / 2
    return best


def _cheapest(
    terms: Terms,
    levers: Sequence[Lever],
    candidates: set[tuple[float, ...]],
    grants: Grants,
    limit: float,
) -> tuple[float, ...] | None:
    """The first, by cost, that is granted and costs less than the limit."""
    ordered = np.array(sorted(candidates))
    cost = costs(levers, ordered)
    kept = terms.allow(levers, ordered) & (cost < limit) & (cost > 0)
    ordered = ordered[kept][np.argsort(cost[kept], kind="stable")]
    for at in range(0, len(ordered), AT_ONCE):
        part = ordered[at : at + AT_ONCE]
        granted = np.flatnonzero(grants(part))
        if len(granted):
            return tuple(part[granted[0]].tolist())
    return None
