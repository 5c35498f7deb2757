"""What is served of the ladder: a LightGBM as small as may be, or the scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from training.errors import TrainingError
from training.evaluation.calibration import Calibration
from training.evaluation.cross_validation import Assessment
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features
from training.models import candidates
from training.models.candidates import booster_of
from training.models.dataset import Labelled, only
from training.models.scorecard import FORM as SCORECARD
from training.models.served import ServedModel, Trees
from training.tables.schema import LEFT_OUT
from training.tuning.feature_ranking import on_the_best
from training.tuning.feature_selection import Selection, seconds, select
from training.tuning.model_comparison import ModelComparison


@dataclass(frozen=True)
class Choice:
    """What is served, and `plain`, what it was before it was varied.

    `model`: fitted on every client of `data`, which has the features that it looks at;
    `selection`: how these were found, None where they were not looked for;
    `replaced`: the family that it stands for on the ladder, None where it comes on top.
    """

    model: ServedModel
    chosen: Assessment
    plain: Assessment
    data: Labelled
    feature_set: FeatureSet
    replaced: Assessment | None = None
    selection: Selection | None = None


def choose_trees(
    families: Sequence[Assessment],
    comparing: ModelComparison,
    store: FeatureStore,
    feature_set: FeatureSet,
) -> Choice:
    """The LightGBM on the fewest features that do, averaged over seeds."""
    data, budget, resources = comparing.data, comparing.budget, comparing.resources
    plain = chosen = families[-1]
    served, few = data, None
    several = candidates.several(chosen.candidate, budget.seeds)
    needed = seconds(chosen, resources.jobs)
    if budget.select_features and needed < resources.seconds_left:
        few = select(chosen, data, comparing.costs, comparing.progress, resources.jobs)
        chosen, served = few.chosen.assessment, only(data, few.names)
        feature_set = _compiled(store, feature_set, few.names)
        if few.chosen is not few.points[0]:
            count = few.chosen.features
            several = on_the_best(count, data.kept, plain.candidate, several)
    if budget.seeds > 1:
        chosen = comparing.average(chosen, several)
    comparing.progress("lightgbm: refit on every labelled client")
    model = Trees(booster_of(_fitted(chosen, served)))
    replaced = plain if chosen is plain else None
    return Choice(model, chosen, plain, served, feature_set, replaced, few)


def choose_scorecard(
    families: Sequence[Assessment],
    comparing: ModelComparison,
    store: FeatureStore,
    feature_set: FeatureSet,
) -> Choice:
    """The scorecard, its points those of calibrated odds, on the inputs that get any.

    Raises:
        TrainingError: none of them does.
    """
    data = comparing.data
    plain = next(one for one in families if one.candidate.name == SCORECARD)
    comparing.progress("scorecard: refit on every labelled client")
    fitted, calibration = _fitted(plain, data), plain.calibration
    model = fitted.scorecard(calibration.slope, calibration.intercept, data.categories)
    names = [one.feature for one in model.inputs]
    if not names:
        raise TrainingError(
            f"scorecard: none of {data.inputs.shape[1]} inputs tells enough of the"
            f" outcomes of {len(data.target)} clients to be worth points"
        )
    margin = calibration.slope * plain.margin + calibration.intercept
    chosen = replace(plain, margin=margin, calibration=Calibration())
    served = only(data, names)
    feature_set = _compiled(store, feature_set, names)
    return Choice(model, chosen, plain, served, feature_set, plain)


def _compiled(
    store: FeatureStore, feature_set: FeatureSet, names: Sequence[str]
) -> FeatureSet:
    return compile_features(
        store.layout,
        feature_set.tables,
        included=LEFT_OUT,
        only=names,
        kept=store.statements,
    )


def _fitted(chosen: Assessment, data: Labelled) -> Any:
    return chosen.candidate.fit(data.inputs, data.target, list(data.categories))
