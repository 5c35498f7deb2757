"""What is looked at before a campaign's model is registered, computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from training.evaluation.borderline import borderline
from training.evaluation.fairness import audit, load_applications, protected_attributes
from training.evaluation.metrics import calibration_curve
from training.evaluation.protected_attributes_cost import price_of_protected
from training.evaluation.segments import segment_metrics
from training.evaluation.shap_values import Explained, explain, importance
from training.evaluation.trained_model import TrainedModel


@dataclass(frozen=True)
class ModelAnalysis:
    """The findings about a trained model, as its manifest and model card state them.

    `applications`: the labelled clients' raw applications, in the order of the data;
    `explained`: some clients and what moved their margins; `borderline`: what is true
    of the borderline clients.
    `protected_price`: None when it was not measured.
    """

    applications: pd.DataFrame
    explained: Explained
    importance: Mapping[str, Any]
    borderline: Mapping[str, Any]
    calibration_curve: Mapping[str, list[float]]
    fairness: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    protected_price: Mapping[str, Any] | None = None


def analyse_model(
    trained: TrainedModel,
    clients: int,
    *,
    price: bool,
    progress: Callable[[str], None],
    jobs: int,
) -> ModelAnalysis:
    """Explain, audit and split the chosen model's out-of-fold decisions.

    `clients`: how many are explained. `price`: also measure what leaving the protected
    attributes out costs, which takes one more cross-validation.
    """
    progress("review: explanations, fairness, segments")
    data, chosen = trained.data, trained.chosen
    layout = trained.store.layout
    applications = load_applications(trained.store, data.client)
    explained = explain(trained.booster, data, clients)
    features = trained.feature_set.features
    return ModelAnalysis(
        applications=applications,
        explained=explained,
        importance=importance(trained.booster, explained, features),
        borderline=borderline(trained.booster, data, chosen, features),
        calibration_curve=calibration_curve(data.target, chosen.probability),
        fairness=audit(
            layout,
            protected_attributes(layout, applications),
            data.target,
            chosen.probability,
            chosen.threshold.value,
        ),
        segments=segment_metrics(layout, applications, data, chosen),
        protected_price=(
            price_of_protected(trained, applications, progress, jobs)
            if price and layout.kept_out
            else None
        ),
    )
