"""Whose row it is in what runs keep: told by a secret, and forgotten by it."""

from __future__ import annotations

import hmac
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

from training.bundle.parts import PARTS
from training.bundle.samples import POPULATION
from training.config import SQLITE, from_environment
from training.errors import ConfigurationError
from training.files import replacing
from training.gates.champion import CLIENT, FILE, FOLDER
from training.registry.load import kept
from training.registry.store import MODEL, Registry

SECRET = "pseudonyms.key"
# What a run keeps of single clients.
ROWS = ((PARTS, POPULATION), (FOLDER, FILE))


def secret_of(registry: Registry) -> bytes:
    """That of the settings, or of a file beside a SQLite store, made at first.

    Raises:
        ConfigurationError: the store is a server, and the settings have none.
    """
    if given := from_environment().pseudonym_key:
        return given.encode()
    if not registry.uri.startswith(SQLITE):
        raise ConfigurationError(
            "TRAINING_PSEUDONYM_KEY: expected a secret to name clients by in the runs"
            f" of {registry.uri}, found none"
        )
    path = Path(registry.uri.removeprefix(SQLITE)).with_name(SECRET)
    if not path.exists():
        with replacing(path) as beside:
            beside.touch(0o600)
            beside.write_text(secrets.token_hex(32))
    return path.read_bytes()


def pseudonyms(clients: Iterable[object], secret: bytes) -> np.ndarray:
    """The same of a client in every run, 16 hexadecimal digits."""
    digests = (hmac.digest(secret, str(one).encode(), "sha256") for one in clients)
    return np.array([digest.hex()[:16] for digest in digests], dtype=object)


def forget(registry: Registry, client: str) -> tuple[int, list[str]]:
    """Take a client's rows out of the runs of all versions.

    Returns how many there were, and the versions whose runs name nobody by pseudonym.

    Raises:
        TrainingError: a run does not keep its rows any more.
    """
    (name,) = pseudonyms([client], secret_of(registry))
    count, unnamed = 0, []
    for version in registry.client.search_model_versions(f"name = '{MODEL}'"):
        found = [_leave_out(version.run_id, *place, name) for place in ROWS]
        if None in found:
            unnamed.append(str(version.version))
        count += sum(filter(None, found))
    return count, unnamed


def _leave_out(run: str | None, folder: str, file: str, name: str) -> int | None:
    """How many rows went of a run's file; None when it has no pseudonyms."""
    with tempfile.TemporaryDirectory(prefix="training-") as beside:
        with kept(run, f"{folder}/{file}") as address:
            path = mlflow.artifacts.download_artifacts(address, dst_path=beside)
        rows = pd.read_parquet(path)
        if CLIENT not in rows:
            return None
        left = rows[rows[CLIENT] != name]
        if len(left) < len(rows):
            left.to_parquet(path, index=False, compression="zstd")
            mlflow.log_artifact(path, folder, run_id=run)
        return len(rows) - len(left)
