"""The champion, or any version of it, read back from its run."""

from __future__ import annotations

import tempfile

import lightgbm
import mlflow
import pandas as pd

from training.bundle.champion import Champion
from training.bundle.parts import CORE, PARTS, REASONS
from training.gates.champion import FILE, FOLDER
from training.registry.store import Registry


def load_champion(registry: Registry, version: str) -> Champion:
    """Read a version's model back.

    Raises:
        TrainingError: there is no such version.
    """
    registered = registry.version(version)
    parts = f"runs:/{registered.run_id}/{PARTS}"
    core = mlflow.artifacts.load_dict(f"{parts}/{CORE}")
    reasons = mlflow.artifacts.load_dict(f"{parts}/{REASONS}")
    model = mlflow.artifacts.load_text(f"{parts}/model.txt")
    booster = lightgbm.Booster(model_str=model)
    return Champion(str(registered.version), booster, core, reasons)


def out_of_fold(run_id: str | None) -> pd.DataFrame:
    """A run's decisions, as `training.gates.champion.write_out_of_fold` wrote them."""
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        path = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path=f"{FOLDER}/{FILE}", dst_path=folder
        )
        return pd.read_parquet(path)
