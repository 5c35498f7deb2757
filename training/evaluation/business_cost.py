"""The business score: what wrong decisions cost, and the threshold that costs least.

A false negative is a default that was granted, a false positive a good client that was
refused. Score = (cost_fn * FN + cost_fp * FP) / N; lower is better. In money, a client
counts by its share of the credit: weight = amount / mean amount, and the costs
are the loss given default and the margin, both as shares of the credit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import make_scorer

from training.arrays import Array
from training.errors import ConfigurationError
from training.language import Labels, _
from training.tables.layout import APPLICATION
from training.tables.schema import Role

REPLICATES = 200


@dataclass(frozen=True)
class Costs:
    """What one wrong decision of each kind costs, in the same unit.

    `by_amount`: the column of the credit's amount where the costs are shares of it, so
    that each client counts by its amount; empty where they are not.
    """

    false_negative: float = 10.0
    false_positive: float = 1.0
    by_amount: str = ""

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> Costs:
        """Those that a bundle's model and threshold were chosen by.

        Raises:
            ConfigurationError: costs are by amount, and it does not say by which.
        """
        if not manifest.get("costs_by_amount"):
            return cls(**manifest["costs"])
        for column in manifest["tables"][APPLICATION]["columns"]:
            if column.get("role") == Role.AMOUNT:
                return cls(**manifest["costs"], by_amount=column["name"])
        raise ConfigurationError(
            "manifest.json: costs are by amount, but no column of the application has"
            f" the role {Role.AMOUNT}; train and export again"
        )

    @property
    def per_labels(self) -> Labels:
        """What a mean cost is of."""
        return (
            _("per unit of credit asked for") if self.by_amount else _("per decision")
        )

    @property
    def per(self) -> str:
        return self.per_labels["en"]

    @property
    def break_even(self) -> float:
        """The threshold that is best when probabilities are true: 1/11 by default.

        Source: Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001.
        """
        return self.false_positive / (self.false_positive + self.false_negative)

    def weight(self, inputs: pd.DataFrame) -> Array | None:
        """How much each client counts, 1 on average; None when all count the same.

        Raises:
            ConfigurationError: money is asked for and the credits are not all known.
        """
        if not self.by_amount:
            return None
        if self.by_amount not in inputs or not (inputs[self.by_amount] > 0).all():
            raise ConfigurationError(
                f"costs in money: expected the feature {self.by_amount}, above 0 for"
                " every client; use the costs of one wrong decision instead"
            )
        amount = inputs[self.by_amount].to_numpy(np.float64)
        return np.asarray(amount / amount.mean())

    def to_json(self) -> dict[str, float]:
        return {
            "false_negative": self.false_negative,
            "false_positive": self.false_positive,
        }


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


@dataclass(frozen=True)
class Ranking:
    """Clients by probability, sorted once for as many cost curves as are wanted."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    threshold: Array

    @classmethod
    def of(cls, probability: Array) -> Ranking:
        order = np.argsort(probability, kind="stable")
        values, first = np.unique(probability[order], return_index=True)
        middle = (values + np.append(0.0, values[:-1])) / 2
        return cls(order, np.append(first, len(order)), np.append(middle, 1.0))

    def curve(self, target: Array, weight: Array, costs: Costs) -> CostCurve:
        bad = (target * weight)[self.order]
        good = ((1 - target) * weight)[self.order]
        # Below a threshold clients are granted: their defaults are false negatives.
        granted_bad = np.concatenate(([0.0], np.cumsum(bad)))
        refused_good = good.sum() - np.concatenate(([0.0], np.cumsum(good)))
        total = (
            costs.false_negative * granted_bad[self.starts]
            + costs.false_positive * refused_good[self.starts]
        ) / weight.sum()
        return CostCurve(self.threshold, total)


def cost_curve(
    target: Array, probability: Array, costs: Costs, weight: Array | None = None
) -> CostCurve:
    """The cost of every threshold that decides differently.

    Args:
        target: shape (clients,), 1 for a default, 0 for repaid.
        probability: shape (clients,), of default.
        weight: shape (clients,), how much each client counts; 1 when left out.
    """
    counted = np.ones(len(target)) if weight is None else weight
    return Ranking.of(probability).curve(target, counted, costs)


def client_costs(
    target: Array,
    probability: Array,
    threshold: float,
    costs: Costs,
    weight: Array | None = None,
) -> Array:
    """What the decision on each client costs, shape (clients,)."""
    refused = probability >= threshold
    cost = np.where(
        refused, costs.false_positive * (1 - target), costs.false_negative * target
    )
    return cost if weight is None else cost * weight


def expected_cost(
    probability: Array,
    refused: np.ndarray,
    costs: Costs,
    weight: Array | None = None,
) -> float:
    """On average, if the probabilities, shape (clients,), are true.

    `weight`: how much each client counts; the same when left out.
    """
    chance = np.where(refused, 1 - probability, probability)
    cost = np.where(refused, costs.false_positive, costs.false_negative) * chance
    return float(np.average(cost, weights=weight))


def business_score(
    target: Array,
    probability: Array,
    threshold: float,
    costs: Costs,
    weight: Array | None = None,
) -> float:
    """(cost_fn * FN + cost_fp * FP) / N at a threshold."""
    return float(client_costs(target, probability, threshold, costs, weight).mean())


def least_cost(
    target: Array,
    score: Array,
    *,
    costs: Costs,
    sample_weight: Array | None = None,
) -> float:
    """The business score at the threshold that is best for these very clients.

    Any increasing score does, so uncalibrated models compare fairly.
    """
    truth = np.asarray(target, np.float64)
    return float(cost_curve(truth, score, costs, sample_weight).business_score.min())


def business_scorer(costs: Costs) -> Callable[..., float]:
    """`least_cost` as a scikit-learn scorer: greater is better, so it is negative."""
    scorer: Callable[..., float] = make_scorer(
        least_cost,
        response_method=("decision_function", "predict_proba"),
        greater_is_better=False,
        costs=costs,
    )
    return scorer


@dataclass(frozen=True)
class Threshold:
    """The chosen threshold and the interval in which its bootstrap replicates lie."""

    value: float
    interval: tuple[float, float]


def choose_threshold(
    target: Array,
    probability: Array,
    costs: Costs,
    weight: Array | None = None,
) -> Threshold:
    """The threshold of least expected cost, steadied by the bootstrap.

    The cost curve of one sample is jagged and its lowest point jumps about; the
    median of the best thresholds of resampled clients does not. The interval is
    from their 5th to their 95th percentile.
    """
    random = np.random.default_rng(0)
    share = np.full(len(target), 1 / len(target))
    counted = np.ones(len(target)) if weight is None else weight
    ranking = Ranking.of(probability)
    best = [
        ranking.curve(
            target, random.multinomial(len(target), share) * counted, costs
        ).best
        for _ in range(REPLICATES)
    ]
    low, middle, high = np.percentile(best, [5, 50, 95])
    return Threshold(float(middle), (float(low), float(high)))
