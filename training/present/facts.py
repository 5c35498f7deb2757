"""What the Markdown may name: a bundle, its MLflow run, and what follows from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mlflow.exceptions import MlflowException
from sklearn.metrics import confusion_matrix

from training.bundle.champion import Champion
from training.bundle.read import read_manifest, verified
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.models.served import file_of, read_model
from training.present.applicant import invent
from training.present.script import rows_of
from training.registry.load import out_of_fold
from training.registry.store import Registry
from training.registry.tracking import COMMIT
from training.tables.layout import TARGET

# By name: the manifest's and its metrics' entries, and those added here.
Facts = Mapping[str, Any]
MOVED = 6
NAME = re.compile(r"\b[A-Z][A-Z0-9_]{3,}\b")
WATCHED = re.compile(r" Watch [A-Z0-9_, ]+\.| \([A-Z0-9_, ]+\)")


def read_facts(registry: Registry, bundle: Path) -> Facts:
    """Read and verify a bundle, and its run.

    Raises:
        TrainingError: it is no bundle, is damaged, or its run is not in MLflow.
    """
    manifest, _ = read_manifest(bundle)
    files = {name: verified(bundle, manifest, name) for name in manifest["files"]}
    importance, distributions, catalogue = (
        json.loads(files[f"{name}.json"].read_bytes())
        for name in ("importance", "distributions", "reasons")
    )
    reasons = {one["group"]: one for one in catalogue["reasons"]}
    model, features = manifest["model"], manifest["features"]
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
    outcomes = out_of_fold(run_id)
    refused = outcomes["probability"] >= manifest["threshold"]
    decided = partial(confusion_matrix, outcomes[TARGET], refused, labels=[0, 1])
    columns = [c for table in manifest["tables"].values() for c in table["columns"]]
    served = read_model(manifest, files[file_of(manifest)])
    return {
        **manifest,
        **manifest["metrics"],
        "run": run,
        "runs": 1 + len(children),
        "commit": run.data.tags.get(COMMIT, "–")[:8],
        "outcomes": outcomes,
        # Clients by outcome, then by decision, and their parts of the mean cost.
        "decided": decided(),
        "paid": decided(sample_weight=outcomes["cost"] / len(outcomes)),
        "counted": Costs.of_manifest(manifest),
        "labels": {one["name"]: one["labels"] for one in [*columns, *features]}
        | {group: one["labels"] for group, one in reasons.items()},
        "reasons": reasons,
        "importance": importance,
        "distributions": distributions,
        "drawn": [
            one["feature"]
            for one in importance["features"]
            if distributions.get(one["feature"], {}).get("kind") == "numeric"
        ],
        "drift": _drift(bundle / "drift" / "conclusion.md"),
        "applicant": invent(Champion(model["version"], served, manifest)),
    }


def _drift(path: Path) -> Facts | None:
    """What a conclusion says, and what moved as its table names it."""
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8").replace("**", "")
    said = dict(re.findall("^(For the score|What to do): (.+)$", text, re.MULTILINE))
    head, *rows = rows_of(text) or [[]]
    return {
        "compared": text.partition("\n")[0],
        "score": said.get("For the score"),
        "advice": WATCHED.sub("", said["What to do"]),
        "watched": NAME.findall(said["What to do"]),
        # A feature's label ends in its name, which has labels in every language.
        "moved": [
            dict(zip(head, [(NAME.findall(label) or [label])[-1], *row], strict=True))
            for label, *row in rows[:MOVED]
        ],
    }
