"""Ways to deal with few defaults among many repaid credits.

Each only changes what a model is fitted on; out-of-fold margins are calibrated
afterwards, so that the probabilities are those of the clients as they come.
"""

from __future__ import annotations

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, clone

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
    if strategy == SYNTHETIC:
        sampler = SMOTE(sampling_strategy=RATIO, random_state=seed)
        steps.append(("sample", sampler))
    if strategy == UNDER_SAMPLING:
        sampler = RandomUnderSampler(sampling_strategy=RATIO, random_state=seed)
        steps.append(("sample", sampler))
    return Pipeline([*steps, ("model", model)]) if steps else model
