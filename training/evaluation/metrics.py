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

from training.arrays import Array

BINS = 20


@dataclass(frozen=True)
class Effort:
    """What a candidate takes and how well it knows its training clients by heart.

    Means over the folds; the AUC is on a sample of the clients that were learned from.
    """

    train_auc: float
    fit_seconds: float
    predict_seconds: float


@dataclass(frozen=True)
class Metrics:
    """Out-of-fold metrics of one candidate, at one threshold.

    `auc` and `auc_std` are the mean and standard deviation of the folds' AUC; `ece`
    uses equal-mass bins; `…_se` are standard errors; `auc_gap` is how much better it
    ranks clients it has learned from.
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
    auc_se: float
    business_score_se: float
    average_precision_se: float
    brier_se: float
    train_auc: float
    auc_gap: float
    fit_seconds: float
    predict_seconds: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def evaluate(
    target: Array,
    probability: Array,
    fold: Array,
    threshold: float,
    cost: Array,
    effort: Effort,
) -> Metrics:
    """Every metric of out-of-fold probabilities.

    All arrays have shape (clients,); `fold` says which fold each client was held
    out in, `cost` what its decision cost. Standard errors: over clients for means,
    over folds for rankings.
    """
    held_out = [fold == number for number in np.unique(fold)]
    auc = ranking_by_fold(target, probability, fold)
    precision = [
        average_precision_score(target[rows], probability[rows]) for rows in held_out
    ]
    refused = probability >= threshold
    return Metrics(
        auc=float(np.mean(auc)),
        auc_std=float(np.std(auc, ddof=1)),
        business_score=float(cost.mean()),
        average_precision=float(average_precision_score(target, probability)),
        ks=kolmogorov_smirnov(target, probability),
        brier=float(brier_score_loss(target, probability)),
        ece=expected_calibration_error(target, probability),
        recall=float(refused[target == 1].mean()),
        refused_share=float(refused.mean()),
        auc_se=standard_error(auc),
        business_score_se=standard_error(cost),
        average_precision_se=standard_error(precision),
        brier_se=standard_error((target - probability) ** 2),
        auc_gap=effort.train_auc - float(np.mean(auc)),
        **asdict(effort),
    )


def ranking_by_fold(target: Array, score: Array, fold: Array) -> list[float]:
    """The AUC in each fold, for a score of any scale."""
    return [
        float(roc_auc_score(target[fold == number], score[fold == number]))
        for number in np.unique(fold)
    ]


def standard_error(values: Array | list[float]) -> float:
    """Of the mean of independent values."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def kolmogorov_smirnov(target: Array, probability: Array) -> float:
    """The greatest distance between the scores of defaulted and repaid clients."""
    false_positive, true_positive, _ = roc_curve(target, probability)
    return float(np.max(true_positive - false_positive))


def calibration_curve(target: Array, probability: Array) -> dict[str, list[float]]:
    """Predicted and observed default rate of bins of equal mass, ascending.

    Keys `predicted`, `observed` and `clients`, each with one entry per bin.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return {
        "predicted": [float(probability[part].mean()) for part in parts],
        "observed": [float(target[part].mean()) for part in parts],
        "clients": [len(part) for part in parts],
    }


def expected_calibration_error(target: Array, probability: Array) -> float:
    """Mean gap between predicted and observed rate over bins of equal mass.

    Source: Nixon et al., Measuring Calibration in Deep Learning, 2019 (ACE).
    """
    bins = zip(*calibration_curve(target, probability).values(), strict=True)
    gaps = (abs(observed - predicted) * size for predicted, observed, size in bins)
    return float(sum(gaps) / len(target))


def chance_error(probability: Array) -> float:
    """The calibration error that true probabilities stay below 99 times in 100.

    Outcomes are drawn from the probabilities themselves. With few clients it is far
    above 0.
    """
    random = np.random.default_rng(0)
    ordered = np.sort(probability)
    drawn = [
        expected_calibration_error(
            (random.random(len(ordered)) < ordered).astype(np.float64), ordered
        )
        for _ in range(200)
    ]
    return float(np.quantile(drawn, 0.99))
