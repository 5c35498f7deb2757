"""Which release this is: the project's version, and the commit it was built from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from api.config import Config

_PACKAGE = "pret-a-depenser-scoring"
# Beside this part wherever it was not installed as a package: a checkout, an image.
_PROJECT = Path(__file__).parents[1] / "pyproject.toml"


@dataclass(frozen=True)
class Release:
    """`commit`: "unknown" where nobody told it."""

    version: str
    commit: str


def release(config: Config) -> Release:
    """That of this code."""
    return Release(_version(), config.commit)


def _version() -> str:
    """pyproject.toml's; "unknown" where neither a package nor that file tells it."""
    try:
        return metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError:
        pass
    try:
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    except FileNotFoundError:
        return "unknown"
    return str(project["version"])
