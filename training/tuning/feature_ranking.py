"""A model on its best features only, which it chooses from those it learns from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from training.arrays import Array
from training.models.candidates import Candidate, booster_of, margins

# Features that correlate more than this say the same.
TWINS = 0.98
SAMPLE = 20_000


class SelectedFeaturesModel(BaseEstimator):
    """A fitted model that is given every feature and looks at some."""

    def __init__(self, model: BaseEstimator, names: list[str]) -> None:
        self.model = model
        self.names = names

    def decision_function(self, inputs: pd.DataFrame) -> Array:
        """Log-odds of default, shape (clients,)."""
        return margins(self.model, inputs[self.names])


def on_the_best(
    count: int,
    kept: Collection[str],
    candidate: Candidate,
    served: Candidate | None = None,
) -> Candidate:
    """The candidate, fitted once to rank the features and again on the best of them.

    Given no more than `count` features it is fitted on all of them. `served` is fitted
    the second time if it is given.
    """
    last = served or candidate

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        if inputs.shape[1] <= count:
            return last.fit(inputs, target, categories)
        model = candidate.fit(inputs, target, categories)
        names = first(ranking(model, inputs), inputs, count, kept)
        among = [name for name in categories if name in names]
        return SelectedFeaturesModel(last.fit(inputs[names], target, among), names)

    parts = (last.variant, f"best {count} features")
    return replace(last, fit=fit, variant=", ".join(part for part in parts if part))


def ranking(model: BaseEstimator, inputs: pd.DataFrame) -> list[str]:
    """Names by falling gain, without those that nearly repeat a better one.

    `inputs`: the clients that the model was fitted on.
    """
    gain = booster_of(model).feature_importance("gain")
    order = np.argsort(-gain, kind="stable")
    order = order[gain[order] > 0]
    sample = inputs.iloc[:: max(1, len(inputs) // SAMPLE), order]
    twins = _correlations(sample.to_numpy(np.float64)) > TWINS
    kept: list[int] = []
    for index in range(len(order)):
        if not twins[index, kept].any():
            kept.append(index)
    return [str(sample.columns[index]) for index in kept]


def _correlations(values: Array) -> Array:
    """Absolute, between columns; what is missing counts as the mean."""
    mean = np.nansum(values, axis=0) / np.maximum(1, (~np.isnan(values)).sum(axis=0))
    centred = np.nan_to_num(values - mean)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(length > 0, length, 1.0)
    return np.asarray(np.abs(unit.T @ unit))


def first(
    order: Sequence[str], inputs: pd.DataFrame, count: int, kept: Collection[str]
) -> list[str]:
    """The `count` first, those always kept among them, in the order of the inputs."""
    kept = [name for name in kept if name in inputs]
    best = [name for name in order if name not in kept][: max(0, count - len(kept))]
    wanted = {*kept, *best}
    return [str(name) for name in inputs.columns if name in wanted]
