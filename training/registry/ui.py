"""MLflow's own pages on the store that training writes to."""

from __future__ import annotations

import os
import subprocess
import sys

from training.errors import TrainingError
from training.registry.store import Registry


def pages(registry: Registry, port: int) -> list[str]:
    """The command that serves them on the loopback address."""
    command = ["ui", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri={registry.uri}"]
    return [sys.executable, "-m", "mlflow", *command]


def quietly() -> dict[str, str]:
    """The environment in which MLflow tells nobody of its use."""
    return {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}


def serve_ui(registry: Registry, port: int) -> None:
    """Serve until it is stopped.

    Raises:
        TrainingError: MLflow ended by itself; the port may be taken.
    """
    try:
        done = subprocess.run(pages(registry, port), env=quietly())
    except KeyboardInterrupt:
        return
    if done.returncode > 0:
        raise TrainingError(
            f"mlflow ui ended with status {done.returncode}; is port {port} free?"
        )
