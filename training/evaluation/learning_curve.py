"""Whether more clients would help: the AUC by how many are learned from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.base import BaseEstimator
from sklearn.metrics import roc_auc_score

from training.arrays import Array
from training.evaluation.cross_validation import FOLDS, KNOWN_CLIENTS, each_fold, folds
from training.evaluation.pictures import plots
from training.models.candidates import SEED, Candidate, margins
from training.models.dataset import Labelled

SHARES = (0.125, 0.25, 0.5, 1.0)


def learning_curve(
    candidate: Candidate, data: Labelled, progress: Callable[[str], None], jobs: int
) -> Figure:
    """Fit each fold on growing parts of its clients."""
    fold = folds(data.target)

    def judge(
        model: BaseEstimator, train: np.ndarray, test: np.ndarray
    ) -> tuple[float, float]:
        known = learned_from(train, share)[:KNOWN_CLIENTS]
        return _auc(model, data, test), _auc(model, data, known)

    held_out, known = [], []
    for share in SHARES:
        progress(f"learning curve: {share:.1%} of the clients")
        part = replace(candidate, fit=_on_part(candidate, share))
        aucs = np.array(
            [values for values, _ in each_fold(part, data, fold, judge, jobs)]
        )
        held_out.append(aucs[:, 0])
        known.append(aucs[:, 1])
    learned = len(data.target) * (FOLDS - 1) / FOLDS
    clients = [round(learned * share) for share in SHARES]
    return plots.learning_curve(clients, np.array(held_out), np.array(known))


def _auc(model: BaseEstimator, data: Labelled, rows: np.ndarray) -> float:
    margin = margins(model, data.inputs.iloc[rows])
    return float(roc_auc_score(data.target[rows], margin))


def learned_from(rows: np.ndarray, share: float) -> np.ndarray:
    """The part of the rows, the same for the same rows, in random order."""
    mixed = np.random.default_rng(SEED).permutation(rows)
    return mixed[: max(1, round(len(rows) * share))]


def _on_part(
    candidate: Candidate, share: float
) -> Callable[[pd.DataFrame, Array, Sequence[str]], BaseEstimator]:
    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        rows = learned_from(np.arange(len(target)), share)
        return candidate.fit(inputs.iloc[rows], target[rows], categories)

    return fit
