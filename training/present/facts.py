"""What the deck is made from: a bundle, and the MLflow run that made it."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from training.errors import ConfigurationError
from training.models.tracking import COMMIT, PICTURES
from training.monitoring.reference import read_manifest, verified
from training.registry.store import Registry

Document = Mapping[str, Any]
CELLS = re.compile(r"^\| (?P<cells>.*) \|$")


@dataclass(frozen=True)
class Drift:
    """The bundle's train-against-test report: its table, and what it concludes."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    said: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """`pictures`: PNG by file name; `runs`: how many runs the campaign has."""

    manifest: Document
    importance: Document
    distributions: Document
    reasons: Document
    drift: Drift | None
    run: Run
    runs: int
    pictures: Mapping[str, bytes]

    @property
    def model(self) -> Document:
        found: Document = self.manifest["model"]
        return found

    @property
    def commit(self) -> str:
        """The commit that the training code was of; empty when it is not known."""
        return str(self.run.data.tags.get(COMMIT, ""))[:8]

    def label(self, feature: str, language: str) -> str:
        for one in self.manifest["features"]:
            if one["name"] == feature:
                return str(one["labels"][language])
        return feature


def read_facts(registry: Registry, bundle: Path) -> Facts:
    """Read and verify a bundle, and its run.

    Raises:
        ConfigurationError: it is no bundle, is damaged, or its run is not in MLflow.
    """
    manifest, _ = read_manifest(bundle)
    for name in manifest["files"]:
        verified(bundle, manifest, name)
    run_id = manifest["model"]["mlflow_run_id"]
    try:
        run = registry.client.get_run(run_id)
    except MlflowException:
        raise ConfigurationError(
            f"{bundle}: its run {run_id} is not in {registry.uri}"
        ) from None
    children = registry.client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'"
    )
    return Facts(
        manifest=manifest,
        importance=_json(bundle / "importance.json"),
        distributions=_json(bundle / "distributions.json"),
        reasons=_json(bundle / "reasons.json"),
        drift=_drift(bundle / "drift" / "conclusion.md"),
        run=run,
        runs=1 + len(children),
        pictures=_pictures(run_id),
    )


def _json(path: Path) -> Document:
    found: Document = json.loads(path.read_text(encoding="utf-8"))
    return found


def _pictures(run_id: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        found = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path=PICTURES, dst_path=folder
        )
        return {one.name: one.read_bytes() for one in Path(found).glob("*.png")}


def _drift(path: Path) -> Drift | None:
    """Read a conclusion's Markdown: paragraphs, and one table among them."""
    if not path.is_file():
        return None
    said, rows = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = CELLS.match(line)
        if cells:
            rows.append([one.strip() for one in cells["cells"].split("|")])
        elif line.strip() and not line.startswith("|"):
            said.append(line.replace("**", ""))
    return Drift(rows[0] if rows else [], rows[1:], said)
