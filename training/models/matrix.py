"""The labelled clients as a matrix, ready for a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from training.errors import TrainingError
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, encoded_columns
from training.models.cost import Array


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


def load_labelled(store: FeatureStore, made: FeatureSet) -> Labelled:
    """Read the labelled clients' features, in the order of their ids.

    Raises:
        TrainingError: the outcomes are all the same, or too few to learn from.
    """
    with duckdb.connect() as connection:
        categories = learn_categories(connection, store.feature_rows, made)
        columns = encoded_columns(made.features, categories)
        rows = connection.execute(
            f"SELECT SK_ID_CURR, TARGET, {columns} FROM {store.feature_rows}"
            " AS features WHERE TARGET IS NOT NULL ORDER BY SK_ID_CURR"
        ).df()
    target = rows["TARGET"].to_numpy(np.float64)
    _check_outcomes(target)
    inputs = rows.drop(columns=["SK_ID_CURR", "TARGET"]).astype(np.float32)
    return Labelled(inputs, target, rows["SK_ID_CURR"].to_numpy(), categories)


def learn_categories(
    connection: duckdb.DuckDBPyConnection, features: str, made: FeatureSet
) -> dict[str, list[str]]:
    """The values of every category feature that labelled clients have, sorted."""
    return {
        one.name: [
            value
            for (value,) in connection.execute(
                f'SELECT DISTINCT "{one.name}" FROM {features}'
                f' WHERE TARGET IS NOT NULL AND "{one.name}" IS NOT NULL ORDER BY 1'
            ).fetchall()
        ]
        for one in made.features
        if one.category
    }


def _check_outcomes(target: Array, least: int = 10) -> None:
    defaults = int(target.sum())
    if min(defaults, len(target) - defaults) < least:
        raise TrainingError(
            f"application_train: expected at least {least} clients of each outcome,"
            f" found {defaults} defaults among {len(target)}"
        )


def fingerprint(data: Labelled) -> str:
    """SHA-256 of the inputs, the outcomes and the clients, in their order."""
    digest = hashlib.sha256(data.inputs.to_numpy().tobytes())
    digest.update(data.target.tobytes())
    digest.update(data.client.tobytes())
    return digest.hexdigest()
