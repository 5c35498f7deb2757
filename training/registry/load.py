"""The champion, or any version of it, read back from its run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException

from training.bundle.champion import Champion
from training.bundle.parts import CORE, PARTS, REASONS
from training.errors import TrainingError
from training.gates.champion import FILE, FOLDER
from training.models.served import file_of, model_of
from training.registry.store import Registry


def load_champion(registry: Registry, version: str) -> Champion:
    """Read a version's model back.

    Raises:
        TrainingError: there is no such version, or its run does not keep it any more.
    """
    registered = registry.version(version)
    with kept(registered.run_id, PARTS) as parts:
        core = mlflow.artifacts.load_dict(f"{parts}/{CORE}")
        reasons = mlflow.artifacts.load_dict(f"{parts}/{REASONS}")
        model = mlflow.artifacts.load_text(f"{parts}/{file_of(core)}")
    return Champion(str(registered.version), model_of(core, model), core, reasons)


def out_of_fold(run_id: str | None) -> pd.DataFrame:
    """A run's decisions, as `training.gates.champion.write_out_of_fold` wrote them."""
    with (
        tempfile.TemporaryDirectory(prefix="training-") as folder,
        kept(run_id, f"{FOLDER}/{FILE}") as address,
    ):
        path = mlflow.artifacts.download_artifacts(address, dst_path=folder)
        return pd.read_parquet(path)


@contextmanager
def kept(run_id: str | None, name: str) -> Iterator[str]:
    """The address of what a run keeps under a name, to read it within the block.

    Raises:
        TrainingError: it cannot be read; says where it should be.
    """
    try:
        yield f"runs:/{run_id}/{name}"
    except (MlflowException, OSError) as error:
        place = mlflow.get_run(str(run_id)).info.artifact_uri
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise TrainingError(
            f"{unquote(place)}/{name}: cannot be read; bring the artifacts of that run"
            f" back, or run `train` again ({reason})"
        ) from error
