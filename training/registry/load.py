"""The champion, or any version of it, read back from its run."""

from __future__ import annotations

import lightgbm
import mlflow

from training.bundle.champion import Champion
from training.bundle.parts import CORE, PARTS
from training.registry.store import Registry


def load_champion(registry: Registry, version: str) -> Champion:
    """Read a version's model back.

    Raises:
        TrainingError: there is no such version.
    """
    registered = registry.version(version)
    parts = f"runs:/{registered.run_id}/{PARTS}"
    core = mlflow.artifacts.load_dict(f"{parts}/{CORE}")
    model = mlflow.artifacts.load_text(f"{parts}/model.txt")
    return Champion(str(registered.version), lightgbm.Booster(model_str=model), core)
