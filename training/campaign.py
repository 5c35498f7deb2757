"""A training campaign: compare the ladder, choose, refit, record in MLflow."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import mlflow
import optuna
from matplotlib.figure import Figure

from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison
from training.evaluation.cross_validation import Assessment
from training.evaluation.learning_curve import learning_curve
from training.evaluation.model_analysis import ModelAnalysis, analyse_model
from training.evaluation.pictures.inspection_plots import inspection_pictures
from training.evaluation.pictures.plots import errors_by_segment, pictures
from training.evaluation.trained_model import TrainedModel
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features, feature_set_hash
from training.gates.run_gates import examine
from training.models import candidates
from training.models.candidates import booster_of
from training.models.dataset import Labelled, fingerprint, load_labelled, only
from training.models.served import ServedModel, Trees
from training.registry import tracking
from training.registry.pseudonyms import secret_of
from training.registry.register import register
from training.registry.store import Registry
from training.registry.tracking import log_selection
from training.tables.schema import LEFT_OUT
from training.tuning.feature_ranking import on_the_best
from training.tuning.feature_selection import seconds, select
from training.tuning.hyperparameter_search import SearchResources
from training.tuning.model_comparison import Budget, ModelComparison


def run_campaign(
    registry: Registry,
    store: FeatureStore,
    feature_set: FeatureSet,
    costs: Costs,
    budget: Budget,
    resources: SearchResources,
    *,
    progress: Callable[[str], None],
) -> tuple[str, TrainedModel]:
    """Train on a feature store and register the best LightGBM as the challenger.

    Returns its version, and what it is worth.
    """
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
        comparing = ModelComparison(data, costs, budget, resources, progress, record)
        families = comparing.run()
        plain = chosen = families[-1]
        served = data
        several = candidates.several(chosen.candidate, budget.seeds)
        if (
            budget.select_features
            and seconds(chosen, resources.jobs) < resources.seconds_left
        ):
            few = select(chosen, data, costs, progress, resources.jobs)
            log_selection(few)
            chosen, served = few.chosen.assessment, only(data, few.names)
            feature_set = compile_features(
                store.layout,
                feature_set.tables,
                included=LEFT_OUT,
                only=few.names,
                kept=store.statements,
            )
            if few.chosen is not few.points[0]:
                count = few.chosen.features
                several = on_the_best(count, data.kept, plain.candidate, several)
        if budget.seeds > 1:
            chosen = comparing.average(chosen, several)
        # Last the chosen one.
        tried = families if chosen is plain else (*families, chosen)
        tracking.log_ladder(tried, comparing.variants, comparing.comparisons)
        progress("lightgbm: refit on every labelled client")
        trained = TrainedModel(
            model=refit(chosen, served),
            store=store,
            data=served,
            offered=data,
            feature_set=feature_set,
            assessments=tried,
            chosen=chosen,
            plain=plain,
            costs=costs,
            about=describe(served, feature_set),
            comparisons=tuple(comparing.comparisons),
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


def refit(chosen: Assessment, data: Labelled) -> ServedModel:
    model = chosen.candidate.fit(data.inputs, data.target, list(data.categories))
    return Trees(booster_of(model))


def _draw(
    trained: TrainedModel,
    analysis: ModelAnalysis,
    resources: SearchResources,
    progress: Callable[[str], None],
) -> None:
    """The chosen model's pictures; the learning curve only where there is time."""
    drawings = pictures(trained.chosen, trained.data, trained.costs)
    drawings["segments.png"] = errors_by_segment(analysis.segments)
    drawings |= inspection_pictures(analysis.inspection)
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
