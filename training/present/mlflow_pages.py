"""Where MLflow shows a run, the campaign it is of, and its version."""

from __future__ import annotations

import json

from training.present.facts import Facts
from training.registry.store import MODEL, Registry

# What MLflow's list of runs shows, kept as one of its own shared views.
VIEW = "measures"
MEASURES = ("business_score", "auc", "average_precision", "ks", "recall")
# Pages that tell a run's name, once they are complete.
RUNS = ("mlflow_runs", "mlflow_run")


def mlflow_pages(registry: Registry, facts: Facts, url: str) -> dict[str, str]:
    """Addresses by the names of their pictures; `url`: where MLflow is served."""
    run, kind = facts["run"].info, "workflowType=machine_learning"
    columns = [
        "attributes.`Created`",
        *(f"metrics.`{measure}`" for measure in MEASURES),
    ]
    view = {"orderByKey": columns[1], "orderByAsc": True, "selectedColumns": columns}
    registry.client.set_experiment_tag(
        run.experiment_id, f"mlflow.sharedViewState.{VIEW}", json.dumps(view)
    )
    runs = f"{url}/#/experiments/{run.experiment_id}/runs"
    version = facts["model"]["version"]
    return {
        "mlflow_runs": f"{runs}?viewStateShareKey={VIEW}&{kind}",
        "mlflow_run": f"{runs}/{run.run_id}?{kind}",
        "mlflow_model": f"{url}/#/models/{MODEL}/versions/{version}?{kind}",
    }
