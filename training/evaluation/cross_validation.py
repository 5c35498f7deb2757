"""Out-of-fold predictions, and what they say of a candidate."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from training.arrays import Array
from training.evaluation.business_cost import (
    Costs,
    Threshold,
    choose_threshold,
    client_costs,
)
from training.evaluation.calibration import Calibration, fit_calibration
from training.evaluation.metrics import Effort, Metrics, evaluate
from training.models.candidates import SEED, Candidate, margins
from training.models.dataset import Labelled

FOLDS = 5
# Enough clients to see whether a model knows them by heart.
KNOWN_CLIENTS = 5_000

Result = TypeVar("Result")
# AUC on known clients, seconds to fit and to predict.
Spent = tuple[float, float, float]


@dataclass(frozen=True)
class Assessment:
    """What cross-validation says of one candidate.

    `margin` and `probability`: out of fold, shape (clients,); `fold`: who was held
    out when; `cost`: of the decision on each client at the threshold.
    """

    candidate: Candidate
    fold: Array
    margin: Array
    probability: Array
    calibration: Calibration
    threshold: Threshold
    cost: Array
    metrics: Metrics


def folds(target: Array) -> Array:
    """The fold in which each client is held out, stratified by outcome."""
    held_out = np.empty(len(target))
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (_, test) in enumerate(split.split(target, target)):
        held_out[test] = number
    return held_out


def each_fold(
    candidate: Candidate,
    data: Labelled,
    fold: Array,
    judge: Callable[[BaseEstimator, np.ndarray, np.ndarray], Result],
    jobs: int,
) -> Generator[tuple[Result, float], None, None]:
    """Fit without each fold in turn; yields judgements and seconds of fitting.

    `judge` is called with the model and the rows it was fitted on and not fitted on.
    Up to `jobs` folds are fitted side by side, -1 for one per core. Closing the
    iterator starts no further fold.
    """
    wanted = True

    def judge_fold(number: float) -> tuple[Result, float]:
        train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        started = time.perf_counter()
        model = candidate.fit(
            data.inputs.iloc[train], data.target[train], list(data.categories)
        )
        seconds = time.perf_counter() - started
        return judge(model, train, test), seconds

    # Processes, never threads: LightGBM's thread count is the whole process's, and a
    # fold that predicts would change it under another that still fits.
    pool = joblib.Parallel(
        n_jobs=jobs, return_as="generator", pre_dispatch="n_jobs", max_nbytes="1M"
    )
    results = pool(
        joblib.delayed(judge_fold)(number) for number in np.unique(fold) if wanted
    )
    try:
        # Not `yield from`, which would close the pool and kill its processes.
        for result in results:  # noqa: UP028
            yield result
    finally:
        wanted = False
        # Those that run may end: to start other processes costs more.
        for _ in results:
            pass


def assess(
    candidate: Candidate,
    data: Labelled,
    costs: Costs,
    progress: Callable[[str], None],
    jobs: int,
) -> Assessment:
    """Cross-validate a candidate, calibrate it and choose its threshold."""
    fold = folds(data.target)
    margin = np.empty(len(data.target))

    def judge(
        model: BaseEstimator, train: np.ndarray, test: np.ndarray
    ) -> tuple[np.ndarray, tuple[Array, float, float]]:
        return test, held_out(model, data, train, test)

    spent = []
    runs = each_fold(candidate, data, fold, judge, jobs)
    for done, ((test, (values, known, predicting)), fitting) in enumerate(runs, 1):
        margin[test] = values
        spent.append((known, fitting, predicting))
        progress(f"{candidate.label}: {done} of {FOLDS} folds")
    return judged(candidate, data, costs, fold, margin, spent)


def held_out(
    model: BaseEstimator, data: Labelled, train: np.ndarray, test: np.ndarray
) -> tuple[Array, float, float]:
    """Margins of held-out clients; AUC on known ones, seconds to predict."""
    started = time.perf_counter()
    values = margins(model, data.inputs.iloc[test])
    seconds = time.perf_counter() - started
    known = train[:: max(1, len(train) // KNOWN_CLIENTS)]
    learned = margins(model, data.inputs.iloc[known])
    return values, float(roc_auc_score(data.target[known], learned)), seconds


def judged(
    candidate: Candidate,
    data: Labelled,
    costs: Costs,
    fold: Array,
    margin: Array,
    spent: Sequence[Spent],
) -> Assessment:
    """What out-of-fold margins are worth, once calibrated and with a threshold.

    `spent`: of each fold.
    """
    calibration = fit_calibration(margin, data.target)
    probability = calibration(margin)
    weight = costs.weight(data.inputs)
    threshold = choose_threshold(data.target, probability, costs, weight)
    cost = client_costs(data.target, probability, threshold.value, costs, weight)
    effort = Effort(*map(float, np.mean(spent, axis=0)))
    metrics = evaluate(data.target, probability, fold, threshold.value, cost, effort)
    return Assessment(
        candidate, fold, margin, probability, calibration, threshold, cost, metrics
    )
