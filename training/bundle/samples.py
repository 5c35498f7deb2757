"""Clients without their ids: for similar clients, and for monitoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import Assessment
from training.evaluation.shap_values import sample_rows
from training.features.define import Feature
from training.features.sql import FeatureSet
from training.models.dataset import Labelled

POPULATION, REFERENCE = 20_000, 50_000
DISPLAYED, MONITORED = 100, 60


def displayed(made: FeatureSet, importance: Mapping[str, Any]) -> list[Feature]:
    """The application's own columns and the features that matter most."""
    top = {feature["feature"] for feature in importance["features"][:DISPLAYED]}
    shown = top.union(made.layout.application.names)
    return [feature for feature in made.features if feature.name in shown]


def monitored(importance: Mapping[str, Any]) -> list[str]:
    """The features whose drift is watched: those that matter most, in that order."""
    return [feature["feature"] for feature in importance["features"][:MONITORED]]


def write_population(
    path: Path, data: Labelled, chosen: Assessment, shown: Sequence[Feature]
) -> None:
    """Displayed features (categories as text), out-of-fold probability, outcome."""
    rows = sample_rows(len(data.target), POPULATION)
    scored = _readable(data).iloc[rows][[feature.name for feature in shown]]
    scored = scored.assign(
        PROBABILITY=chosen.probability[rows], TARGET=data.target[rows].astype(np.int8)
    )
    scored.to_parquet(path, index=False, compression="zstd")


def write_reference(
    path: Path,
    data: Labelled,
    chosen: Assessment,
    watched: Sequence[str],
    costs: Costs,
) -> None:
    """Watched features as the model sees them, out-of-fold scores, outcome.

    With costs by amount the amount is there too, watched or not: they weigh by it.
    Scores of the model on clients it was fitted on would be too good to compare new
    ones with.
    """
    rows = sample_rows(len(data.target), REFERENCE)
    weighed = {costs.by_amount} - {"", *watched}
    columns = [*watched, *weighed]
    reference = data.inputs[columns].iloc[rows].astype(np.float32)
    reference = reference.assign(
        margin=chosen.margin[rows],
        probability=chosen.probability[rows],
        TARGET=data.target[rows].astype(np.int8),
    )
    reference.to_parquet(path, index=False, compression="zstd")


def _readable(data: Labelled) -> pd.DataFrame:
    """The inputs with categories as text again."""
    texts = {
        name: pd.Series(
            pd.Categorical.from_codes(
                data.inputs[name].fillna(-1).to_numpy(np.int64),
                categories=pd.Index(values),
            ),
            index=data.inputs.index,
        ).astype(object)
        for name, values in data.categories.items()
    }
    return data.inputs.assign(**texts)
