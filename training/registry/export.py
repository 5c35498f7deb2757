"""From the registry to files: the bundle of a model version, and the clients."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow

from training.bundle.parts import (
    CORE,
    PARTS,
    hashes,
    seal,
    write_card,
)
from training.bundle.samples import POPULATION, publish_population
from training.errors import TrainingError
from training.files import replacing
from training.gates.gate import gate_of
from training.models.served import file_of, read_model
from training.registry.load import kept
from training.registry.promote import promoted_gates
from training.registry.signatures import Signature, holding, signed_file
from training.registry.store import CHAMPION, MODEL, Registry

# Where a bundle has the validation file that was signed last.
VALIDATION = "validation"


def export_bundle(
    registry: Registry, out: Path, *, drift: Path | None = None, version: str = CHAMPION
) -> dict[str, Any]:
    """Write the bundle of a model version to the folder `out`; returns its manifest.

    `drift` is the folder of a train-against-test report to put in.

    Raises:
        TrainingError: there is no such version, the report is not whole, or `out` is
            a file.
    """
    if out.is_file():
        raise TrainingError(f"{out}: expected a folder for the bundle, found a file")
    registered = registry.version(version)
    with replacing(out) as beside, tempfile.TemporaryDirectory() as downloads:
        with kept(registered.run_id, PARTS) as address:
            parts = mlflow.artifacts.download_artifacts(address, dst_path=downloads)
        shutil.copytree(parts, beside)
        publish_population(beside / POPULATION)
        if drift is not None:
            _add_drift(drift, beside / "drift")
        signatures = holding(registered)
        _add_signed(beside, registered, signatures)
        core = json.loads((beside / CORE).read_text(encoding="utf-8"))
        read_model(core, beside / file_of(core)).complete(beside)
        (beside / CORE).unlink()
        manifest = named(core, registered)
        manifest["validation"] = [one.to_json() for one in signatures]
        write_card(beside, manifest)
        manifest["files"] = hashes(beside)
        seal(beside, manifest)
    return manifest


def named(
    core: dict[str, Any], registered: mlflow.entities.model_registry.ModelVersion
) -> dict[str, Any]:
    """The manifest but for its hashes: the core, as this version of this model."""
    gates = promoted_gates(
        registered, [gate_of(gate) for gate in core["metrics"]["gates"]]
    )
    metrics = {**core["metrics"], "gates": [gate.to_json() for gate in gates]}
    return {**core, "metrics": metrics, "model": _model(registered)}


def _model(registered: mlflow.entities.model_registry.ModelVersion) -> dict[str, str]:
    created = datetime.fromtimestamp(registered.creation_timestamp / 1000, UTC)
    return {
        "name": MODEL,
        "version": str(registered.version),
        "mlflow_run_id": str(registered.run_id),
        "created_at": created.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def _add_signed(
    beside: Path,
    registered: mlflow.entities.model_registry.ModelVersion,
    signatures: Sequence[Signature],
) -> None:
    """Put in the last validation file that somebody signed."""
    sealed = [one.file_sha256 for one in signatures if one.file_sha256]
    if sealed:
        with kept(registered.run_id, signed_file(sealed[-1])) as address:
            mlflow.artifacts.download_artifacts(address, dst_path=str(beside))
        (beside / sealed[-1]).rename(beside / VALIDATION)


def _add_drift(report: Path, target: Path) -> None:
    target.mkdir()
    for name in ("report.html", "report.json", "conclusion.md"):
        if not (report / name).is_file():
            raise TrainingError(f"{report}: {name} is missing; run `drift` first")
        shutil.copyfile(report / name, target / name)
