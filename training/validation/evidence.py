"""All that is known of a registered version, read back from its run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion

from training.bundle.parts import CORE, PARTS, REASONS
from training.errors import TrainingError
from training.gates.gate import Gate
from training.registry.export import named
from training.registry.findings import gates_of
from training.registry.load import kept, out_of_fold
from training.registry.promote import promoted_gates
from training.registry.signatures import (
    Signature,
    holding,
    parts_digest,
    trained_by,
)
from training.registry.store import Registry
from training.registry.tracking import COMMIT
from training.validation.measured import FILE
from training.validation.overrides import Overrides


@dataclass(frozen=True)
class Evidence:
    """What the chapters are written from.

    `manifest`: without the hashes of the files. `decisions`: out of fold, as the run
    keeps them. `measured`, `drift`, `overrides`: None where there is none.
    """

    manifest: Mapping[str, Any]
    importance: Mapping[str, Any]
    reasons: Mapping[str, Any]
    gates: Sequence[Gate]
    parameters: Mapping[str, str]
    decisions: pd.DataFrame
    parts_sha256: str
    trained_by: str | None = None
    commit: str | None = None
    measured: Mapping[str, Any] | None = None
    drift: Mapping[str, Any] | None = None
    overrides: Overrides | None = None
    signatures: Sequence[Signature] = field(default=())

    @property
    def metrics(self) -> Mapping[str, Any]:
        metrics: Mapping[str, Any] = self.manifest["metrics"]
        return metrics

    def gate(self, name: str) -> Gate | None:
        return next((one for one in self.gates if one.gate == name), None)

    def group(self, name: str) -> Mapping[str, str]:
        """What a group of features is called."""
        called: Mapping[str, str] = next(
            one["labels"] for one in self.reasons["reasons"] if one["group"] == name
        )
        return called


def read_evidence(
    registry: Registry,
    version: str,
    *,
    drift: Path | None = None,
    overrides: Overrides | None = None,
) -> Evidence:
    """Of a version, with a train-against-test report and overrides, if there are any.

    Raises:
        TrainingError: there is no such version, or its run does not keep it any more.
    """
    registered = registry.version(version)
    with kept(registered.run_id, PARTS) as parts:
        core, importance, reasons = (
            mlflow.artifacts.load_dict(f"{parts}/{name}")
            for name in (CORE, "importance.json", REASONS)
        )
    run = mlflow.get_run(str(registered.run_id))
    signatures = holding(registered)
    manifest = named(core, registered)
    manifest["validation"] = [one.to_json() for one in signatures]
    return Evidence(
        manifest=manifest,
        importance=importance,
        reasons=reasons,
        gates=promoted_gates(registered, gates_of(registered)),
        parameters=run.data.params,
        decisions=out_of_fold(registered.run_id),
        parts_sha256=parts_digest(registered),
        trained_by=trained_by(registered),
        commit=run.data.tags.get(COMMIT),
        measured=_measured(registry, registered),
        drift=None if drift is None else _report(drift),
        overrides=overrides,
        signatures=signatures,
    )


def _measured(registry: Registry, registered: ModelVersion) -> Mapping[str, Any] | None:
    """Runs of earlier releases have none."""
    folder, _, name = FILE.rpartition("/")
    there = registry.client.list_artifacts(str(registered.run_id), folder)
    if FILE not in [one.path for one in there]:
        return None
    with kept(registered.run_id, FILE) as address:
        measured: Mapping[str, Any] = mlflow.artifacts.load_dict(address)
    return measured


def _report(folder: Path) -> Mapping[str, Any]:
    path = folder / "report.json"
    if not path.is_file():
        raise TrainingError(f"{folder}: report.json is missing; run `drift` first")
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
