"""Put a campaign's model into the registry, as the challenger."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

from training.bundle.card import write_model_card
from training.bundle.parts import CORE, PARTS, write_parts
from training.evaluation.model_analysis import ModelAnalysis
from training.evaluation.trained_model import TrainedModel
from training.gates.champion import FOLDER, write_out_of_fold
from training.gates.gate import Gate
from training.language import SOURCE
from training.models import scorecard
from training.models.dataset import Labelled
from training.models.served import FILES
from training.registry.findings import keep_findings, log_gates
from training.registry.pseudonyms import pseudonyms
from training.registry.store import CHALLENGER, MODEL, Registry

# MLflow keeps the file itself, not what importing it makes.
CODE = Path(__file__).with_name("served_model.py")


def register(
    registry: Registry,
    trained: TrainedModel,
    analysis: ModelAnalysis,
    gates: Sequence[Gate],
    secret: bytes,
) -> str:
    """Log the model, the parts of its bundle and its gates in the active run.

    `secret`: what the clients' pseudonyms are made with.
    Registers it with its model card and gives it the alias `challenger`; returns the
    new version's number.
    """
    clients = pseudonyms(trained.data.client, secret)
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        write_parts(Path(folder), trained, analysis, gates, clients)
        card = write_card(Path(folder), analysis)
        mlflow.log_artifacts(folder, PARTS)
        version = _log_model(Path(folder), trained.data, trained.model.form)
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        write_out_of_fold(Path(folder), trained, clients)
        mlflow.log_artifacts(folder, FOLDER)
    log_gates(gates)
    registry.client.set_registered_model_alias(MODEL, CHALLENGER, version)
    keep_findings(registry, version, card, gates)
    return version


def _log_model(parts: Path, data: Labelled, form: str) -> str:
    """Log and register what MLflow serves; returns the new version's number."""
    logged = mlflow.pyfunc.log_model(
        name="model",
        python_model=str(CODE),
        artifacts={"model": str(parts / FILES[form]), "core": str(parts / CORE)},
        code_paths=[scorecard.__file__] if form == scorecard.FORM else None,
        registered_model_name=MODEL,
        signature=_signature(data),
        input_example=_nobody(data),
        pip_requirements=[
            f"{package.__name__}=={package.__version__}"
            for package in (lightgbm, mlflow, pd)
        ],
        await_registration_for=0,
    )
    return str(logged.registered_model_version)


def _signature(data: Labelled) -> ModelSignature:
    """The features by name, any of which may be missing, and the API's answer."""
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(
            DataType.string if name in data.categories else DataType.double,
            str(name),
            required=False,
        )
        for name in data.inputs
    ]
    probability = ColSpec(DataType.double, "probability")
    decision = ColSpec(DataType.string, "decision")
    return ModelSignature(Schema(inputs), Schema([probability, decision]))


def _nobody(data: Labelled) -> pd.DataFrame:
    """One row that is no client's: each feature's median, or its first category."""
    example = data.inputs.median().astype("float64").to_frame().T
    return example.assign(
        **{name: categories[0] for name, categories in data.categories.items()}
    )


def write_card(parts: Path, analysis: ModelAnalysis) -> str:
    core, reasons = (
        json.loads((parts / name).read_text(encoding="utf-8"))
        for name in (CORE, "reasons.json")
    )
    return write_model_card(parts, core, analysis.importance, reasons)[SOURCE]
