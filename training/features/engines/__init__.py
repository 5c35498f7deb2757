"""What runs the two feature stages: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from training.features.sql import FeatureSet


class Run(Protocol):
    """Both stages over one set of staged tables."""

    def write_history(self, feature_set: FeatureSet, out: Path) -> None:
        """One row per client: its key and every history feature."""

    def write_features(self, feature_set: FeatureSet, history: Path, out: Path) -> None:
        """One row per client: its key, every feature, TARGET."""


class Engine(Protocol):
    """`name` enters the receipts: what another engine made is made again."""

    name: str

    def start(
        self, tables: Mapping[str, Path], spill: Path
    ) -> AbstractContextManager[Run]:
        """Get ready to read these tables; `spill` may take what outgrows memory.

        Raises:
            ConfigurationError: the engine is not installed or cannot be reached.
        """
