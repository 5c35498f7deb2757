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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from api.errors import Problem
from api.features.columns import Row
from api.schemas.answers import TermName
from api.schemas.layout import AMOUNT, GOODS_PRICE, INSTALMENTS
from api.schemas.requests import Terms
from api.scoring.decision import GRANTED, decide, probability
from api.scoring.terms import Loan, Moved, loan_of, on_terms, revised
from api.store.people.clients import Client

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


@dataclass(frozen=True)
class Question:
    """A refused loan: of whom, and what it was simulated to be, if it was."""

    client: Client
    before: Row
    loan: Loan


@dataclass(frozen=True)
class Found:
    """The loan as it would be granted, and what the change costs."""

    moved: Moved
    cost: float


def question(champion: Champion, client: Client, before: Row) -> Question | None:
    """None where the application asks for no amount."""
    loan = loan_of(champion, client, {**client.application, **before})
    return None if loan is None else Question(client, before, loan)


def granted_as_asked(champion: Champion, asked: Question) -> bool:
    return bool(_granted(champion, asked, [], [()])[0])


def smallest(
    champion: Champion, asked: Question, names: Collection[str]
) -> Found | None:
    """The smallest change of these terms that would be granted; None: there is none."""
    terms = movable(champion, asked.loan, names)
    if not terms:
        return None
    found = search(
        terms, lambda values: _granted(champion, asked, terms, values.tolist())
    )
    if found is None:
        return None
    moved = on_terms(champion, asked.loan, _terms(terms, found))
    return Found(moved, costs(terms, np.array([found])).item())


def _granted(
    champion: Champion,
    asked: Question,
    movable: Sequence[Movable],
    candidates: Sequence[Sequence[float]],
) -> NDArray[np.bool_]:
    """Which of the candidates are offers to ask for, and would be granted."""
    offers = [_smaller(champion, asked.loan, movable, one) for one in candidates]
    granted = np.zeros(len(candidates), dtype=bool)
    kept = [at for at, moved in enumerate(offers) if moved is not None]
    if not kept:
        return granted
    revisions = [
        revised(champion, asked.client, {**asked.before, **moved.changes})
        for moved in offers
        if moved is not None
    ]
    manifest = champion.manifest
    margins = champion.model.margins(champion.online.revise(revisions)).tolist()
    chances = (probability(margin, manifest.calibration) for margin in margins)
    granted[kept] = [decide(one, manifest.threshold) == GRANTED for one in chances]
    return granted


def _smaller(
    champion: Champion, loan: Loan, movable: Sequence[Movable], values: Sequence[float]
) -> Moved | None:
    """The loan on these terms, unless it has no price or is not the smaller one."""
    try:
        moved = on_terms(champion, loan, _terms(movable, values))
    except Problem:
        return None
    limits = (
        (moved.instalment, loan.asked.instalment),
        (moved.amount, loan.asked.amount),
        (moved.price, loan.price),
    )
    higher = (new > old for new, old in limits if new is not None and old is not None)
    return None if any(higher) else moved


def _terms(movable: Sequence[Movable], values: Sequence[float]) -> Terms:
    """Those that are other than was asked for."""
    moved: dict[str, Any] = {
        term.name: int(value) if term.name == "instalments" else value
        for term, value in zip(movable, values, strict=True)
        if value != term.value
    }
    return Terms.model_construct(**moved)


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
