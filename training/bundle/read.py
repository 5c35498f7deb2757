"""A bundle's manifest and files, checked against their hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.errors import ConfigurationError

MANIFEST = "manifest.json"


def read_manifest(bundle: Path) -> tuple[dict[str, Any], str]:
    """A bundle's manifest and its SHA-256, the name of the bundle everywhere."""
    path = bundle / MANIFEST
    if not path.is_file():
        raise ConfigurationError(f"{bundle}: no bundle, {MANIFEST} is missing")
    content = path.read_bytes()
    return json.loads(content), hashlib.sha256(content).hexdigest()


def verified(bundle: Path, manifest: Mapping[str, Any], name: str) -> Path:
    """The path of a bundle's file, once its hash was checked."""
    path = bundle / name
    if not path.is_file():
        raise ConfigurationError(f"{bundle}: {name} is missing")
    if file_sha256(path) != manifest["files"].get(name):
        raise ConfigurationError(f"{path}: not the file that the manifest names")
    return path


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
