"""What the deck is made from: a bundle, and the MLflow run that made it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from training.errors import ConfigurationError
from training.gates.champion import FILE, FOLDER
from training.monitoring.reference import read_manifest, verified
from training.present.applicant import Applicant, invent
from training.registry.store import Registry

Document = Mapping[str, Any]
CELLS = re.compile(r"^\| (?P<cells>.*) \|$")
MOVED = 8
NAMED = re.compile(r"\((\w+)\)$")


@dataclass(frozen=True)
class Facts:
    """`outcomes`: each client's TARGET and out-of-fold probability.

    `runs`: how many the campaign has. `drift`: the bundle's report on the train data
    against the test data, its sentences and the columns that moved.
    """

    manifest: Document
    importance: Document
    distributions: Document
    reasons: Document
    drift: Document | None
    run: Run
    runs: int
    outcomes: pd.DataFrame
    applicant: Applicant

    @property
    def break_even(self) -> float:
        """The threshold if the probabilities are true."""
        costs = self.manifest["costs"]
        whole = costs["false_positive"] + costs["false_negative"]
        return float(costs["false_positive"] / whole)

    @cached_property
    def numeric(self) -> list[str]:
        """Features whose distribution was kept as numbers, what weighs most first."""
        names = [one["feature"] for one in self.importance["features"]]
        kinds = {name: one["kind"] for name, one in self.distributions.items()}
        return [name for name in names if kinds.get(name) == "numeric"]

    def reason(self, group: str) -> dict[str, Any]:
        return next(one for one in self.reasons["reasons"] if one["group"] == group)

    def labels(self, language: str) -> dict[str, str]:
        """Of every feature and column, by its name."""
        columns = [
            c for one in self.manifest["tables"].values() for c in one["columns"]
        ]
        every = [*columns, *self.manifest["features"]]
        return {one["name"]: one["labels"][language] for one in every}


def read_facts(
    registry: Registry, bundle: Path, progress: Callable[[str], None]
) -> Facts:
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
        manifest,
        importance=_json(bundle / "importance.json"),
        distributions=_json(bundle / "distributions.json"),
        reasons=_json(bundle / "reasons.json"),
        drift=_drift(bundle / "drift" / "conclusion.md"),
        run=run,
        runs=1 + len(children),
        outcomes=pd.read_parquet(
            mlflow.artifacts.download_artifacts(f"runs:/{run_id}/{FOLDER}/{FILE}")
        ),
        applicant=invent(bundle, manifest, progress),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _drift(path: Path) -> Document | None:
    """Read a conclusion's Markdown: paragraphs, and one table among them."""
    if not path.is_file():
        return None
    said: list[str] = []
    rows: list[Sequence[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if cells := CELLS.match(line):
            rows.append([one.strip() for one in cells["cells"].split("|")])
        elif line.strip() and not line.startswith("|"):
            said.append(line.replace("**", ""))
    names = ["column", "distance", "what", "before", "after", "missing", "now_missing"]
    if rows and "importance" in rows[0]:
        names.insert(1, "importance")
    columns = [
        {"importance": "–", **dict(zip(names, row, strict=True))} for row in rows[1:]
    ]
    for one in columns:
        named = NAMED.search(one["column"])
        one["column"] = named[1] if named else one["column"]
    return {
        "compared": said[0] if said else "",
        "moved": columns[:MOVED],
        "score": _after("For the score: ", said),
        "advice": _after("What to do: ", said),
    }


def _after(start: str, paragraphs: Sequence[str]) -> str:
    found = (one for one in paragraphs if one.startswith(start))
    return next(found, "").removeprefix(start)
