"""MLflow's own pages on a run, served for their pictures."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from training.errors import TrainingError
from training.present.facts import Facts
from training.registry.store import MODEL, Registry
from training.registry.ui import pages, quietly

# MLflow's assistant opens by itself on the loopback addresses that it knows.
HOST = "mlflow.localhost"
# What its list of runs shows, kept as one of its own shared views.
VIEW = "measures"
MEASURES = ("business_score", "auc", "average_precision", "ks", "recall")


@contextmanager
def mlflow_pages(registry: Registry, facts: Facts) -> Iterator[dict[str, str]]:
    """Their addresses by the names of their pictures, served for the block."""
    run = facts["run"].info
    _share_view(registry, run.experiment_id)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    page = f"http://{HOST}:{port}"
    command = [*pages(registry, port), f"--cors-allowed-origins={page}"]
    command += [f"--allowed-hosts={HOST}:{port},127.0.0.1:{port}"]
    server = subprocess.Popen(
        command,
        env=quietly(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        if not any(b"startup complete" in line for line in server.stderr or ()):
            raise TrainingError("mlflow ui: it did not start")
        kind = "workflowType=machine_learning"
        runs = f"{page}/#/experiments/{run.experiment_id}/runs"
        version = facts["model"]["version"]
        yield {
            "mlflow_runs": f"{runs}?viewStateShareKey={VIEW}&{kind}",
            "mlflow_run": f"{runs}/{run.run_id}?{kind}",
            "mlflow_model": f"{page}/#/models/{MODEL}/versions/{version}?{kind}",
        }
    finally:
        # With the process that it started; only read from, so nothing is lost.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _share_view(registry: Registry, experiment: str) -> None:
    columns = ["attributes.`Created`", *(f"metrics.`{one}`" for one in MEASURES)]
    view = {"orderByKey": columns[1], "orderByAsc": True, "selectedColumns": columns}
    tag = f"mlflow.sharedViewState.{VIEW}"
    registry.client.set_experiment_tag(experiment, tag, json.dumps(view))
