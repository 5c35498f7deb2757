"""A training campaign: compare the ladder, choose, refit, record in MLflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightgbm
import mlflow
import optuna

from training.bundle.parts import feature_set_hash
from training.features.build import FeatureStore
from training.features.sql import FeatureSet
from training.gates.examine import examine
from training.models import tracking
from training.models.candidates import booster_of
from training.models.comparison import Comparison
from training.models.cost import Costs
from training.models.ladder import Budget, Climb
from training.models.learning import learning_curve
from training.models.matrix import Labelled, fingerprint, load_labelled
from training.models.outcome import Outcome
from training.models.pictures import importance, pictures
from training.models.review import Review, review
from training.models.search import Place
from training.models.validation import Assessment
from training.registry.register import register
from training.registry.store import Registry


@dataclass(frozen=True)
class Trained:
    """The outcome of a campaign: the registered version and what it is worth."""

    version: str
    run: str
    assessments: tuple[Assessment, ...]
    chosen: Assessment
    comparisons: tuple[Comparison, ...]


def run_campaign(
    registry: Registry,
    store: FeatureStore,
    made: FeatureSet,
    costs: Costs,
    budget: Budget,
    place: Place,
    *,
    progress: Callable[[str], None],
) -> Trained:
    """Train on a feature store and register the best LightGBM as the challenger."""
    data = load_labelled(store, made)
    about = describe(data, made)

    def record(
        one: Assessment, study: optuna.Study | None, comparison: Comparison | None
    ) -> None:
        tracking.record(
            registry, data, costs, one, study, comparison, drawn=budget.variants
        )

    with mlflow.start_run(
        experiment_id=registry.experiment, run_name=f"campaign-{budget.name}"
    ) as parent:
        given = {"budget": budget.name, "costs_by_amount": costs.by_amount}
        tracking.describe_campaign({**given, **costs.to_json(), **about})
        ladder = Climb(data, costs, budget, place, progress, record).up()
        tracking.log_ladder(ladder.rungs, ladder.variants, ladder.comparisons)
        progress("lightgbm: refit on every labelled client")
        outcome = Outcome(
            booster=refit(ladder.chosen, data),
            store=store,
            data=data,
            made=made,
            assessments=ladder.rungs,
            chosen=ladder.chosen,
            costs=costs,
            about=about,
            comparisons=ladder.comparisons,
        )
        mlflow.log_metrics(_summary(outcome))
        priced = budget.variants and place.seconds_left > 0
        found = review(outcome, price=priced, progress=progress)
        _draw(outcome, found, budget, place, progress)
        progress("gates: may it be promoted")
        version = register(registry, outcome, found, examine(outcome, found))
    return Trained(
        version, parent.info.run_id, ladder.rungs, ladder.chosen, ladder.comparisons
    )


def describe(data: Labelled, made: FeatureSet) -> dict[str, Any]:
    """What the model is trained on: how much, which, and a fingerprint."""
    return {
        "clients": len(data.target),
        "default_rate": float(data.target.mean()),
        "fingerprint": fingerprint(data),
        "feature_count": len(made.features),
        "feature_set": feature_set_hash(made, data.categories),
        "tables": ",".join(made.tables),
    }


def refit(chosen: Assessment, data: Labelled) -> lightgbm.Booster:
    model = chosen.candidate.fit(data.inputs, data.target, list(data.categories))
    return booster_of(model)


def _draw(
    outcome: Outcome,
    found: Review,
    budget: Budget,
    place: Place,
    progress: Callable[[str], None],
) -> None:
    """The chosen model's pictures; the learning curve only where there is time."""
    data, costs = outcome.data, outcome.costs
    drawings = pictures(outcome.chosen, data.target, costs, costs.weight(data.inputs))
    drawings["importance.png"] = importance(found.importance)
    if budget.variants and place.seconds_left > 0:
        drawings["learning_curve.png"] = learning_curve(
            outcome.chosen.candidate, data, progress, place.jobs
        )
    tracking.log_pictures(drawings)


def _summary(outcome: Outcome) -> dict[str, float]:
    """The chosen one's metrics, and the others' under their names."""
    chosen = outcome.chosen
    others = {
        f"{one.candidate.name}_{name}": value
        for one in outcome.assessments
        if one is not chosen
        for name, value in one.metrics.to_json().items()
    }
    return {**chosen.metrics.to_json(), "threshold": chosen.threshold.value, **others}
