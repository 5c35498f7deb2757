"""The model's measures for a segment of the bundle's sample of clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from api.errors import FieldError, Problem, invalid, short
from api.schemas.analysis.segments import SegmentFilter, SegmentRequest
from api.schemas.layout import AMOUNT

if TYPE_CHECKING:
    from api.schemas.model import Feature
    from api.scoring.champion import Champion
    from api.scoring.similar_clients import Population

# Of fewer, numbers are of persons and of chance.
FEWEST = 50
Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def measured(
    champion: Champion, population: Population, asked: SegmentRequest
) -> dict[str, Any]:
    """Measures of who passes all filters, beside those of all; raises Problem.

    404 where the sample is without risks, 422 where a filter cannot be, or fewer than
    50 pass.
    """
    risk = population.risk
    if risk is None:
        detail = "The bundle's sample has no risks: it is of an earlier release."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    chosen = _passing(population, asked.filters)
    if chosen.sum() < FEWEST:
        # Not how many: one more filter would tell of one more client.
        detail = f"expected filters that at least {FEWEST} clients pass, found fewer"
        raise invalid([FieldError("/filters", detail)])
    manifest = champion.manifest
    threshold = manifest.threshold if asked.threshold is None else asked.threshold
    told = champion.bundle.told
    weight = _weight(champion, population) if told["costs_by_amount"] else 1.0
    costs = _costs(population.defaulted, risk >= threshold, told["costs"], weight)

    def of(mask: Mask) -> dict[str, Any]:
        return measures(population.defaulted[mask], risk[mask], threshold, costs[mask])

    return {
        "threshold": threshold,
        "segment": of(chosen),
        "all": of(np.ones(population.size, dtype=bool)),
    }


def measures(
    defaulted: Mask, risk: Numbers, threshold: float, costs: Numbers
) -> dict[str, Any]:
    """Of clients by outcome, risk and what the decision on each costs."""
    refused = risk >= threshold
    score = float(costs.mean())
    return {
        "clients": len(risk),
        "default_rate": float(defaulted.mean()),
        "stated_risk": float(risk.mean()),
        "approval_rate": float((~refused).mean()),
        "business_score": None if np.isnan(score) else score,
        "auc": auc(defaulted, risk),
        "granted_repaid": int((~refused & ~defaulted).sum()),
        "granted_defaulted": int((~refused & defaulted).sum()),
        "refused_repaid": int((refused & ~defaulted).sum()),
        "refused_defaulted": int((refused & defaulted).sum()),
    }


def auc(defaulted: Mask, risk: Numbers) -> float | None:
    """How often who defaults has the higher risk, ties by half (Mann-Whitney).

    None where all have the same outcome.
    """
    repaid = np.sort(risk[~defaulted])
    late = risk[defaulted]
    if not len(repaid) or not len(late):
        return None
    below = np.searchsorted(repaid, late, "left")
    up_to = np.searchsorted(repaid, late, "right")
    return float((below + up_to).sum() / (2 * len(repaid) * len(late)))


def _passing(population: Population, filters: Sequence[SegmentFilter]) -> Mask:
    passing = np.ones(population.size, dtype=bool)
    features = {feature.name: feature for feature in population.features}
    for at, one in enumerate(filters):
        feature = features.get(one.feature)
        if feature is None:
            detail = f"{short(one.feature)} is not in the population sample"
            raise invalid([FieldError(f"/filters/{at}/feature", detail)])
        passing &= _passes(population.column(one.feature), feature, one, at)
    return passing


def _passes(
    column: NDArray[np.float32], feature: Feature, one: SegmentFilter, at: int
) -> Mask:
    missing: Mask = np.isnan(column)
    if one.missing is not None:
        return missing if one.missing else ~missing
    if one.between is not None:
        if feature.categories is not None:
            raise _wrong(at, "between", f"{feature.name} is a category: use among")
        low, high = one.between
        if low is not None and high is not None and low > high:
            raise _wrong(at, "between", f"expected the lower first, found {low:g}")
        inside = ~missing
        inside &= column >= (-np.inf if low is None else low)
        return inside & (column <= (np.inf if high is None else high))
    if feature.categories is None:
        raise _wrong(at, "among", f"{feature.name} is a number: use between")
    codes = []
    for category in one.among or ():
        if category not in feature.categories:
            detail = f"{short(category)} is no category of {feature.name}"
            raise _wrong(at, "among", detail)
        codes.append(feature.categories.index(category))
    return np.isin(column, codes)


def _wrong(at: int, form: str, detail: str) -> Problem:
    return invalid([FieldError(f"/filters/{at}/{form}", detail)])


def _costs(
    defaulted: Mask,
    refused: Mask,
    costs: Mapping[str, float],
    weight: Numbers | float,
) -> Numbers:
    default, good = costs["false_negative"], costs["false_positive"]
    wrong = np.where(refused, good * ~defaulted, default * defaulted)
    return np.asarray(wrong * weight, dtype=np.float64)


def _weight(champion: Champion, population: Population) -> Numbers | float:
    """How much each client counts where costs are shares of the credit."""
    amount = champion.loan.get(AMOUNT)
    if amount is None or amount.name not in population.names:
        return np.nan
    credit = population.column(amount.name).astype(np.float64)
    return np.asarray(credit / credit.mean())
