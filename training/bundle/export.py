"""From the registry to files: the bundle of a model version, and the clients."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import mlflow

from training.bundle.card import CARD, model_card
from training.bundle.champion import Champion
from training.bundle.parts import CORE, PARTS, write_json
from training.errors import TrainingError
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, encoded
from training.files import PARQUET, replacing
from training.gates.gate import gate_of
from training.registry.promote import promoted_gates
from training.registry.store import CHAMPION, MODEL, Registry
from training.tables import TABLES

MANIFEST = "manifest.json"


def export_bundle(
    registry: Registry, out: Path, *, drift: Path | None = None, version: str = CHAMPION
) -> dict[str, Any]:
    """Write the bundle of a model version to the folder `out`; returns its manifest.

    `drift` is the folder of a train-against-test report to put in.

    Raises:
        TrainingError: there is no such version, or the report is not whole.
    """
    found = registry.version(version)
    with replacing(out) as beside, tempfile.TemporaryDirectory() as downloads:
        parts = mlflow.artifacts.download_artifacts(
            run_id=found.run_id, artifact_path=PARTS, dst_path=downloads
        )
        shutil.copytree(parts, beside)
        if drift is not None:
            _add_drift(drift, beside / "drift")
        core = json.loads((beside / CORE).read_text(encoding="utf-8"))
        (beside / CORE).unlink()
        manifest = _named(core, found)
        _write_card(beside, manifest)
        manifest["files"] = hashes(beside)
        seal(beside, manifest)
    return manifest


def _named(
    core: dict[str, Any], found: mlflow.entities.model_registry.ModelVersion
) -> dict[str, Any]:
    """The manifest but for its hashes: the core, as this version of this model."""
    gates = promoted_gates(found, [gate_of(one) for one in core["metrics"]["gates"]])
    metrics = {**core["metrics"], "gates": [one.to_json() for one in gates]}
    return {**core, "metrics": metrics, "model": _model(found)}


def _write_card(folder: Path, manifest: dict[str, Any]) -> None:
    """The card once more, now that the version and its promotion are known."""
    importance = json.loads((folder / "importance.json").read_text(encoding="utf-8"))
    card = model_card(manifest, importance)
    (folder / CARD).write_text(card, encoding="utf-8")


def _model(found: mlflow.entities.model_registry.ModelVersion) -> dict[str, str]:
    created = datetime.fromtimestamp(found.creation_timestamp / 1000, UTC)
    return {
        "name": MODEL,
        "version": str(found.version),
        "mlflow_run_id": str(found.run_id),
        "created_at": created.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def _add_drift(report: Path, target: Path) -> None:
    target.mkdir()
    for name in ("report.html", "report.json", "conclusion.md"):
        if not (report / name).is_file():
            raise TrainingError(f"{report}: {name} is missing; run `drift` first")
        shutil.copyfile(report / name, target / name)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by its path in the folder."""
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, and beside it its own hash."""
    write_json(folder / MANIFEST, manifest)
    (folder / f"{MANIFEST}.sha256").write_text(f"{_sha256(folder / MANIFEST)}\n")


def export_clients(
    store: FeatureStore,
    champion: Champion,
    out: Path,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write one row per client of the store, as the model sees it, and its seal.

    Columns: SK_ID_CURR; `application`, a struct of the raw columns; `history` and
    `features`, float32 lists in the manifest's order. The seal, `out` and `.sha256`,
    is what `sha256sum` prints of it. Returns the number of rows.

    Raises:
        TrainingError: the store's features are not those the model was trained on.
    """
    made = champion.feature_set(store)
    # The seal takes its place last: until then the API refuses the file.
    with replacing(out.with_name(f"{out.name}.sha256")) as seal_beside:
        with duckdb.connect() as connection, replacing(out) as beside:
            rows = connection.execute(
                f"COPY ({_clients(store, made, champion.categories)}) TO '{beside}'"
                f" ({PARQUET}, ROW_GROUP_SIZE 20480, KV_METADATA"
                f" {{feature_set: '{champion.core['feature_set']}'}})"
            ).fetchone()
            seal_beside.write_text(f"{_sha256(beside)}  {out.name}\n")
    count = int(rows[0]) if rows else 0
    progress(f"clients: {count:,} rows")
    return count


def _clients(
    store: FeatureStore, made: FeatureSet, categories: dict[str, list[str]]
) -> str:
    raw = ", ".join(
        f'"{name}" := application."{name}"' for name in TABLES["application"].names
    )
    past = ", ".join(f'history."{one.name}"' for one in made.history)
    inputs = ", ".join(encoded(made.features, categories))
    return (
        f"SELECT features.SK_ID_CURR, struct_pack({raw}) AS application,"
        f" [{past}]::FLOAT[] AS history, [{inputs}]::FLOAT[] AS features"
        f" FROM {store.feature_rows} AS features"
        f" JOIN {store.history_rows} AS history USING (SK_ID_CURR)"
        f" JOIN '{store.application}' AS application USING (SK_ID_CURR)"
        " ORDER BY features.SK_ID_CURR"
    )
