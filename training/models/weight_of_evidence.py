"""The scorecard as a model to fit: optimal bins, weight of evidence, whole points.

Bins are optbinning's, of the extra `rivals`: as few as tell good from bad, and in the
direction that a person expects where one is known. What is missing is a bin of its own;
a lender's sentinels are missing by then. The logistic regression on the weights of
evidence may not turn a bin's direction round, so that many inputs which repeat others
get no points at all.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from training.arrays import Array
from training.models.scorecard import Input, Scale, Scorecard

PREBINS, LEAST_SHARE = 20, 0.02
# A category of fewer clients shares a bin with others like it.
RARE = 0.01
# Of an input's information value; below it nothing is to be learned from it.
LEAST_INFORMATION = 0.01
# Nor below so many times what bins of outcomes at random have, on average.
CHANCE = 3.0
# Of the default rate, where risk may fall, rise, or do either.
TRENDS = {-1: "descending", 1: "ascending", 0: "auto_asc_desc"}
# What moves a total by less from its best to its worst bin is left out: on real
# applications a sixth of the inputs, and neither AUC nor cost told them from nothing.
LEAST_POINTS = 2
# So many clients of the usual default rate are thought into each bin: a handful of
# clients, lucky or not, say little.
PRIOR = 50.0


@dataclass(frozen=True)
class Bins:
    """One input's bins: the edges between numbers, or groups of a category's codes.

    `clients`, `defaults` and `evidence`, the weight of evidence for repayment, are of
    each bin, the missing last.
    """

    edges: np.ndarray | None
    groups: Sequence[Sequence[int]] | None
    clients: np.ndarray
    defaults: np.ndarray
    evidence: Array

    @property
    def information(self) -> float:
        """Information value (Siddiqi, Credit Risk Scorecards, 2006)."""
        good = self.clients - self.defaults
        shares = good / good.sum() - self.defaults / self.defaults.sum()
        return float((shares * self.evidence).sum())

    @property
    def tells(self) -> bool:
        """Whether there is more than chance to learn of it."""
        clients, defaults = self.clients.sum(), self.defaults.sum()
        freedom = max(0, np.count_nonzero(self.clients) - 1)
        by_chance = freedom * clients / (defaults * (clients - defaults))
        return bool(self.information >= max(LEAST_INFORMATION, CHANCE * by_chance))


class WeightOfEvidence(ClassifierMixin, BaseEstimator):
    """A scorecard; `C` is the inverse strength of the ridge penalty on its weights.

    `monotone`: with which inputs risk may only fall (-1) or rise (1).
    Source: Siddiqi, Credit Risk Scorecards, 2006; Navas-Palencia, Optimal binning:
    mathematical programming formulation, 2020.
    """

    def __init__(
        self,
        C: float,  # noqa: N803  as scikit-learn's
        scale: Scale,
        monotone: Mapping[str, int],
    ) -> None:
        self.C = C
        self.scale = scale
        self.monotone = monotone

    def fit(
        self, inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> WeightOfEvidence:
        """`categories`: the inputs that hold codes; shapes (clients, n), (clients,)."""
        self.classes_ = np.array([0.0, 1.0])
        found = {
            str(name): self._bins(inputs[name], target, name in categories)
            for name in inputs.columns
        }
        self.bins_ = {name: bins for name, bins in found.items() if bins.tells}
        self._weigh(inputs, target)
        self.bins_ = {
            name: bins
            for (name, bins), weight in zip(
                self.bins_.items(), self.weights_, strict=True
            )
            if np.ptp(self._points(bins, weight)) >= LEAST_POINTS
        }
        self._weigh(inputs, target)
        self._scorecard = self.scorecard()
        return self

    def _weigh(self, inputs: pd.DataFrame, target: Array) -> None:
        evidence = np.empty((len(inputs), len(self.bins_)))
        for at, (name, bins) in enumerate(self.bins_.items()):
            evidence[:, at] = bins.evidence[places(bins, inputs[name].to_numpy())]
        self.weights_, self.intercept_ = fit_weights(evidence, target, self.C)

    def _points(self, bins: Bins, weight: float, slope: float = 1.0) -> Array:
        """Whole ones of each bin, the missing last."""
        points = np.rint(self.scale.factor * slope * weight * bins.evidence)
        return np.asarray(points + 0.0)  # no -0.0

    def decision_function(self, inputs: pd.DataFrame) -> Array:
        """Log-odds of default from whole points, shape (clients,)."""
        names = [one.feature for one in self._scorecard.inputs]
        return self._scorecard.margins(inputs[names].to_numpy(np.float32))

    def scorecard(
        self,
        slope: float = 1.0,
        intercept: float = 0.0,
        categories: Mapping[str, Sequence[str]] | None = None,
    ) -> Scorecard:
        """The table of points, of the inputs that get any.

        Of margins times `slope` plus `intercept`: a calibration is taken up, so that
        the scale says of its points what is true. `categories`: the texts of codes,
        which name themselves without it.
        """
        inputs = []
        for (name, bins), weight in zip(self.bins_.items(), self.weights_, strict=True):
            points = self._points(bins, weight, slope)
            if points.any():
                inputs.append(_input(name, bins, points, (categories or {}).get(name)))
        base = round(self.scale.total(slope * self.intercept_ + intercept))
        codes = {
            one.feature: (categories or {}).get(one.feature)
            or _own_names(self.bins_[one.feature])
            for one in inputs
            if one.groups is not None
        }
        return Scorecard(self.scale, float(base), inputs, codes)

    def _bins(self, column: pd.Series, target: Array, category: bool) -> Bins:
        values = column.to_numpy(np.float64)
        known = ~np.isnan(values)
        edges, groups = None, None
        direction = self.monotone.get(str(column.name), 0)
        if category:
            groups = _groups(values[known].astype(int), target[known])
        else:
            edges = _edges(values[known], target[known], TRENDS[direction])
        return _counted(edges, groups, values, target, direction)


def places(bins: Bins, values: np.ndarray) -> np.ndarray:
    """The bin of each value, the missing in the last; shape (clients,)."""
    last = len(bins.clients) - 1
    missing = np.isnan(values)
    if bins.edges is not None:
        found = np.searchsorted(bins.edges, values, side="right")
        return np.where(missing, last, found)
    of_code = np.full(1 + max(_codes(bins), default=0), last)
    for at, group in enumerate(bins.groups or ()):
        of_code[list(group)] = at
    codes = np.where(missing, -1, values).astype(int)
    known = (codes >= 0) & (codes < len(of_code))
    return np.where(known, of_code[np.where(known, codes, 0)], last)


def fit_weights(evidence: Array, target: Array, C: float) -> tuple[Array, float]:  # noqa: N803
    """Weights of at least 0 for repayment, and the intercept of the log-odds.

    Logistic regression with a ridge penalty, by L-BFGS-B (Byrd et al. 1995).
    """
    count = evidence.shape[1]

    def loss(at: Array) -> tuple[float, Array]:
        weights, intercept = at[:-1], at[-1]
        margin = intercept - evidence @ weights
        residual = expit(margin) - target
        lost = np.logaddexp(0.0, margin) - target * margin
        slopes = np.append(weights - C * (residual @ evidence), C * residual.sum())
        return C * lost.sum() + weights @ weights / 2, slopes

    rate = target.mean()
    start = np.append(np.zeros(count), np.log(rate / (1 - rate)))
    bounds = [(0.0, None)] * count + [(None, None)]
    done = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return done.x[:-1], float(done.x[-1])


def _edges(values: Array, target: Array, trend: str) -> np.ndarray:
    """Where bins end, in few digits where that changes none of them, as float32."""
    if not np.ptp(values) if len(values) else True:
        return np.empty(0, np.float32)
    found = _optimal(values, target, "numerical", monotonic_trend=trend)
    exact = np.asarray(found.splits, np.float64)
    for digits in range(3, 9):
        edges = np.array([float(f"{one:.{digits}g}") for one in exact], np.float32)
        if len(np.unique(edges)) == len(exact) and (
            np.searchsorted(edges, values).sum() - np.searchsorted(exact, values).sum()
            == 0
        ):
            break
    return np.unique(edges) if len(exact) else np.empty(0, np.float32)


def _groups(codes: np.ndarray, target: Array) -> list[list[int]]:
    """Codes in the order of their risk; only those that somebody has."""
    held = np.unique(codes)
    if len(held) < 2:
        return [held.tolist()] if len(held) else []
    found = _optimal(codes.astype(str), target, "categorical", cat_cutoff=RARE)
    place = found.transform(held.astype(str), metric="indices")
    return [held[place == at].tolist() for at in np.unique(place)]


def _optimal(values: np.ndarray, target: Array, kind: str, **more: object):  # type: ignore[no-untyped-def]
    # It takes seconds to import what solves it.
    from optbinning import OptimalBinning

    binning = OptimalBinning(
        dtype=kind, max_n_prebins=PREBINS, min_bin_size=LEAST_SHARE, **more
    )
    with warnings.catch_warnings():
        # Of its own use of scikit-learn.
        warnings.simplefilter("ignore", FutureWarning)
        return binning.fit(values, target.astype(int))


def _counted(
    edges: np.ndarray | None,
    groups: Sequence[Sequence[int]] | None,
    values: Array,
    target: Array,
    direction: int,
) -> Bins:
    count = 1 + (len(edges) + 1 if edges is not None else len(groups or ()))
    empty = Bins(edges, groups, np.zeros(count), np.zeros(count), np.zeros(count))
    place = places(empty, values)
    clients = np.bincount(place, minlength=count)
    defaults = np.bincount(place, target, minlength=count)
    good = clients - defaults
    rate = target.mean()
    odds = (good + PRIOR * (1 - rate)) / (defaults + PRIOR * rate)
    evidence = np.log(odds * rate / (1 - rate))
    if direction:
        # Small bins come nearer to the usual rate than large ones.
        further = np.maximum if direction < 0 else np.minimum
        evidence[:-1] = further.accumulate(evidence[:-1])
    return Bins(edges, groups, clients, defaults, evidence)


def _input(name: str, bins: Bins, points: Array, texts: Sequence[str] | None) -> Input:
    named = texts or _own_names(bins)
    groups = None
    if bins.groups is not None:
        groups = [[named[code] for code in group] for group in bins.groups]
    clients = bins.clients.astype(int)
    return Input(
        feature=name,
        edges=None if bins.edges is None else bins.edges.astype(float).tolist(),
        groups=groups,
        points=points[:-1].tolist(),
        missing=float(points[-1]),
        mean=float(points @ bins.clients / bins.clients.sum()),
        clients=clients.tolist(),
        default_rate=[
            float(defaults / n) if n else None
            for defaults, n in zip(bins.defaults, clients, strict=True)
        ],
    )


def _codes(bins: Bins) -> list[int]:
    return [code for group in bins.groups or () for code in group]


def _own_names(bins: Bins) -> list[str]:
    return [str(code) for code in range(1 + max(_codes(bins), default=-1))]
