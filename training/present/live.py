"""What is running: pictures of its pages, and what the API answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.monitoring.api_client import Api
from training.present.applicant import Applicant
from training.present.browser import chromium, mlflow_pages, photograph, still
from training.present.facts import Facts
from training.registry.store import MODEL, Registry

Pictures = Mapping[str, bytes | None]
# What MLflow's list of runs shows, kept as one of its own shared views.
VIEW = "measures"
MEASURES = ("business_score", "auc", "average_precision", "ks", "recall")

ANSWERED = ("decision", "probability", "threshold", "prediction_id", "created_at")


@dataclass(frozen=True)
class Live:
    """What is running and may be looked at: None is left out.

    `client`: a known client whom the dashboard may show, never a real one.
    `repository` and `cloud`: addresses of the code and of a deployment; what cannot
    be reached is told from git. `tests`: the junit report of a run of the tests.
    """

    api: Api | None = None
    dashboard: str | None = None
    client: int | None = None
    repository: str | None = None
    cloud: str | None = None
    tests: Path | None = None


def take(registry: Registry, facts: Facts, live: Live, language: str) -> Pictures:
    """Pictures of pages by name, None for those that cannot be reached."""
    path = f"?client={live.client}&" if live.client else "model?"
    places = {
        "commits": live.repository and f"{live.repository}/commits",
        "folder": live.repository,
        "cloud": live.cloud,
        "dashboard": live.dashboard and f"{live.dashboard}/{path}lang={language}",
    }
    taken = {name: photograph(url) if url else None for name, url in places.items()}
    run, kind = facts.run.info, "workflowType=machine_learning"
    version = facts.manifest["model"]["version"]
    runs = f"experiments/{run.experiment_id}/runs"
    pages = {
        "mlflow_runs": f"{runs}?viewStateShareKey={VIEW}&{kind}",
        "mlflow_run": f"{runs}/{run.run_id}?{kind}",
        "mlflow_model": f"models/{MODEL}/versions/{version}?{kind}",
    }
    if chromium() is None:
        return taken | dict.fromkeys(pages)
    columns = ["attributes.`Created`", *(f"metrics.`{one}`" for one in MEASURES)]
    view = {"orderByKey": columns[1], "orderByAsc": True, "selectedColumns": columns}
    registry.client.set_experiment_tag(
        run.experiment_id, f"mlflow.sharedViewState.{VIEW}", json.dumps(view)
    )
    with mlflow_pages(registry) as mlflow:
        shown = {name: still(f"{mlflow}/#/{page}") for name, page in pages.items()}
    return taken | shown


def ask(api: Api, applicant: Applicant) -> Mapping[str, Any]:
    """The API's answer on the invented applicant, which it stores as a decision."""
    records = applicant.records
    (application,) = records["application"]
    answer = api.post("/v1/predictions", {**records, "application": application})
    model = answer["model"]
    shown = {name: answer[name] for name in ANSWERED}
    shown["model.version"] = model["version"]
    shown["model.bundle_sha256"] = model["bundle_sha256"][:16]
    return {
        "answer": [{"field": name, "value": value} for name, value in shown.items()],
        "url": api.url,
        "rows": sum(len(rows) for rows in records.values()),
        "tables": sum(bool(rows) for rows in records.values()),
        "difference": abs(answer["probability"] - applicant.probability),
    }
