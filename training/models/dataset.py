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
from training.tables.layout import TARGET
from training.tables.schema import Column

# Of each outcome.
LEAST = 10


@dataclass(frozen=True)
class Labelled:
    """The clients with a known outcome.

    `inputs`: shape (clients, features), float32, categories as codes, missing as NaN.
    `target`: shape (clients,), 1 for a default. `client`: their keys.
    `categories`: the values of each category feature, in the order of their codes: all
    that are declared, and what more is held, so that no code depends on who is there.
    `lowers_risk`, `raises_risk`: the inputs of which more is known to mean less risk,
    or more. `kept`: those that no selection leaves out, what the loan is asked for on
    and outside scores.
    """

    inputs: pd.DataFrame
    target: Array
    client: np.ndarray
    categories: Mapping[str, list[str]]
    lowers_risk: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    raises_risk: frozenset[str] = frozenset()

    @property
    def directions(self) -> dict[str, int]:
        """Where the risk may go with more of an input: -1 is down, 1 is up."""
        falling = dict.fromkeys(self.lowers_risk.intersection(self.inputs), -1)
        return falling | dict.fromkeys(self.raises_risk.intersection(self.inputs), 1)


def load_labelled(store: FeatureStore, feature_set: FeatureSet) -> Labelled:
    """Read the labelled clients' features, in the order of their ids.

    Raises:
        TrainingError: the outcomes are all the same, or too few to learn from.
    """
    key = store.layout.key
    with duckdb.connect() as connection:
        labelled = f"(FROM {store.feature_rows} WHERE {TARGET} IS NOT NULL)"
        categories = {
            feature.name: _declared_and_held(
                store.layout.application[feature.name],
                values_of(connection, feature.name, labelled),
            )
            for feature in feature_set.features
            if feature.category
        }
        columns = encoded_columns(feature_set.features, categories)
        rows = connection.execute(
            f'SELECT "{key}", {TARGET}, {columns} FROM {labelled} AS features'
            f' ORDER BY "{key}"'
        ).df()
    target = rows[TARGET].to_numpy(np.float64)
    _check_outcomes(store.layout.labelled, target)
    safer = {one.name for one in feature_set.features if one.lowers_risk}
    kept = {one.name for one in feature_set.features if one.kept}
    return Labelled(
        rows.drop(columns=[key, TARGET]).astype(np.float32),
        target,
        rows[key].to_numpy(),
        categories,
        frozenset(safer),
        frozenset(kept.union(safer.intersection(store.layout.scores))),
        frozenset(one.name for one in feature_set.features if one.raises_risk),
    )


def _declared_and_held(column: Column, held: Sequence[str]) -> list[str]:
    return sorted({*column.words, *held}.difference(column.nulls))


def _check_outcomes(file: str, target: Array) -> None:
    defaults = int(target.sum())
    if min(defaults, len(target) - defaults) < LEAST:
        raise TrainingError(
            f"{file}: expected at least {LEAST} clients of each outcome,"
            f" found {defaults} defaults among {len(target)}"
        )


def fingerprint(data: Labelled) -> str:
    """SHA-256 of the inputs, the outcomes and the clients, in their order."""
    digest = hashlib.sha256(data.inputs.to_numpy().tobytes())
    digest.update(data.target.tobytes())
    # Of texts an array holds but where they are.
    texts = data.client.dtype == object
    digest.update((data.client.astype(str) if texts else data.client).tobytes())
    return digest.hexdigest()


def only(data: Labelled, names: Sequence[str]) -> Labelled:
    """The same clients with these inputs."""
    wanted = set(names)
    categories = {n: values for n, values in data.categories.items() if n in wanted}
    return replace(data, inputs=data.inputs[list(names)], categories=categories)
