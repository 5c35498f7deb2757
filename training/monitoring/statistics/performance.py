"""How well the model does: expected from its scores alone, and realised by outcomes.

Without outcomes, calibrated probabilities say how many clients will default at every
score, and so what AUC, cost and default rate to expect: confidence-based performance
estimation (Kuberski et al., A Classification Performance Estimator, NannyML, 2022;
https://nannyml.readthedocs.io, "How it works: performance estimation"). It follows
shifts of the clients (covariates); it is blind to a change of what a score means
(concept), which only outcomes can show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from training.arrays import Array
from training.evaluation.business_cost import Costs

BINS = 200


@dataclass(frozen=True)
class Expectation:
    """P(default | margin) = sigmoid of a quadratic in the margin, from the reference.

    The curve and not the model's own sigmoid: that one is allowed to be a little off,
    and a little off must not look like drift. `covariance`: of the coefficients.
    """

    coefficients: Array
    covariance: Array

    @classmethod
    def fit(cls, margin: Array, target: Array) -> Expectation:
        """Fit on labelled clients, both of shape (clients,)."""
        return cls(*logistic(_quadratic(margin), target))

    def __call__(self, margin: Array) -> Array:
        return np.asarray(expit(_quadratic(margin) @ self.coefficients))


def _quadratic(margin: Array) -> Array:
    return np.stack([np.ones_like(margin), margin, margin**2], axis=1)


def logistic(inputs: Array, target: Array) -> tuple[Array, Array]:
    """Coefficients of a logistic regression by Newton's method, and their covariance.

    A trace of a ridge keeps separated outcomes from running away.
    """
    ridge = 1e-6 * np.eye(inputs.shape[1])
    coefficients = np.zeros(inputs.shape[1])
    for _ in range(50):
        p = expit(inputs @ coefficients)
        information = (inputs * (p * (1 - p))[:, None]).T @ inputs + ridge
        step = np.linalg.solve(
            information, inputs.T @ (target - p) - ridge @ coefficients
        )
        coefficients = coefficients + step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-9:
            break
    return coefficients, np.linalg.inv(information)


@dataclass(frozen=True)
class ScoreBins:
    """Narrow bins of the margin; the threshold lies between two of them.

    `chance`: of a default in each bin. `refused`: whether the bin is refused.
    `weight`: how much a client of the bin counts in the cost, on average.
    """

    edges: Array
    chance: Array
    refused: NDArray[np.bool_]
    weight: Array

    @classmethod
    def of(
        cls,
        margin: Array,
        probability: Array,
        threshold: float,
        expected: Expectation,
        weight: Array | None = None,
    ) -> ScoreBins:
        """Of the reference; `weight`: of each client in the cost, 1 when left out."""
        cuts = np.quantile(margin, np.linspace(0, 1, BINS)[1:-1], method="inverted_cdf")
        granted = margin[probability < threshold]
        if len(granted):
            cuts = np.append(cuts, granted.max())
        edges = np.unique(cuts)
        index = np.searchsorted(edges, margin, side="left")
        sums = np.bincount(index, expected(margin), len(edges) + 1)
        clients = np.bincount(index, minlength=len(edges) + 1)
        outer = expected(np.append(edges, edges[-1:]))
        chance = np.where(clients > 0, sums / np.maximum(clients, 1), outer)
        first_refused = np.searchsorted(edges, granted.max()) if len(granted) else -1
        counted = np.ones(len(edges) + 1)
        if weight is not None:
            weights = np.bincount(index, weight, len(edges) + 1)
            counted = np.where(clients > 0, weights / np.maximum(clients, 1), 1.0)
        return cls(edges, chance, np.arange(len(edges) + 1) > first_refused, counted)

    def count(self, margin: Array) -> NDArray[np.int64]:
        index = np.searchsorted(self.edges, margin, side="left")
        return np.bincount(index, minlength=len(self.chance))


@dataclass(frozen=True)
class Performance:
    """What to expect of decisions at a threshold.

    `cost`: per decision in the unit of the costs, or where they are by amount, per unit
    of credit asked for; `default_rate`: if all were granted.
    """

    auc: float
    cost: float
    default_rate: float
    refused: float


def expected(
    bins: ScoreBins, counts: NDArray[np.integer], chance: Array, costs: Costs
) -> Performance:
    """Expected performance of decisions counted per bin, each with its chance.

    AUC: each pair of decisions counts as much as it is likely to be a default and a
    repayment; pairs in one bin count half. Only counts per bin are kept, so costs by
    amount take decisions to ask for what the reference's of the same score do.
    """
    bad, good = counts * chance, counts * (1 - chance)
    below = np.cumsum(good) - good / 2
    total = max(float(counts.sum()), 1.0)
    pairs = bad.sum() * good.sum()
    lost = np.where(
        bins.refused, costs.false_positive * good, costs.false_negative * bad
    )
    cost = (lost @ bins.weight) / max(float(counts @ bins.weight), 1e-9)
    return Performance(
        auc=float(bad @ below / pairs) if pairs else 0.5,
        cost=float(cost),
        default_rate=float(bad.sum() / total),
        refused=float(counts[bins.refused].sum() / total),
    )


@dataclass(frozen=True)
class Recalibration:
    """What outcomes say of the expectation: logit = shift + slope * expected logit.

    0 and 1 when scores mean what they meant. Compared at given scores, it does not
    matter which scores were granted: only granted clients have outcomes, and fewer
    risky ones are among them, but each is held against its own expectation.
    `covariance`: of the two, the reference's own error counted.
    Source: Cox, Two Further Applications of a Model for Binary Regression, 1958.
    """

    shift: float
    slope: float
    covariance: Array

    def __call__(self, chance: Array) -> Array:
        line = logit(np.clip(chance, 1e-9, 1 - 1e-9))
        return np.asarray(expit(self.shift + self.slope * line))

    @property
    def p_changed(self) -> float:
        """Of shift 0 and slope 1: that outcomes differ from expected in any way."""
        gap = np.array([self.shift, self.slope - 1.0])
        statistic = float(gap @ np.linalg.solve(self.covariance, gap))
        # The upper tail of chi-squared with two degrees of freedom.
        return float(np.exp(-statistic / 2))

    def p_flatter(self, chance: Array, counts: NDArray[np.integer]) -> float:
        """Of no change, against a flatter curve of the same mean: a lower AUC.

        The most powerful test in that direction, one-sided. `counts` decisions have
        each `chance`.
        """
        weight = counts * chance * (1 - chance)
        line = logit(np.clip(chance, 1e-9, 1 - 1e-9))
        direction = np.array([(weight @ line) / weight.sum(), -1.0])
        towards = np.linalg.solve(self.covariance, direction)
        gap = np.array([self.shift, self.slope - 1.0])
        return float(norm.sf(towards @ gap / np.sqrt(towards @ direction)))


def recalibrate(
    expectation: Expectation, margin: Array, target: Array
) -> Recalibration:
    """Fit on labelled decisions, both of shape (decisions,)."""
    line = logit(np.clip(expectation(margin), 1e-9, 1 - 1e-9))
    inputs = np.stack([np.ones_like(line), line], axis=1)
    coefficients, covariance = logistic(inputs, target)
    # How far the reference's own error moves the two, to first order.
    p = expectation(margin)
    weighted = inputs * (p * (1 - p))[:, None]
    moved = np.linalg.solve(weighted.T @ inputs, weighted.T @ _quadratic(margin))
    covariance = covariance + moved @ expectation.covariance @ moved.T
    return Recalibration(float(coefficients[0]), float(coefficients[1]), covariance)


def auc(score: Array, target: Array) -> tuple[float, float]:
    """AUC and its standard error.

    Source: DeLong, Comparing the Areas under Two or More Correlated ROC Curves, 1988.
    """
    bad, good = np.sort(score[target == 1]), np.sort(score[target == 0])
    if len(bad) < 2 or len(good) < 2:
        return 0.5, 0.5
    of_bad = _placements(bad, good)
    of_good = 1 - _placements(good, bad)
    error = of_bad.var(ddof=1) / len(bad) + of_good.var(ddof=1) / len(good)
    return float(of_bad.mean()), float(np.sqrt(error))


def _placements(score: Array, others: Array) -> Array:
    """The share of `others` (ascending) below each score; ties count half."""
    low = np.searchsorted(others, score, side="left")
    high = np.searchsorted(others, score, side="right")
    return np.asarray((low + high) / (2 * len(others)))
