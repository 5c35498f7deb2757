"""What the Markdown may name: a bundle, its MLflow run, and what follows from them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from sklearn.metrics import confusion_matrix

from training.bundle.read import read_manifest, verified
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.gates.champion import FILE, FOLDER
from training.present.applicant import invent
from training.registry.load import load_champion
from training.registry.store import Registry
from training.registry.tracking import COMMIT

# By name: the manifest's and its metrics' entries, and those added here.
Facts = Mapping[str, Any]
MOVED = 6
NAME = re.compile(r"\b[A-Z][A-Z0-9_]{3,}\b")
# What a conclusion on the drift says beside its words.
NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")
WATCHED = re.compile(r" Watch [A-Z0-9_, ]+\.| \([A-Z0-9_, ]+\)")


def read_facts(registry: Registry, bundle: Path) -> Facts:
    """Read and verify a bundle, and its run.

    Raises:
        TrainingError: it is no bundle, is damaged, or its run is not in MLflow.
    """
    manifest, _ = read_manifest(bundle)
    for name in manifest["files"]:
        verified(bundle, manifest, name)
    model, features, costs = (manifest[k] for k in ("model", "features", "costs"))
    run_id = model["mlflow_run_id"]
    try:
        run = registry.client.get_run(run_id)
    except MlflowException:
        raise ConfigurationError(
            f"{bundle}: its run {run_id} is not in {registry.uri}"
        ) from None
    children = registry.client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'"
    )
    outcomes = pd.read_parquet(
        mlflow.artifacts.download_artifacts(f"runs:/{run_id}/{FOLDER}/{FILE}")
    )
    refused = outcomes["probability"] >= manifest["threshold"]
    columns = [c for table in manifest["tables"].values() for c in table["columns"]]
    importance, distributions, reasons = (
        json.loads((bundle / f"{name}.json").read_bytes())
        for name in ("importance", "distributions", "reasons")
    )
    return {
        **manifest,
        **manifest["metrics"],
        "run": run,
        "runs": 1 + len(children),
        "commit": run.data.tags.get(COMMIT, "–")[:8],
        # Clients by outcome, then by decision.
        "decided": confusion_matrix(outcomes["TARGET"], refused, labels=[0, 1]),
        "outcomes": outcomes,
        "break_even": Costs(**costs).break_even,
        "labels": {item["name"]: item["labels"] for item in [*columns, *features]},
        "inputs": Counter(feature["group"] for feature in features).most_common(),
        "reasons": {reason["group"]: reason for reason in reasons["reasons"]},
        "importance": importance,
        "distributions": distributions,
        "drawn": [
            feature["feature"]
            for feature in importance["features"]
            if distributions.get(feature["feature"], {}).get("kind") == "numeric"
        ],
        "drift": _drift(bundle / "drift" / "conclusion.md"),
        "applicant": invent(load_champion(registry, model["version"])),
    }


def _drift(path: Path) -> Facts | None:
    """A conclusion's numbers and advice, and what moved as its table names it."""
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").replace("**", "").splitlines()
    sentences = [line for line in lines if line and not line.startswith("|")]
    parts = dict(line.split(": ", 1) for line in sentences[1:] if ": " in line)
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    moved = [dict(zip(rows[0], row, strict=True)) for row in rows[1 : MOVED + 1]]
    return {
        "compared": NUMBER.findall(sentences[0].replace("None", "0")),
        "score": NUMBER.findall(parts.get("For the score", "")),
        "advice": WATCHED.sub("", parts["What to do"]),
        "watched": NAME.findall(parts["What to do"]),
        # A label ends in its column's name, which has labels in every language.
        "moved": [{**row, "column": NAME.findall(row["column"])[-1]} for row in moved],
    }
