"""What a bundle keeps of its clients: for similar clients, and for monitoring."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.arrays import Array
from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import Assessment
from training.evaluation.inspection.coarse import coarse, stepped
from training.evaluation.shap_values import sample_rows
from training.features.define import Feature
from training.features.sql import FeatureSet
from training.gates.champion import CLIENT
from training.models.dataset import Labelled

LARGEST, REFERENCE, CORRELATED = 20_000, 50_000, 5_000
DISPLAYED, MONITORED = 100, 60
POPULATION, CORRELATIONS = "population.parquet", "correlations.json"


def displayed(made: FeatureSet, importance: Mapping[str, Any]) -> list[Feature]:
    """The application's own columns and the features that matter most."""
    top = {feature["feature"] for feature in importance["features"][:DISPLAYED]}
    shown = top.union(made.layout.application.names)
    return [feature for feature in made.features if feature.name in shown]


def monitored(importance: Mapping[str, Any]) -> list[str]:
    """The features whose drift is watched: those that matter most, in that order."""
    return [feature["feature"] for feature in importance["features"][:MONITORED]]


def drawn(rows: int, size: int) -> np.ndarray:
    """Up to `size` row numbers, and in an order, that nobody can draw again."""
    lots = np.frombuffer(secrets.token_bytes(8 * rows), np.uint64)
    return np.argsort(lots)[:size]


def write_population(
    path: Path,
    data: Labelled,
    clients: np.ndarray,
    shown: Sequence[Feature],
    chosen: Assessment,
) -> None:
    """Displayed features (categories as text) and risk, coarse; outcome; pseudonym.

    `clients`: the pseudonyms, which `publish_population` leaves out. The risk is that
    of the model that had not seen the client.
    """
    rows = drawn(len(data.target), LARGEST)
    inputs = data.inputs[[feature.name for feature in shown]].iloc[rows]
    kept = coarse(inputs, data.categories)
    readable = _readable(kept, data.categories).assign(
        probability=stepped_risk(chosen.probability[rows], chosen.threshold.value),
        TARGET=data.target[rows].astype(np.int8),
        **{CLIENT: clients[rows]},
    )
    readable.to_parquet(path, index=False, compression="zstd")


def stepped_risk(probability: Array, threshold: float) -> Array:
    """Each client's risk as the mean of its step's, shape (clients,).

    The granted have steps of their own and the refused have, so that as many are
    refused at the threshold as were.
    """
    told = np.empty_like(probability)
    for side in (probability < threshold, probability >= threshold):
        _, step = np.unique(stepped(probability[side]), return_inverse=True)
        means = np.bincount(step, probability[side]) / np.maximum(np.bincount(step), 1)
        told[side] = means[step]
    return told


def publish_population(path: Path) -> None:
    """Take the pseudonyms out of it, which are the training side's."""
    frame = pd.read_parquet(path).drop(columns=CLIENT, errors="ignore")
    frame.to_parquet(path, index=False, compression="zstd")


def write_reference(
    path: Path,
    data: Labelled,
    chosen: Assessment,
    watched: Sequence[str],
    costs: Costs,
) -> None:
    """Watched features as the model sees them, out-of-fold scores, outcome.

    No row is a person: each feature's values are in an order of their own, as they are
    looked at one by one (`correlations` has what they have in common). With costs by
    amount the amount is there too, watched or not, beside the score: they weigh by it.
    Scores of the model on clients it was fitted on would be too good to compare new
    ones with.
    """
    size, weighed = len(data.target), costs.by_amount
    rows = drawn(size, REFERENCE)
    inputs = data.inputs[[*watched, *({weighed} - {"", *watched})]].astype(np.float32)
    columns = {
        name: column.to_numpy()[drawn(size, size)[: len(rows)]]
        for name, column in inputs.items()
    }
    if weighed:
        columns[weighed] = stepped(inputs[weighed].to_numpy()[rows])
    reference = pd.DataFrame(columns).assign(
        margin=chosen.margin[rows],
        probability=chosen.probability[rows],
        TARGET=data.target[rows].astype(np.int8),
    )
    reference.to_parquet(path, index=False, compression="zstd")


def correlations(inputs: pd.DataFrame) -> Array:
    """Absolute rank correlations of the columns, of a sample of the rows."""
    ranks = inputs.iloc[sample_rows(len(inputs), CORRELATED)].rank()
    found = ranks.fillna(ranks.mean()).corr().abs().fillna(0.0)
    return found.to_numpy(np.float64).round(3)


def _readable(
    inputs: pd.DataFrame, categories: Mapping[str, list[str]]
) -> pd.DataFrame:
    """The inputs with categories as text again."""
    texts = {
        name: pd.Series(
            pd.Categorical.from_codes(
                inputs[name].fillna(-1).to_numpy(np.int64),
                categories=pd.Index(values),
            ),
            index=inputs.index,
        ).astype(object)
        for name, values in categories.items()
        if name in inputs
    }
    return inputs.assign(**texts)
