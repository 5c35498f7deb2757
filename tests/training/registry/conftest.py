"""A registry of its own for each file of tests."""

from __future__ import annotations

import mlflow
import pytest

from training.registry.store import MODEL, Registry, open_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("registry")
    opened = open_registry(f"sqlite:///{folder / 'mlflow.db'}")
    opened.client.create_registered_model(MODEL)
    return opened


@pytest.fixture
def used(registry: Registry) -> None:
    """MLflow's own idea of where runs are: the last store opened."""
    mlflow.set_tracking_uri(registry.uri)
