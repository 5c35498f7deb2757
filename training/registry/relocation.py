"""A SQLite store that was moved: MLflow keeps each artifact's address with its path."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from training.errors import TrainingError

# Where it keeps them.
ADDRESSES = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
}


def moved(address: str, artifacts: Path) -> bool:
    """Whether a store of ours had its artifacts in another folder than now.

    One that somebody had MLflow make keeps them where it was told to.
    """
    before = _path(address)
    local = urlsplit(address).scheme == "file"
    return local and before.name == artifacts.name and before != artifacts


def bring_along(database: Path, address: str, artifacts: Path) -> None:
    """Let everything under an address be found in a folder.

    Raises:
        TrainingError: the folder is not there.
    """
    if not artifacts.is_dir():
        raise TrainingError(
            f"{database}: was moved without its artifacts, which lay in"
            f" {_path(address)}; bring that folder to {artifacts}"
        )
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in ADDRESSES.items():
            connection.execute(
                f"UPDATE {table} SET {column} = :now || substr({column}, :length + 1)"
                f" WHERE {column} = :then"
                f" OR substr({column}, 1, :length + 1) = :then || '/'",
                {"then": address, "now": artifacts.as_uri(), "length": len(address)},
            )


def _path(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))
