"""Put a campaign's outcome into the registry, as the challenger."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import mlflow
import mlflow.lightgbm
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

from training.bundle.card import CARD, model_card
from training.bundle.parts import CORE, PARTS, write_parts
from training.gates.champion import FOLDER, write_out_of_fold
from training.gates.gate import Gate
from training.models.outcome import Outcome
from training.models.review import Review
from training.registry.findings import keep_findings, log_gates
from training.registry.store import CHALLENGER, MODEL, Registry


def register(
    registry: Registry, outcome: Outcome, found: Review, gates: Sequence[Gate]
) -> str:
    """Log the model, the parts of its bundle and its gates in the active run.

    Registers it with its model card and gives it the alias `challenger`; returns the
    new version's number.
    """
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        write_parts(Path(folder), outcome, found, gates)
        card = _write_card(Path(folder), found)
        mlflow.log_artifacts(folder, PARTS)
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        write_out_of_fold(Path(folder), outcome)
        mlflow.log_artifacts(folder, FOLDER)
    log_gates(gates)
    logged = mlflow.lightgbm.log_model(
        outcome.booster,
        name="model",
        registered_model_name=MODEL,
        signature=_signature(outcome.booster),
        pip_requirements=[f"lightgbm=={lightgbm.__version__}"],
        await_registration_for=0,
    )
    version = str(logged.registered_model_version)
    registry.client.set_registered_model_alias(MODEL, CHALLENGER, version)
    keep_findings(registry, version, card, gates)
    return version


def _signature(booster: lightgbm.Booster) -> ModelSignature:
    """Numbers in, a category by its place in the bundle's list; what is missing, NaN.

    Out: the probability before calibration.
    """
    names = booster.feature_name()
    inputs: list[ColSpec | TensorSpec] = [ColSpec(DataType.double, n) for n in names]
    return ModelSignature(Schema(inputs), Schema([ColSpec(DataType.double)]))


def _write_card(parts: Path, found: Review) -> str:
    core = json.loads((parts / CORE).read_text(encoding="utf-8"))
    card = model_card(core, found.importance)
    (parts / CARD).write_text(card, encoding="utf-8")
    return card
