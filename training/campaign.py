"""A training campaign: compare the ladder, choose, refit, record in MLflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import mlflow
import optuna
from matplotlib.figure import Figure

from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.evaluation.ceiling import Ceiling, ceiling
from training.evaluation.comparison import Comparison, rivals
from training.evaluation.cross_validation import Assessment
from training.evaluation.learning_curve import learning_curve
from training.evaluation.model_analysis import ModelAnalysis, analyse_model
from training.evaluation.pictures.inspection_plots import inspection_pictures
from training.evaluation.pictures.plots import errors_by_segment, pictures
from training.evaluation.trained_model import TrainedModel
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, feature_set_hash
from training.gates.run_gates import examine
from training.models.dataset import Labelled, fingerprint, load_labelled
from training.models.never_served import never_served
from training.models.scorecard import FORM as SCORECARD
from training.models.scorecard import Scale
from training.models.served import TREES
from training.registry import tracking
from training.registry.pseudonyms import secret_of
from training.registry.register import register
from training.registry.store import Registry
from training.registry.tracking import log_selection
from training.tuning.choice import choose_scorecard, choose_trees
from training.tuning.hyperparameter_search import SearchResources
from training.tuning.model_comparison import Budget, ModelComparison, rivals_installed
from training.validation.measured import log_measured


def run_campaign(
    registry: Registry,
    store: FeatureStore,
    feature_set: FeatureSet,
    costs: Costs,
    budget: Budget,
    resources: SearchResources,
    *,
    serve: str = TREES,
    scale: Scale = Scale(),  # noqa: B008  frozen
    progress: Callable[[str], None],
) -> tuple[str, TrainedModel]:
    """Train on a feature store and register the challenger.

    `serve`: the form that it has, the best LightGBM or the scorecard, whose points
    are on the `scale`. Returns its version, and what it is worth.

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
            data, costs, budget, resources, progress, record, serve, scale
        )
        families = comparing.run()
        choose = choose_scorecard if serve == SCORECARD else choose_trees
        choice = choose(families, comparing, store, feature_set)
        chosen = choice.chosen
        if choice.selection is not None:
            log_selection(choice.selection)
        # Last the chosen one.
        tried = (*(one for one in families if one is not choice.replaced), chosen)
        tracking.log_ladder(tried, comparing.variants, comparing.comparisons)
        highest = _ceiling(tried, chosen, data, costs, budget, resources, progress)
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
            curve=choice.selection.curve if choice.selection else (),
            ceiling=highest,
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
        progress("validation: each input, each reason")
        log_measured(trained, analysis, budget.moved)
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


def _ceiling(
    tried: Sequence[Assessment],
    chosen: Assessment,
    data: Labelled,
    costs: Costs,
    budget: Budget,
    resources: SearchResources,
    progress: Callable[[str], None],
) -> Ceiling | None:
    """What a blend would reach that is never served, of what there is time for."""
    if not budget.variants or resources.seconds_left <= 0:
        return None
    outside = never_served()
    if not outside:
        progress(
            "ceiling: neither catboost nor xgboost is installed; the extra `ceiling`"
            " brings them"
        )
    # The dummy, which comes first, knows nothing to add.
    others = [one for one in tried[1:] if one is not chosen]
    found = ceiling(chosen, others, outside, data, costs, progress, resources.jobs)
    tracking.log_ceiling(found)
    return found


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
