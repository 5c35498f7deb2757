"""Looks at outcomes: whether scores still mean what they meant.

Outcomes are late, partial and biased: only granted clients have one, unless somebody
overrode a refusal. So nothing realised is compared with the reference directly. Each
outcome is held against the chance expected at its own score; what that says is then
carried to all decisions, refused ones too. This assumes that among clients of one
score those with an outcome are like those without. Weighting by the inverse of the
probability of having one cannot replace that: a refused client's is zero.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.arrays import Array
from training.monitoring.statistics.performance import (
    Performance,
    Recalibration,
    auc,
    expected,
    recalibrate,
)
from training.monitoring.statistics.reference import Reference

OUTCOMES = 500
# Looks at so many outcomes, taken after every so many, and what each may spend: over
# a long time 0.0005 per 500 outcomes, as `looks.ALPHA` per window of decisions.
LOOKS = {2_000: (500, 0.0001), 10_000: (2_000, 0.0016)}
# Most of it goes to what costs most: a model that ranks worse.
FLATTER = 0.75
LEAST_DEFAULTS = 30
# What is worth an alert: any of these, on all decisions.
LEAST_AUC_DROP, LEAST_RATE_RATIO, LEAST_COST_RATIO = 0.02, 1.2, 1.1


@dataclass(frozen=True)
class OutcomeLook:
    """The newest outcomes against what their scores made expect.

    `outcomes`: arrived so far. `labelled_*`: of the clients with an outcome alone.
    `before` and `after`: of all decisions, expected from their scores, and with what
    the outcomes say; `auc_error` is the standard error of `after.auc`.
    `p`: of no change, with its part of the look's `alpha` counted in.
    """

    outcomes: int
    size: int
    defaults: int
    expected_defaults: float
    labelled_auc: float
    labelled_auc_error: float
    labelled_expected_auc: float
    before: Performance
    after: Performance
    auc_error: float
    slope: float
    p: float
    alpha: float

    @property
    def auc_drop(self) -> float:
        return self.before.auc - self.after.auc

    @property
    def rate_ratio(self) -> float:
        return self.defaults / max(self.expected_defaults, 1e-9)

    @property
    def matters(self) -> bool:
        ratio = max(self.rate_ratio, 1 / max(self.rate_ratio, 1e-9))
        return (
            self.auc_drop >= LEAST_AUC_DROP
            or ratio >= LEAST_RATE_RATIO
            or self.after.cost >= LEAST_COST_RATIO * self.before.cost
        )

    @property
    def raised(self) -> bool:
        return self.matters and self.p <= self.alpha

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "auc_drop": self.auc_drop}


def look_at_outcomes(
    reference: Reference,
    margin: Array,
    target: Array,
    *,
    counts: np.ndarray | None = None,
    start: int = 0,
    seen: int = 0,
) -> list[OutcomeLook]:
    """A look per scale whenever another `OUTCOMES` have come, in order of arrival.

    Args:
        margin, target: of the labelled decisions, shape (decisions,).
        counts: of all recent decisions per score bin; those of the reference if None.
        start: how many outcomes came before the first of these.
        seen: how many there were at the last look; none is taken twice.
    """
    everyone = (
        reference.score_bins.count(reference.frame["margin"].to_numpy())
        if counts is None
        else counts
    )
    looks = []
    for end in range(seen + OUTCOMES, start + len(margin) + 1, OUTCOMES):
        for size, (every, _) in LOOKS.items():
            if end < size or end % every:
                continue
            part = slice(end - size - start, end - start)
            if target[part].sum() >= LEAST_DEFAULTS:
                looks.append(take(reference, margin[part], target[part], everyone, end))
    return looks


def take(
    reference: Reference, margin: Array, target: Array, counts: np.ndarray, end: int
) -> OutcomeLook:
    """One look at some labelled decisions; `end` is how many outcomes there were."""
    bins, costs = reference.score_bins, reference.costs
    fit = recalibrate(reference.expectation, margin, target)
    realised, error = auc(margin, target)
    own = expected(bins, bins.count(margin), bins.chance, costs)
    flatter = fit.p_flatter(bins.chance, counts) / FLATTER
    changed = fit.p_changed / (1 - FLATTER)
    after = expected(bins, counts, fit(bins.chance), costs)
    return OutcomeLook(
        outcomes=end,
        size=len(margin),
        defaults=int(target.sum()),
        expected_defaults=float(reference.expectation(margin).sum()),
        labelled_auc=realised,
        labelled_auc_error=error,
        labelled_expected_auc=own.auc,
        before=expected(bins, counts, bins.chance, costs),
        after=after,
        auc_error=_auc_error(reference, counts, fit),
        slope=fit.slope,
        p=min(flatter, changed, 1.0),
        alpha=LOOKS[len(margin)][1],
    )


def _auc_error(reference: Reference, counts: np.ndarray, fit: Recalibration) -> float:
    """By the delta method, from the error of the fitted shift and slope."""
    bins, costs, step = reference.score_bins, reference.costs, 1e-3

    def area(shift: float, slope: float) -> float:
        moved = Recalibration(shift, slope, fit.covariance)
        return expected(bins, counts, moved(bins.chance), costs).auc

    gradient = np.array(
        [
            area(fit.shift + step, fit.slope) - area(fit.shift - step, fit.slope),
            area(fit.shift, fit.slope + step) - area(fit.shift, fit.slope - step),
        ]
    ) / (2 * step)
    return float(np.sqrt(gradient @ fit.covariance @ gradient))
