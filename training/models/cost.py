"""The business score: what wrong decisions cost, and the threshold that costs least.

A false negative is a default that was granted, a false positive a good client that was
refused. Score = (cost_fn * FN + cost_fp * FP) / N; lower is better.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What one wrong decision of each kind costs, in the same unit."""

    false_negative: float = 10.0
    false_positive: float = 1.0

    @property
    def break_even(self) -> float:
        """The threshold that is best when probabilities are true: 1/11 by default.

        Source: Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001.
        """
        return self.false_positive / (self.false_positive + self.false_negative)

    def to_json(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True)
class CostCurve:
    """The business score at each candidate threshold, ascending.

    A client is refused when its probability is at or above the threshold; both
    arrays have one entry per distinct threshold, the last refusing nobody.
    """

    threshold: Array
    business_score: Array

    @property
    def best(self) -> float:
        """The threshold of least cost; the middle one where several are equal."""
        least = np.flatnonzero(self.business_score == np.min(self.business_score))
        return float(self.threshold[least[len(least) // 2]])


def cost_curve(
    target: Array, probability: Array, costs: Costs, weight: Array | None = None
) -> CostCurve:
    """The cost of every threshold that decides differently.

    Args:
        target: shape (clients,), 1 for a default, 0 for repaid.
        probability: shape (clients,), of default.
        weight: shape (clients,), how often each client counts; 1 when left out.
    """
    counted = np.ones(len(target)) if weight is None else weight
    order = np.argsort(probability, kind="stable")
    values, first = np.unique(probability[order], return_index=True)
    bad = (target * counted)[order]
    good = ((1 - target) * counted)[order]
    # Below a threshold clients are granted: their defaults are false negatives.
    granted_bad = np.concatenate(([0.0], np.cumsum(bad)))
    refused_good = good.sum() - np.concatenate(([0.0], np.cumsum(good)))
    starts = np.append(first, len(order))
    thresholds = np.append((values + np.append(0.0, values[:-1])) / 2, 1.0)
    total = (
        costs.false_negative * granted_bad[starts]
        + costs.false_positive * refused_good[starts]
    ) / counted.sum()
    return CostCurve(thresholds, total)


def business_score(
    target: Array, probability: Array, threshold: float, costs: Costs
) -> float:
    """(cost_fn * FN + cost_fp * FP) / N at a threshold."""
    refused = probability >= threshold
    false_negatives = np.sum((target == 1) & ~refused)
    false_positives = np.sum((target == 0) & refused)
    cost = costs.false_negative * false_negatives
    return float((cost + costs.false_positive * false_positives) / len(target))


@dataclass(frozen=True)
class Threshold:
    """The chosen threshold and the interval in which its bootstrap replicates lie."""

    value: float
    interval: tuple[float, float]


def choose_threshold(
    target: Array,
    probability: Array,
    costs: Costs,
    *,
    replicates: int = 200,
    seed: int = 0,
) -> Threshold:
    """The threshold of least expected cost, steadied by the bootstrap.

    The cost curve of one sample is jagged and its lowest point jumps about; the
    median of the best thresholds of resampled clients does not. The interval is
    from their 5th to their 95th percentile.
    """
    random = np.random.default_rng(seed)
    share = np.full(len(target), 1 / len(target))
    best = [
        cost_curve(
            target,
            probability,
            costs,
            random.multinomial(len(target), share).astype(np.float64),
        ).best
        for _ in range(replicates)
    ]
    low, middle, high = np.percentile(best, [5, 50, 95])
    return Threshold(float(middle), (float(low), float(high)))
