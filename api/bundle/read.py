"""Read a bundle from its folder and verify it before anything uses it.

The bytes that were checked are the bytes that are used: every file is read once.
Nothing here loads LightGBM, numpy or DuckDB, so gunicorn can verify before it forks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bundle.manifest import Borderline, Manifest, ReasonCatalogue, parse
from api.errors import BundleError
from api.schemas.layout import APPLICATION, completed
from api.schemas.model import Reason

MANIFEST = "manifest.json"
SEAL = "manifest.json.sha256"
# Large, and for monitoring only.
UNUSED = "reference.parquet"
REQUIRED = (
    "model.txt",
    "history.sql",
    "applicant.sql",
    "reasons.json",
    "importance.json",
    "distributions.json",
)


@dataclass(frozen=True)
class Bundle:
    """A verified bundle. `files` holds the bytes of all but the reference."""

    sha256: str
    manifest: Manifest
    document: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    borderline: Borderline | None
    files: Mapping[str, bytes]

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def json(self, name: str) -> Any:
        """NaN and Infinity, which JSON does not have, become null."""
        return json.loads(self.files[name], parse_constant=lambda _: None)


def read_bundle(folder: Path) -> Bundle:
    """Read and verify; raises BundleError naming the file that is wrong."""
    contents = _contents(folder)
    sha256 = _verify_manifest(folder, contents)
    place = f"{folder / MANIFEST}"
    parse(Manifest, contents[MANIFEST], place)
    document = completed(json.loads(contents[MANIFEST]))
    manifest = parse(Manifest, json.dumps(document).encode(), place)
    _verify_names(folder, contents, manifest)
    for name, expected in manifest.files.items():
        _verify_hash(folder / name, contents[name], expected)
    catalogue = parse(ReasonCatalogue, contents["reasons.json"], "reasons.json")
    _verify_meaning(manifest, catalogue.reasons)
    borderline = catalogue.borderline
    if borderline is not None:
        _verify_borderline(manifest, borderline)
    files = {k: v for k, v in contents.items() if k != UNUSED}
    return Bundle(sha256, manifest, document, catalogue.reasons, borderline, files)


def _contents(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise BundleError(f"bundle {folder}: there is no such folder")
    files = sorted(path for path in folder.rglob("*") if not path.is_dir())
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in files
        }
    except OSError as error:
        raise BundleError(f"{error.filename}: {error.strerror}") from error


def _verify_manifest(folder: Path, contents: Mapping[str, bytes]) -> str:
    for name in (MANIFEST, SEAL):
        if name not in contents:
            raise BundleError(f"{folder / name}: this file is missing")
    seal = contents[SEAL].decode("latin-1")
    if not re.fullmatch(r"[0-9a-f]{64}\n", seal):
        raise BundleError(f"{folder / SEAL}: expected one line with a SHA-256 in hex")
    sha256 = hashlib.sha256(contents[MANIFEST]).hexdigest()
    if seal.strip() != sha256:
        raise BundleError(
            f"{folder / MANIFEST}: was altered; its SHA-256 is {sha256}, "
            f"{SEAL} says {seal.strip()}"
        )
    return sha256


def _verify_names(
    folder: Path, contents: Mapping[str, bytes], manifest: Manifest
) -> None:
    expected = set(manifest.files)
    for name in sorted(expected.union(REQUIRED) - contents.keys()):
        raise BundleError(f"{folder / name}: this file is missing")
    for name in sorted(contents.keys() - expected - {MANIFEST, SEAL}):
        raise BundleError(f"{folder / name}: this file is not in {MANIFEST}")


def _verify_hash(path: Path, content: bytes, expected: str) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != expected:
        raise BundleError(
            f"{path}: was altered; its SHA-256 is {sha256}, {MANIFEST} says {expected}"
        )


def _verify_meaning(manifest: Manifest, reasons: tuple[Reason, ...]) -> None:
    if APPLICATION not in manifest.tables:
        raise BundleError(f"{MANIFEST}: tables.{APPLICATION} is missing")
    _ = manifest.key_type  # raises unless there is one key of a type that can be
    groups = [reason.group for reason in reasons]
    for feature in manifest.features:
        if groups.count(feature.group) != 1:
            raise BundleError(
                f"reasons.json: group {feature.group} of feature {feature.name} "
                f"must be there once, found {groups.count(feature.group)} times"
            )
        if feature.dtype == "category" and feature.categories is None:
            raise BundleError(f"{MANIFEST}: feature {feature.name} has no categories")


def _verify_borderline(manifest: Manifest, borderline: Borderline) -> None:
    named = [one.feature for one in borderline.features]
    expected = [feature.name for feature in manifest.features]
    if named != expected:
        others = ", ".join(sorted(set(expected) ^ set(named))[:5])
        raise BundleError(
            f"reasons.json: borderline.features must be those of {MANIFEST}, in its "
            f"order; found {f'only in one: {others}' if others else 'another order'}"
        )
    groups = [one.group for one in borderline.groups]
    for group in sorted({feature.group for feature in manifest.features}):
        if groups.count(group) != 1:
            raise BundleError(
                f"reasons.json: borderline.groups: {group} must be there once, found "
                f"{groups.count(group)} times"
            )
    for feature, one in zip(manifest.features, borderline.features, strict=True):
        known = feature.categories
        wrong = (
            isinstance(one.typical, str)
            if known is None
            else one.typical not in (None, *known)
        )
        if wrong:
            raise BundleError(
                f"reasons.json: borderline.features: the typical value of "
                f"{feature.name} is {one.typical}, expected "
                f"{'a number' if known is None else 'one of its categories'}"
            )
