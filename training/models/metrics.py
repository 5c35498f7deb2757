"""How good probabilities are: ranking, calibration and decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    roc_auc_score,
    roc_curve,
)

from training.models.cost import Array, Costs, business_score


@dataclass(frozen=True)
class Metrics:
    """Out-of-fold metrics of one candidate, at one threshold.

    `auc` and `auc_std` are the mean and standard deviation of the folds' AUC; `ece`
    uses equal-mass bins.
    """

    auc: float
    auc_std: float
    business_score: float
    average_precision: float
    ks: float
    brier: float
    ece: float
    recall: float
    refused_share: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def evaluate(
    target: Array, probability: Array, fold: Array, threshold: float, costs: Costs
) -> Metrics:
    """Every metric of out-of-fold probabilities.

    All arrays have shape (clients,); `fold` says which fold each client was held
    out in.
    """
    per_fold = [
        roc_auc_score(target[fold == one], probability[fold == one])
        for one in np.unique(fold)
    ]
    refused = probability >= threshold
    return Metrics(
        auc=float(np.mean(per_fold)),
        auc_std=float(np.std(per_fold, ddof=1)),
        business_score=business_score(target, probability, threshold, costs),
        average_precision=float(average_precision_score(target, probability)),
        ks=kolmogorov_smirnov(target, probability),
        brier=float(brier_score_loss(target, probability)),
        ece=expected_calibration_error(target, probability),
        recall=float(refused[target == 1].mean()),
        refused_share=float(refused.mean()),
    )


def kolmogorov_smirnov(target: Array, probability: Array) -> float:
    """The greatest distance between the scores of defaulted and repaid clients."""
    false_positive, true_positive, _ = roc_curve(target, probability)
    return float(np.max(true_positive - false_positive))


def expected_calibration_error(
    target: Array, probability: Array, bins: int = 20
) -> float:
    """Mean gap between predicted and observed rate over bins of equal mass.

    Source: Nixon et al., Measuring Calibration in Deep Learning, 2019 (ACE).
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(target[p].mean() - probability[p].mean()) * len(p) for p in parts]
    return float(sum(gaps) / len(target))
