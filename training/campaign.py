"""A training campaign: compare the ladder, choose, refit, record in MLflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import mlflow
import optuna
from matplotlib.figure import Figure

from training.errors import ConfigurationError, TrainingError
from training.evaluation.business_cost import Costs
from training.evaluation.calibration import Calibration
from training.evaluation.comparison import Comparison, rivals
from training.evaluation.cross_validation import Assessment
from training.evaluation.learning_curve import learning_curve
from training.evaluation.model_analysis import ModelAnalysis, analyse_model
from training.evaluation.pictures.plots import errors_by_segment, pictures
from training.evaluation.trained_model import TrainedModel
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features, feature_set_hash
from training.gates.run_gates import examine
from training.models import candidates
from training.models.candidates import booster_of
from training.models.dataset import Labelled, fingerprint, load_labelled, only
from training.models.scorecard import FORM as SCORECARD
from training.models.served import TREES, ServedModel, Trees
from training.registry import tracking
from training.registry.pseudonyms import secret_of
from training.registry.register import register
from training.registry.store import Registry
from training.registry.tracking import log_selection
from training.tables.schema import LEFT_OUT
from training.tuning.feature_ranking import on_the_best
from training.tuning.feature_selection import seconds, select
from training.tuning.hyperparameter_search import SearchResources
from training.tuning.model_comparison import Budget, ModelComparison, rivals_installed


def run_campaign(
    registry: Registry,
    store: FeatureStore,
    feature_set: FeatureSet,
    costs: Costs,
    budget: Budget,
    resources: SearchResources,
    *,
    serve: str = TREES,
    progress: Callable[[str], None],
) -> tuple[str, TrainedModel]:
    """Train on a feature store and register the challenger.

    `serve`: the form that it has, the best LightGBM or the scorecard. Returns its
    version, and what it is worth.

    Raises:
        ConfigurationError: a scorecard is wanted, and what makes it is not installed.
    """
    if serve == SCORECARD and not rivals_installed():
        raise ConfigurationError(
            "scorecard: optbinning, which makes its bins, is not installed; the extra"
            " `rivals` brings it"
        )
    secret = secret_of(registry)
    data = load_labelled(store, feature_set)
    about = describe(data, feature_set)

    def record(
        assessment: Assessment,
        study: optuna.Study | None,
        comparison: Comparison | None,
    ) -> None:
        tracking.record(
            registry, data, costs, assessment, study, comparison, drawn=budget.variants
        )

    with mlflow.start_run(
        experiment_id=registry.experiment, run_name=f"campaign-{budget.name}"
    ) as run:
        parameters = {"budget": budget.name, "costs_by_amount": costs.by_amount}
        tracking.describe_campaign({**parameters, **costs.to_json(), **about})
        tracking.log_data(run.info.run_id, store, data, about["fingerprint"])
        comparing = ModelComparison(
            data, costs, budget, resources, progress, record, serve
        )
        families = comparing.run()
        choose = _scorecard if serve == SCORECARD else _trees
        choice = choose(families, comparing, store, feature_set)
        chosen = choice.chosen
        # Last the chosen one.
        tried = (*(one for one in families if one is not choice.replaced), chosen)
        tracking.log_ladder(tried, comparing.variants, comparing.comparisons)
        trained = TrainedModel(
            model=choice.model,
            store=store,
            data=choice.data,
            offered=data,
            feature_set=choice.feature_set,
            assessments=tried,
            chosen=chosen,
            plain=choice.plain,
            costs=costs,
            about=describe(choice.data, choice.feature_set),
            comparisons=tuple(comparing.comparisons),
            rivals=rivals(chosen, families, data.target),
        )
        mlflow.log_metrics(_summary(trained))
        analysis = analyse_model(
            trained,
            budget.explained,
            price=budget.variants,
            progress=progress,
            jobs=resources.jobs,
        )
        if budget.variants:
            _draw(trained, analysis, resources, progress)
        progress("gates: may it be promoted")
        gates = examine(
            trained, analysis, budget.shuffled, budget.rounds, resources.jobs
        )
        version = register(registry, trained, analysis, gates, secret)
    return version, trained


def describe(data: Labelled, feature_set: FeatureSet) -> dict[str, Any]:
    """What the model is trained on: how much, which, and a fingerprint."""
    return {
        "clients": len(data.target),
        "default_rate": float(data.target.mean()),
        "fingerprint": fingerprint(data),
        "feature_count": len(feature_set.features),
        "feature_set": feature_set_hash(feature_set, data.categories),
        "tables": ",".join(feature_set.tables),
    }


@dataclass(frozen=True)
class Choice:
    """What is served of the ladder, and what it was plainly, before it was varied.

    `model`: fitted on every client of `data`, which has the features that it looks at;
    `replaced`: the family that it stands for on the ladder, None where it comes on top.
    """

    model: ServedModel
    chosen: Assessment
    plain: Assessment
    data: Labelled
    feature_set: FeatureSet
    replaced: Assessment | None = None


def _trees(
    families: Sequence[Assessment],
    comparing: ModelComparison,
    store: FeatureStore,
    feature_set: FeatureSet,
) -> Choice:
    """The LightGBM on the fewest features that do, averaged over seeds."""
    data, budget, resources = comparing.data, comparing.budget, comparing.resources
    plain = chosen = families[-1]
    served = data
    several = candidates.several(chosen.candidate, budget.seeds)
    needed = seconds(chosen, resources.jobs)
    if budget.select_features and needed < resources.seconds_left:
        few = select(chosen, data, comparing.costs, comparing.progress, resources.jobs)
        log_selection(few)
        chosen, served = few.chosen.assessment, only(data, few.names)
        feature_set = _compiled(store, feature_set, few.names)
        if few.chosen is not few.points[0]:
            count = few.chosen.features
            several = on_the_best(count, data.kept, plain.candidate, several)
    if budget.seeds > 1:
        chosen = comparing.average(chosen, several)
    comparing.progress("lightgbm: refit on every labelled client")
    fitted = _fit(chosen, served)
    replaced = plain if chosen is plain else None
    return Choice(
        Trees(booster_of(fitted)), chosen, plain, served, feature_set, replaced
    )


def _scorecard(
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
    calibration = plain.calibration
    model = _fit(plain, data).scorecard(
        calibration.slope, calibration.intercept, data.categories
    )
    names = [one.feature for one in model.inputs]
    if not names:
        raise TrainingError(
            f"scorecard: none of {data.inputs.shape[1]} inputs tells enough of the"
            f" outcomes of {len(data.target)} clients to be worth a point"
        )
    margin = calibration.slope * plain.margin + calibration.intercept
    chosen = replace(plain, margin=margin, calibration=Calibration())
    return Choice(
        model,
        chosen,
        plain,
        only(data, names),
        _compiled(store, feature_set, names),
        plain,
    )


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


def _fit(chosen: Assessment, data: Labelled) -> Any:
    return chosen.candidate.fit(data.inputs, data.target, list(data.categories))


def _draw(
    trained: TrainedModel,
    analysis: ModelAnalysis,
    resources: SearchResources,
    progress: Callable[[str], None],
) -> None:
    """The chosen model's pictures; the learning curve only where there is time."""
    drawings = pictures(trained.chosen, trained.data, trained.costs)
    drawings["segments.png"] = errors_by_segment(analysis.segments)
    drawings |= _explained(trained, analysis, progress)
    if resources.seconds_left > 0:
        drawings["learning_curve.png"] = learning_curve(
            trained.plain.candidate, trained.offered, progress, resources.jobs
        )
    tracking.log_pictures(drawings)


def _explained(
    trained: TrainedModel, analysis: ModelAnalysis, progress: Callable[[str], None]
) -> dict[str, Figure]:
    """What shap draws, where it is installed: it is an extra."""
    if find_spec("shap") is None:
        progress(
            "pictures: shap, which draws the explanations, is not installed; the"
            " extra `shap` brings it"
        )
        return {}
    from training.evaluation.pictures.shap_plots import explanation_pictures

    return explanation_pictures(analysis.explained, trained.feature_set, trained.chosen)


def _summary(trained: TrainedModel) -> dict[str, float]:
    """The chosen one's metrics, and the others' under their names."""
    chosen = trained.chosen
    others = {
        f"{assessment.candidate.name}_{name}": value
        for assessment in trained.assessments
        if assessment is not chosen
        for name, value in assessment.metrics.to_json().items()
    }
    return {**chosen.metrics.to_json(), "threshold": chosen.threshold.value, **others}
