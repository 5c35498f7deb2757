"""MLflow's own pages on the store that training writes to."""

from __future__ import annotations

import os
import subprocess
import sys

from training.errors import TrainingError
from training.registry.store import Registry


def serve_ui(registry: Registry, port: int) -> None:
    """Serve until it is stopped.

    Raises:
        TrainingError: MLflow ended by itself; the port may be taken.
    """
    command = ["ui", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri={registry.uri}"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mlflow", *command],
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        )
    except KeyboardInterrupt:
        return
    if done.returncode > 0:
        raise TrainingError(
            f"mlflow ui ended with status {done.returncode}; is port {port} free?"
        )
