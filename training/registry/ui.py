"""MLflow's own pages on the store that training writes to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from training.errors import TrainingError

if TYPE_CHECKING:
    from training.registry.store import Registry

# MLflow's assistant opens by itself on the loopback addresses that it knows.
HOST = "mlflow.localhost"


def pages(registry: Registry, port: int) -> list[str]:
    """The command that serves them on the loopback address."""
    command = ["ui", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += [f"--backend-store-uri={registry.uri}"]
    return [sys.executable, "-m", "mlflow", *command]


def _quietly() -> dict[str, str]:
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
    command += [f"--allowed-hosts={HOST}:{port}"]
    with _running(command, subprocess.DEVNULL, subprocess.PIPE) as server:
        if not any(b"startup complete" in line for line in server.stderr or ()):
            raise TrainingError("mlflow ui: it did not start")
        yield url


def serve_ui(registry: Registry, port: int) -> None:
    """Serve until it is stopped.

    Raises:
        TrainingError: MLflow ended by itself; the port may be taken.
    """
    try:
        with _running(pages(registry, port)) as server:
            status = server.wait()
    except KeyboardInterrupt:
        return
    raise TrainingError(f"mlflow ui ended with status {status}; is port {port} free?")


@contextmanager
def _running(
    command: list[str], out: int | None = None, errors: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, and what it started with it."""
    process = subprocess.Popen(
        command, env=_quietly(), stdout=out, stderr=errors, start_new_session=True
    )
    try:
        yield process
    finally:
        # What its pages changed is in the store by the time that they say so.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
