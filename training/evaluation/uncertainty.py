"""How sure a number is: standard errors, and paired comparisons on the same clients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from training.arrays import Array

REPLICATES = 1_000


def auc(target: Array, score: Array) -> float | None:
    """Area under the ROC curve; None where only one outcome is there."""
    if len(np.unique(target)) < 2:
        return None
    return float(roc_auc_score(target, score))


def auc_standard_error(value: float, defaults: int, repaid: int) -> float:
    """Standard error of an AUC over that many clients of each outcome.

    Source: Hanley and McNeil, The Meaning and Use of the Area under a ROC Curve,
    Radiology 1982.
    """
    q1 = value / (2 - value)
    q2 = 2 * value**2 / (1 + value)
    spread = value * (1 - value)
    spread += (defaults - 1) * (q1 - value**2) + (repaid - 1) * (q2 - value**2)
    return math.sqrt(max(spread, 0.0) / (defaults * repaid))


def chance_standard_error(defaults: int, repaid: int) -> float:
    """Standard error of the AUC of a score that knows nothing (Mann-Whitney)."""
    return math.sqrt((defaults + repaid + 1) / (12 * defaults * repaid))


@dataclass(frozen=True)
class Difference:
    """A mean difference over the same clients, and where it lies with 95 %."""

    value: float
    low: float
    high: float


def paired_bootstrap(difference: Array) -> Difference:
    """Resample clients: how sure the mean of `difference`, (clients,), is.

    Each client's two values are kept together, so what both models find hard cancels.
    """
    random = np.random.default_rng(0)
    # Few distinct differences (0, 1, 10 ...): resampling counts of each is the same
    # as resampling clients, and takes no time.
    values, counts = np.unique(difference, return_counts=True)
    drawn = random.multinomial(len(difference), counts / len(difference), REPLICATES)
    low, high = np.percentile(drawn @ values / len(difference), [2.5, 97.5])
    return Difference(float(difference.mean()), float(low), float(high))
