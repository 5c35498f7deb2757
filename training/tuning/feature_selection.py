"""How few features do: the model on its best few, which each fold chooses for itself.

A fold fits the model on every feature, ranks them by their gain, passes over those that
nearly repeat a better one, and fits again on the first of the rest. Held-out clients
take no part in any of it, so that the curve of cost by number of features is as honest
as a cross-validation without selection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import joblib
import numpy as np
from sklearn.base import BaseEstimator

from training.arrays import Array
from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison, compare
from training.evaluation.cross_validation import (
    FOLDS,
    Assessment,
    Spent,
    each_fold,
    held_out,
    judged,
)
from training.models.dataset import Labelled, only
from training.tuning.feature_ranking import first, on_the_best, ranking

COUNTS = (25, 50, 100, 200)


@dataclass(frozen=True)
class Point:
    """The model on so many features, and against the cheapest and the best ranking."""

    features: int
    assessment: Assessment
    cost: Comparison
    rank: Comparison

    @property
    def as_good(self) -> bool:
        """Within one standard error of the least cost and of the highest AUC."""
        return (
            self.cost.business_score <= self.cost.business_score_se
            and -self.rank.auc <= self.rank.auc_se
        )

    def to_json(self) -> dict[str, float]:
        metrics = self.assessment.metrics
        return {
            "features": self.features,
            "business_score": metrics.business_score,
            "business_score_above_least": self.cost.business_score,
            "business_score_above_least_se": self.cost.business_score_se,
            "auc": metrics.auc,
            "auc_below_highest": -self.rank.auc,
            "auc_below_highest_se": self.rank.auc_se,
        }


@dataclass(frozen=True)
class Selection:
    """The curve, by falling number of features; the point and the features served."""

    points: tuple[Point, ...]
    chosen: Point
    names: tuple[str, ...]

    @property
    def curve(self) -> tuple[dict[str, float], ...]:
        return tuple(point.to_json() for point in self.points)


def select(
    whole: Assessment,
    data: Labelled,
    costs: Costs,
    progress: Callable[[str], None],
    jobs: int,
    counts: Sequence[int] = COUNTS,
) -> Selection:
    """The fewest features that are as good as any number of them.

    `whole` is the assessment with every feature; its folds are used again. The served
    names are chosen from every labelled client, in the way of the folds.
    """
    every = list(map(str, data.inputs.columns))
    tried = sorted((count for count in counts if count < len(every)), reverse=True)
    assessments = [whole, *_curve(whole, data, costs, tried, progress, jobs)]
    cheapest = min(
        assessments, key=lambda assessment: assessment.metrics.business_score
    )
    highest = max(assessments, key=lambda assessment: assessment.metrics.auc)
    points = tuple(
        Point(
            count,
            assessment,
            compare(cheapest, assessment, data.target),
            compare(highest, assessment, data.target),
        )
        for count, assessment in zip((len(every), *tried), assessments, strict=True)
    )
    chosen = next((point for point in reversed(points) if point.as_good), points[0])
    names = every
    if chosen is not points[0]:
        progress(f"selection: the best {chosen.features} of {len(every)} features")
        model = whole.candidate.fit(data.inputs, data.target, list(data.categories))
        names = first(
            ranking(model, data.inputs), data.inputs, chosen.features, data.kept
        )
    return Selection(points, chosen, tuple(names))


def seconds(whole: Assessment, jobs: int) -> float:
    """About how long `select` takes: as a rule, three cross-validations."""
    cores: int = joblib.effective_n_jobs(jobs)
    return 3 * FOLDS * whole.metrics.fit_seconds / cores


def _curve(
    whole: Assessment,
    data: Labelled,
    costs: Costs,
    counts: Sequence[int],
    progress: Callable[[str], None],
    jobs: int,
) -> list[Assessment]:
    """One assessment per number of features; each fold ranks them once for all."""
    margin = {count: np.empty(len(data.target)) for count in counts}
    spent: dict[int, list[Spent]] = {count: [] for count in counts}

    def judge(
        model: BaseEstimator, train: np.ndarray, test: np.ndarray
    ) -> tuple[np.ndarray, list[tuple[Array, Spent]]]:
        order = ranking(model, data.inputs.iloc[train])
        some = (
            only(data, first(order, data.inputs, count, data.kept)) for count in counts
        )
        return test, [_held_out(whole, subset, train, test) for subset in some]

    runs = each_fold(whole.candidate, data, whole.fold, judge, jobs)
    for done, ((test, margins), ranked) in enumerate(runs, start=1):
        for count, (values, (known, fitting, predicting)) in zip(
            counts, margins, strict=True
        ):
            margin[count][test] = values
            spent[count].append((known, ranked + fitting, predicting))
        progress(f"selection: {done} of {FOLDS} folds")
    return [
        judged(
            on_the_best(count, data.kept, whole.candidate),
            data,
            costs,
            whole.fold,
            margin[count],
            spent[count],
        )
        for count in counts
    ]


def _held_out(
    whole: Assessment, data: Labelled, train: np.ndarray, test: np.ndarray
) -> tuple[Array, Spent]:
    """Margins of held-out clients, by a model fitted anew."""
    started = time.perf_counter()
    model = whole.candidate.fit(
        data.inputs.iloc[train], data.target[train], list(data.categories)
    )
    fitting = time.perf_counter() - started
    values, known, predicting = held_out(model, data, train, test)
    return values, (known, fitting, predicting)
