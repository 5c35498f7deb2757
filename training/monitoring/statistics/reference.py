"""What a bundle says its model should see: the monitoring reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.arrays import Array
from training.bundle.read import read_manifest, verified
from training.bundle.samples import CORRELATIONS, correlations
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.language import LANGUAGES, Labels, alike
from training.models.served import ServedModel, file_of, read_model
from training.monitoring.statistics import histogram
from training.monitoring.statistics.histogram import ColumnBins, Counts
from training.monitoring.statistics.performance import Expectation, ScoreBins
from training.tables.layout import TARGET

SCORE = "margin"


@dataclass(frozen=True)
class Reference:
    """A bundle's reference clients, labelled and scored out of fold.

    `frame`: the monitored features, each in an order of its own; `margin`,
    `probability` and `TARGET` of the same clients; where costs are by amount, theirs.
    `columns`: the monitored features, then the margin. `importance`: every
    feature's part of the model's whole.
    """

    folder: Path
    bundle_sha256: str
    manifest: Mapping[str, Any]
    frame: pd.DataFrame
    columns: tuple[ColumnBins, ...]
    importance: Mapping[str, float]

    @property
    def share(self) -> Array:
        """Of each monitored feature."""
        return np.array([self.importance.get(name, 0.0) for name in self.monitored])

    @property
    def monitored(self) -> list[str]:
        return [column.name for column in self.columns[:-1]]

    @property
    def threshold(self) -> float:
        return float(self.manifest["threshold"])

    @property
    def costs(self) -> Costs:
        return Costs.of_manifest(self.manifest)

    @cached_property
    def places(self) -> np.ndarray:
        """Where the monitored features are among all the model's features."""
        names = [feature["name"] for feature in self.manifest["features"]]
        return np.array([names.index(name) for name in self.monitored])

    @cached_property
    def counts(self) -> Counts:
        names = [column.name for column in self.columns]
        return histogram.count(self.columns, self.frame[names].to_numpy(np.float64))

    @cached_property
    def expectation(self) -> Expectation:
        margin, target = self.frame[SCORE], self.frame[TARGET]
        return Expectation.fit(margin.to_numpy(), target.to_numpy(np.float64))

    @cached_property
    def score_bins(self) -> ScoreBins:
        return ScoreBins.of(
            self.frame[SCORE].to_numpy(),
            self.frame["probability"].to_numpy(),
            self.threshold,
            self.expectation,
            self.costs.weight(self.frame),
        )

    @cached_property
    def correlation(self) -> Array:
        """Absolute rank correlations of the monitored features.

        Of the rows, where these are clients: in bundles of before 0.4.
        """
        if CORRELATIONS not in self.manifest.get("files", ()):
            return correlations(self.frame[self.monitored])
        path = verified(self.folder, self.manifest, CORRELATIONS)
        return np.array(json.loads(path.read_bytes()), np.float64)

    @property
    def refused(self) -> tuple[int, int]:
        """How many of the reference the threshold refuses, and how many there are."""
        refused = self.frame["probability"] >= self.threshold
        return int(refused.sum()), len(self.frame)

    def labels(self, name: str) -> Labels:
        """What a feature is called, in English where a language has no name for it."""
        for feature in self.manifest["features"]:
            if feature["name"] == name:
                told = feature["labels"]
                return {one: str(told.get(one) or told["en"]) for one in LANGUAGES}
        return alike(name)

    def label(self, name: str) -> str:
        """A feature's English name."""
        return self.labels(name)["en"]

    def model(self) -> ServedModel:
        return read_model(self.manifest, self.folder / file_of(self.manifest))


def read_reference(bundle: Path) -> Reference:
    """Read and verify what monitoring needs of a bundle.

    Raises:
        ConfigurationError: it is no bundle, is damaged, or names no monitored features.
    """
    manifest, digest = read_manifest(bundle)
    if "monitored" not in manifest:
        raise ConfigurationError(
            f"{bundle}: its manifest names no monitored features; export it again"
        )
    frame = pd.read_parquet(verified(bundle, manifest, "reference.parquet"))
    verified(bundle, manifest, file_of(manifest))
    importance = json.loads(verified(bundle, manifest, "importance.json").read_text())
    weights = {
        feature["feature"]: feature["mean_absolute"]
        for feature in importance["features"]
    }
    features = {feature["name"]: feature for feature in manifest["features"]}
    wanted = [*manifest["monitored"], SCORE, "probability", TARGET]
    if amount := Costs.of_manifest(manifest).by_amount:
        wanted.append(amount)
    lacking = [name for name in wanted if name not in frame]
    if lacking:
        raise ConfigurationError(
            f"{bundle}/reference.parquet: column {lacking[0]} is missing"
        )
    columns = [
        _column(features[name], frame[name].to_numpy(np.float64))
        for name in manifest["monitored"]
    ]
    columns.append(histogram.numeric(SCORE, frame[SCORE].to_numpy(np.float64)))
    whole = sum(weights.values()) or 1.0
    shares = {name: weight / whole for name, weight in weights.items()}
    return Reference(bundle, digest, manifest, frame, tuple(columns), shares)


def _column(feature: Mapping[str, Any], values: np.ndarray) -> ColumnBins:
    if feature["dtype"] == "category":
        return histogram.category(feature["name"], len(feature["categories"]))
    return histogram.numeric(feature["name"], values)
