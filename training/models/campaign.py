"""A training campaign: compare the ladder, choose, refit, record in MLflow."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import mlflow
import mlflow.lightgbm

from training.bundle.parts import PARTS, write_parts
from training.features.build import FeatureStore
from training.features.sql import FeatureSet
from training.models import candidates
from training.models.cost import Costs
from training.models.matrix import Labelled, load_labelled
from training.models.outcome import Outcome
from training.models.review import Review, review
from training.models.search import Budget, search
from training.models.validation import Assessment, assess
from training.registry.store import CHALLENGER, MODEL, Registry


@dataclass(frozen=True)
class Trained:
    """The outcome of a campaign: the registered version and what it is worth."""

    version: str
    run: str
    assessments: tuple[Assessment, ...]
    chosen: Assessment


def run_campaign(
    registry: Registry,
    store: FeatureStore,
    made: FeatureSet,
    costs: Costs,
    budget: Budget,
    *,
    progress: Callable[[str], None],
) -> Trained:
    """Train on a feature store and register the best LightGBM as the challenger."""
    data = load_labelled(store, made)
    about = describe(data, made)
    with mlflow.start_run(
        experiment_id=registry.experiment, run_name=f"campaign-{budget.name}"
    ) as parent:
        mlflow.log_params({"budget": budget.name, **costs.to_json(), **about})
        ladder = [
            assess(one, data, costs, progress)
            for one in (candidates.dummy(), candidates.logistic_regression())
        ]
        for one in ladder:
            record(registry, one)
        chosen = search(
            data,
            costs,
            budget,
            progress=progress,
            record=lambda one: record(registry, one),
        )
        progress("lightgbm: refit on every labelled client")
        outcome = Outcome(
            booster=refit(chosen, data),
            store=store,
            data=data,
            made=made,
            assessments=(*ladder, chosen),
            chosen=chosen,
            costs=costs,
            about=about,
        )
        mlflow.log_metrics(_summary(outcome))
        progress("review: explanations, fairness, segments")
        version = _register(registry, outcome, review(outcome))
    return Trained(version, parent.info.run_id, outcome.assessments, chosen)


def describe(data: Labelled, made: FeatureSet) -> dict[str, Any]:
    """What the model is trained on: how much, which, and a fingerprint."""
    digest = hashlib.sha256(data.inputs.to_numpy().tobytes())
    digest.update(data.target.tobytes())
    digest.update(data.client.tobytes())
    return {
        "clients": len(data.target),
        "default_rate": float(data.target.mean()),
        "fingerprint": digest.hexdigest(),
        "feature_count": len(made.features),
        "tables": ",".join(made.tables),
    }


def record(registry: Registry, one: Assessment) -> None:
    """A child run for one candidate."""
    with mlflow.start_run(
        experiment_id=registry.experiment, run_name=one.candidate.name, nested=True
    ):
        mlflow.log_params(dict(one.candidate.parameters))
        mlflow.log_metrics({**one.metrics.to_json(), "threshold": one.threshold.value})


def refit(chosen: Assessment, data: Labelled) -> lightgbm.Booster:
    model = chosen.candidate.fit(data.inputs, data.target, list(data.categories))
    return model.booster_


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


def _register(registry: Registry, outcome: Outcome, found: Review) -> str:
    """Log the model and the parts of its bundle; register it as the challenger."""
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        write_parts(Path(folder), outcome, found)
        mlflow.log_artifacts(folder, PARTS)
    logged = mlflow.lightgbm.log_model(
        outcome.booster,
        name="model",
        registered_model_name=MODEL,
        pip_requirements=[f"lightgbm=={lightgbm.__version__}"],
        await_registration_for=0,
    )
    version = str(logged.registered_model_version)
    registry.client.set_registered_model_alias(MODEL, CHALLENGER, version)
    description = json.dumps(outcome.chosen.metrics.to_json(), indent=1)
    registry.client.update_model_version(MODEL, version, description)
    return version
