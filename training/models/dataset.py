"""The labelled clients as a matrix, ready for a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pandas as pd

from training.arrays import Array
from training.errors import TrainingError
from training.features.build import FeatureStore, values_of
from training.features.sql import FeatureSet, encoded_columns

# Of each outcome.
LEAST = 10


@dataclass(frozen=True)
class Labelled:
    """The clients with a known outcome.

    `inputs`: shape (clients, features), float32, categories as codes, missing as NaN.
    `target`: shape (clients,), 1 for a default. `client`: their SK_ID_CURR.
    `categories`: the values of each category feature, in the order of their codes.
    """

    inputs: pd.DataFrame
    target: Array
    client: np.ndarray
    categories: Mapping[str, list[str]]


def load_labelled(store: FeatureStore, feature_set: FeatureSet) -> Labelled:
    """Read the labelled clients' features, in the order of their ids.

    Raises:
        TrainingError: the outcomes are all the same, or too few to learn from.
    """
    with duckdb.connect() as connection:
        labelled = f"(FROM {store.feature_rows} WHERE TARGET IS NOT NULL)"
        categories = {
            feature.name: values_of(connection, feature.name, labelled)
            for feature in feature_set.features
            if feature.category
        }
        columns = encoded_columns(feature_set.features, categories)
        rows = connection.execute(
            f"SELECT SK_ID_CURR, TARGET, {columns} FROM {labelled} AS features"
            " ORDER BY SK_ID_CURR"
        ).df()
    target = rows["TARGET"].to_numpy(np.float64)
    _check_outcomes(target)
    inputs = rows.drop(columns=["SK_ID_CURR", "TARGET"]).astype(np.float32)
    return Labelled(inputs, target, rows["SK_ID_CURR"].to_numpy(), categories)


def _check_outcomes(target: Array) -> None:
    defaults = int(target.sum())
    if min(defaults, len(target) - defaults) < LEAST:
        raise TrainingError(
            f"application_train: expected at least {LEAST} clients of each outcome,"
            f" found {defaults} defaults among {len(target)}"
        )


def fingerprint(data: Labelled) -> str:
    """SHA-256 of the inputs, the outcomes and the clients, in their order."""
    digest = hashlib.sha256(data.inputs.to_numpy().tobytes())
    digest.update(data.target.tobytes())
    digest.update(data.client.tobytes())
    return digest.hexdigest()


def only(data: Labelled, names: Sequence[str]) -> Labelled:
    """The same clients with these inputs."""
    wanted = set(names)
    categories = {n: values for n, values in data.categories.items() if n in wanted}
    return replace(data, inputs=data.inputs[list(names)], categories=categories)
