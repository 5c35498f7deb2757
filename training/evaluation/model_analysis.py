"""What is looked at before a campaign's model is registered, computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from training.evaluation.borderline import borderline
from training.evaluation.fairness import audit, load_applications, protected_attributes
from training.evaluation.inspection.inspect_model import QUICK, THOROUGH, inspect
from training.evaluation.metrics import calibration_curve
from training.evaluation.price_of_leaving_out import prices
from training.evaluation.segments import segment_metrics
from training.evaluation.shap_values import (
    Explained,
    explain,
    importance,
)
from training.evaluation.trained_model import TrainedModel


@dataclass(frozen=True)
class ModelAnalysis:
    """The findings about a trained model, as its manifest and model card state them.

    `applications`: the labelled clients' raw applications, in the order of the data;
    `explained`: some clients and what moved their margins; `borderline`: what is true
    of the borderline clients; `inspection`: what analysts look for beside.
    `price_of_leaving_out`: empty when it was not measured.
    """

    applications: pd.DataFrame
    explained: Explained
    importance: Mapping[str, Any]
    borderline: Mapping[str, Any]
    calibration_curve: Mapping[str, list[float]]
    fairness: Sequence[Mapping[str, Any]]
    segments: Sequence[Mapping[str, Any]]
    inspection: Mapping[str, Any]
    price_of_leaving_out: Sequence[Mapping[str, Any]] = ()


def analyse_model(
    trained: TrainedModel,
    clients: int,
    *,
    price: bool,
    progress: Callable[[str], None],
    jobs: int,
) -> ModelAnalysis:
    """Explain, audit and split the chosen model's out-of-fold decisions.

    `clients`: how many are explained. `price`: also measure what it costs to leave out
    what is left out, which takes a few more cross-validations, and look at more inputs.
    """
    progress("review: explanations, fairness, segments, dependence")
    data, chosen = trained.data, trained.chosen
    layout = trained.store.layout
    applications = load_applications(trained.store, data.client)
    explained = explain(trained.model, data, clients)
    features = trained.feature_set.features
    weights = importance(trained.model, explained, features)
    return ModelAnalysis(
        applications=applications,
        explained=explained,
        importance=weights,
        borderline=borderline(trained.model, data, chosen, features),
        calibration_curve=calibration_curve(data.target, chosen.probability),
        fairness=audit(
            layout,
            protected_attributes(layout.application, applications),
            data.target,
            chosen.probability,
            chosen.threshold.value,
        ),
        segments=segment_metrics(layout, applications, data, chosen),
        inspection=inspect(
            trained,
            explained,
            weights,
            THOROUGH if price else QUICK,
        ),
        price_of_leaving_out=(
            prices(trained, applications, progress, jobs) if price else ()
        ),
    )
