"""Out-of-fold predictions, and what they say of a candidate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import joblib
import numpy as np
from sklearn.model_selection import StratifiedKFold

from training.models.calibration import Calibration, fit_calibration
from training.models.candidates import SEED, Candidate, margins
from training.models.cost import Array, Costs, Threshold, choose_threshold
from training.models.matrix import Labelled
from training.models.metrics import Metrics, evaluate

FOLDS = 5


@dataclass(frozen=True)
class Assessment:
    """What cross-validation says of one candidate.

    `margin` and `probability`: out of fold, shape (clients,); `fold`: who was held
    out when.
    """

    candidate: Candidate
    fold: Array
    margin: Array
    probability: Array
    calibration: Calibration
    threshold: Threshold
    metrics: Metrics


def folds(target: Array) -> Array:
    """The fold in which each client is held out, stratified by outcome."""
    held_out = np.empty(len(target))
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (_, test) in enumerate(split.split(target, target)):
        held_out[test] = number
    return held_out


def out_of_fold_margins(
    candidate: Candidate, data: Labelled, fold: Array, progress: Callable[[str], None]
) -> Array:
    """Margins of each client by the model that did not see it."""
    margin = np.empty(len(data.target))

    def hold_out(number: float) -> tuple[Array, Array]:
        train, test = fold != number, fold == number
        model = candidate.fit(
            data.inputs[train], data.target[train], list(data.categories)
        )
        return test, margins(model, data.inputs[test])

    # Processes, never threads: LightGBM's thread count is the whole process's, and a
    # fold that predicts would change it under another that still fits.
    pool = joblib.Parallel(n_jobs=-1, return_as="generator_unordered")
    jobs = (joblib.delayed(hold_out)(number) for number in np.unique(fold))
    for done, (test, values) in enumerate(pool(jobs), start=1):
        margin[test] = values
        progress(f"{candidate.name}: {done} of {FOLDS} folds")
    return margin


def assess(
    candidate: Candidate,
    data: Labelled,
    costs: Costs,
    progress: Callable[[str], None],
) -> Assessment:
    """Cross-validate a candidate, calibrate it and choose its threshold."""
    fold = folds(data.target)
    margin = out_of_fold_margins(candidate, data, fold, progress)
    calibration = fit_calibration(margin, data.target)
    probability = calibration(margin)
    threshold = choose_threshold(data.target, probability, costs)
    return Assessment(
        candidate,
        fold,
        margin,
        probability,
        calibration,
        threshold,
        evaluate(data.target, probability, fold, threshold.value, costs),
    )


def best(assessments: Sequence[Assessment]) -> Assessment:
    """The one whose decisions cost least."""
    return min(assessments, key=lambda one: one.metrics.business_score)
