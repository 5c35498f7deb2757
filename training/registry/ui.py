"""MLflow's own pages on the store that training writes to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from training.errors import TrainingError
from training.registry.store import Registry

# MLflow's assistant opens by itself on the loopback addresses that it knows.
HOST = "mlflow.localhost"


def pages(registry: Registry, port: int) -> list[str]:
    """The command that serves them on the loopback address."""
    command = ["ui", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri={registry.uri}"]
    return [sys.executable, "-m", "mlflow", *command]


def quietly() -> dict[str, str]:
    """The environment in which MLflow tells nobody of its use."""
    return {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}


@contextmanager
def served(registry: Registry) -> Iterator[str]:
    """The address of MLflow's pages, which are served for as long as the block.

    Raises:
        TrainingError: MLflow ended by itself.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://{HOST}:{port}"
    command = [*pages(registry, port), f"--cors-allowed-origins={url}"]
    server = subprocess.Popen(
        [*command, f"--allowed-hosts={HOST}:{port}"],
        env=quietly(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        if not any(b"startup complete" in line for line in server.stderr or ()):
            raise TrainingError("mlflow ui: it did not start")
        yield url
    finally:
        # With the process that it started; only read from, so nothing is lost.
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


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
