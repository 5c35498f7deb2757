"""The MLflow store: where runs and model versions are kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from training.config import SQLITE
from training.errors import TrainingError

MODEL = "credit-scoring"
EXPERIMENT = "credit-scoring"
CHALLENGER, CHAMPION = "challenger", "champion"
# MLflow's pages then open on runs and models, not on prompts and traces.
KIND = {"mlflow.experimentKind": "custom_model_development"}


@dataclass(frozen=True)
class Registry:
    """An opened MLflow store."""

    uri: str
    experiment: str
    client: mlflow.MlflowClient

    def version(self, name: str) -> ModelVersion:
        """A model version by its number or alias.

        Raises:
            TrainingError: there is no such version; names those there are.
        """
        try:
            if name.isdecimal():
                return self.client.get_model_version(MODEL, name)
            return self.client.get_model_version_by_alias(MODEL, name)
        except MlflowException:
            raise TrainingError(
                f"{MODEL}: no version {name!r} in {self.uri}; {self._known()}"
            ) from None

    def _known(self) -> str:
        versions = self.client.search_model_versions(f"name = '{MODEL}'")
        numbers = ", ".join(str(n) for n in sorted(int(v.version) for v in versions))
        return f"found: {numbers}" if numbers else "found none; run `train` first"


def open_registry(uri: str) -> Registry:
    """Open the store, and make it when it is a database file that is not there.

    Artifacts of a SQLite store lie beside its file, in `mlartifacts/`.
    """
    location = None
    if uri.startswith(SQLITE):
        folder = Path(uri.removeprefix(SQLITE)).resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        location = (folder / "mlartifacts").as_uri()
    # They report each migration of a new database, and that pip is not installed.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        experiment_id = client.create_experiment(
            EXPERIMENT, artifact_location=location, tags=KIND
        )
        return Registry(uri, experiment_id, client)
    return Registry(uri, experiment.experiment_id, client)
