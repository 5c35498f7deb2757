"""A registered model version, read back from its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.bundle.read import read_manifest, verified
from training.errors import TrainingError
from training.evaluation.calibration import Calibration
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features, feature_set_hash
from training.models.served import ServedModel, file_of, read_model
from training.tables.layout import APPLICATION
from training.tables.schema import LEFT_OUT, Use


@dataclass(frozen=True)
class Champion:
    """The model, the core of its manifest and its reasons, if these are wanted."""

    version: str
    model: ServedModel
    core: Mapping[str, Any]
    reasons: Mapping[str, Any] = field(default_factory=dict)

    @property
    def categories(self) -> dict[str, list[str]]:
        """The values of each category feature, in the order of their codes."""
        return {
            feature["name"]: feature["categories"]
            for feature in self.core["features"]
            if feature["dtype"] == "category"
        }

    @property
    def codes(self) -> dict[str, list[str | None]]:
        """The same, None in the place of those that training did not see.

        They are missing to the model.
        """
        seen = self.seen[APPLICATION]
        return {
            name: [one if one in seen[name] else None for one in values]
            for name, values in self.categories.items()
        }

    @property
    def seen(self) -> dict[str, dict[str, list[str]]]:
        """The categories of each raw table's columns that training saw."""
        return {
            name: {
                column["name"]: column["categories"]
                for column in table["columns"]
                if column["categories"] is not None
            }
            for name, table in self.core["tables"].items()
        }

    @property
    def included(self) -> tuple[Use, ...]:
        """Of what is left out unless it is asked for: the uses that have inputs."""
        inputs = {feature["name"] for feature in self.core["features"]}
        columns = self.core["tables"][APPLICATION]["columns"]
        uses = {one["use"] for one in columns if one["name"] in inputs}
        return tuple(use for use in LEFT_OUT if use in uses)

    @property
    def calibration(self) -> Calibration:
        calibration = self.core["calibration"]
        return Calibration(calibration["slope"], calibration["intercept"])

    def feature_set(self, store: FeatureStore) -> FeatureSet:
        """The features of a store, which must be those of the model.

        Raises:
            TrainingError: they are not: other tables, or other code.
        """
        names = [feature["name"] for feature in self.core["features"]]
        feature_set = compile_features(
            store.layout,
            store.present(),
            included=LEFT_OUT,
            only=names,
            kept=store.statements,
        )
        if feature_set_hash(feature_set, self.categories) != self.core["feature_set"]:
            raise TrainingError(
                f"{store.folder}: its features, from {', '.join(feature_set.tables)},"
                f" are not those of model version {self.version}, from"
                f" {', '.join(self.core['tables'])}{self._lacking(store)};"
                " run `train` again"
            )
        return feature_set

    def _lacking(self, store: FeatureStore) -> str:
        """What the model's columns are that the store has not, for an error."""
        tables = {name: store.layout.tables[name].names for name in store.present()}
        tables[APPLICATION] = store.layout.application.names
        lacking = [
            f"{name}.{column['name']}"
            for name, table in self.core["tables"].items()
            for column in table["columns"]
            if name in tables and column["name"] not in tables[name]
        ]
        return f", and lack {', '.join(lacking)}" if lacking else ""


def read_champion(bundle: Path) -> Champion:
    """That of a bundle's folder.

    Raises:
        ConfigurationError: it is no bundle, or is damaged.
    """
    manifest, _sha256 = read_manifest(bundle)
    model = read_model(manifest, verified(bundle, manifest, file_of(manifest)))
    return Champion(manifest["model"]["version"], model, manifest)
