"""Ways to deal with few defaults among many repaid credits.

Each only changes what a model is fitted on; out-of-fold margins are calibrated
afterwards, so that the probabilities are those of the clients as they come.
"""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

NONE, CLASS_WEIGHTS = "none", "class weights"
SYNTHETIC, UNDER_SAMPLING = "SMOTE", "under-sampling"
STRATEGIES = (NONE, CLASS_WEIGHTS, SYNTHETIC, UNDER_SAMPLING)
# Defaults per repaid credit after resampling.
RATIO = 0.5


def dealing_with(
    strategy: str, columns: BaseEstimator | None, model: BaseEstimator, seed: int
) -> BaseEstimator:
    """A pipeline of columns, resampling and model; just the model when it is alone.

    `columns` must leave nothing missing when the strategy is SMOTE. The steps are
    named columns, sample and model.
    """
    if strategy == CLASS_WEIGHTS:
        model = clone(model).set_params(class_weight="balanced")
    steps: list[tuple[str, BaseEstimator]] = []
    if columns is not None:
        steps.append(("columns", columns))
    if strategy in (SYNTHETIC, UNDER_SAMPLING):
        return _resampled(strategy, steps, model, seed)
    return Pipeline([*steps, ("model", model)]) if steps else model


def _resampled(
    strategy: str,
    steps: Sequence[tuple[str, BaseEstimator]],
    model: BaseEstimator,
    seed: int,
) -> BaseEstimator:
    """A pipeline whose clients are others while it is fitted."""
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import Pipeline
    from imblearn.under_sampling import RandomUnderSampler

    sampler = SMOTE if strategy == SYNTHETIC else RandomUnderSampler
    sample = sampler(sampling_strategy=RATIO, random_state=seed)
    return Pipeline([*steps, ("sample", sample), ("model", model)])
