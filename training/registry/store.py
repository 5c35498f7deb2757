"""The MLflow store: where runs and model versions are kept."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import mlflow
import sqlalchemy
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.store.db.db_types import DATABASE_ENGINES
from sqlalchemy.exc import SQLAlchemyError

from training.config import SQLITE
from training.errors import TrainingError
from training.registry.relocation import bring_along, moved

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
        except MlflowException as error:
            if not absent(error):
                raise
            raise TrainingError(
                f"{MODEL}: no version {name!r} in {_place(self.uri)}; {self._known()}"
            ) from None

    def _known(self) -> str:
        versions = self.client.search_model_versions(f"name = '{MODEL}'")
        numbers = ", ".join(str(n) for n in sorted(int(v.version) for v in versions))
        return f"found: {numbers}" if numbers else "found none; run `train` first"


def absent(error: MlflowException) -> bool:
    """Whether what was asked for is not there; else the store cannot be read."""
    codes = (RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE)
    return error.error_code in [ErrorCode.Name(code) for code in codes]


def open_registry(uri: str) -> Registry:
    """Open the store, and make it when it is a database file that is not there.

    Artifacts of a SQLite store lie beside its file, in `mlartifacts/`.

    Raises:
        TrainingError: the store cannot be used, or its artifacts were left behind.
    """
    # They report each migration of a new database, and that pip is not installed.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    try:
        artifacts = _beside(uri)
        _require_database(uri)
        mlflow.set_tracking_uri(uri)
        client = mlflow.MlflowClient(tracking_uri=uri)
        return Registry(uri, _experiment(uri, client, artifacts), client)
    except (MlflowException, SQLAlchemyError, sqlite3.Error, ImportError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise TrainingError(
            f"TRAINING_TRACKING_URI: {_place(uri)}: expected an MLflow store: {reason}"
        ) from error


def _beside(uri: str) -> Path | None:
    """The folder for the artifacts of a SQLite store, whose own it makes.

    Raises:
        TrainingError: MLflow would take a sign in a path for another.
    """
    if "%" in mlflow.__file__:
        raise TrainingError(
            f"{mlflow.__file__}: MLflow cannot be set up under a folder with % in its"
            " name; rename that folder, and make the environment anew"
        )
    if not uri.startswith(SQLITE):
        return None
    name = uri.removeprefix(SQLITE)
    if any(sign in name for sign in "%?"):
        raise TrainingError(
            f"TRAINING_TRACKING_URI: {name}: expected a path without % and ?, which"
            " mean something else in an address; name another folder, or rename it"
        )
    folder = Path(name).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "mlartifacts"


def _place(uri: str) -> str:
    """Without what might be a password."""
    return uri.removeprefix(SQLITE) if uri.startswith(SQLITE) else uri.partition(":")[0]


def _require_database(uri: str) -> None:
    """Fail at once where MLflow goes on trying for half an hour."""
    if uri.partition(":")[0].partition("+")[0] not in DATABASE_ENGINES:
        return
    engine = sqlalchemy.create_engine(uri)
    try:
        sqlalchemy.inspect(engine).has_table("experiments")
    finally:
        engine.dispose()


def _experiment(uri: str, client: mlflow.MlflowClient, artifacts: Path | None) -> str:
    """The number of our experiment, which is made when it is not there."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        location = artifacts.as_uri() if artifacts else None
        return client.create_experiment(
            EXPERIMENT, artifact_location=location, tags=KIND
        )
    if artifacts and moved(experiment.artifact_location, artifacts):
        database = Path(uri.removeprefix(SQLITE))
        bring_along(database, experiment.artifact_location, artifacts)
    return str(experiment.experiment_id)
