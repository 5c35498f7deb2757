"""Read a bundle from its folder and verify it before anything uses it.

The bytes that were checked are the bytes that are used: every file is read once.
Nothing here loads LightGBM or connects to DuckDB, so gunicorn can verify before it
forks.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bundle import inspection, likely_terms, meaning, scorecard, trees
from api.bundle.likely_terms import LikelyTerms, read_likely_terms
from api.bundle.manifest import Borderline, Manifest, ReasonCatalogue, decoded, parse
from api.errors import BundleError
from api.schemas.layout import completed
from api.schemas.model import Form, Reason, Scorecard

MANIFEST = meaning.MANIFEST
SEAL = "manifest.json.sha256"
# Which of the bundles beside it serves, where no folder can be renamed (a file share).
CURRENT = "current"
# Large, and for monitoring only.
UNUSED = "reference.parquet"
REQUIRED = (
    "history.sql",
    "applicant.sql",
    meaning.REASONS,
    meaning.IMPORTANCE,
    meaning.DISTRIBUTIONS,
)
# One of them: what a margin is computed by.
FORMS: Mapping[str, Form] = {trees.FILE: "trees", scorecard.FILE: "scorecard"}
TEXTS = (".json", ".txt", ".sql", ".md", ".html")


@dataclass(frozen=True)
class Bundle:
    """A verified bundle.

    `files` holds the bytes of all but the reference and the pages, `documents` what
    JSON files say, `told` what is answered about the model. `scorecard`: None where
    trees serve.
    """

    sha256: str
    manifest: Manifest
    document: Mapping[str, Any]
    reasons: tuple[Reason, ...]
    borderline: Borderline | None
    likely_terms: LikelyTerms | None
    scorecard: Scorecard | None
    told: Mapping[str, Any]
    documents: Mapping[str, Any]
    files: Mapping[str, bytes]
    _pages: Mapping[str, bytes]

    def page(self, name: str) -> bytes | None:
        """A page in HTML, if there is one."""
        compressed = self._pages.get(name)
        return None if compressed is None else zlib.decompress(compressed)

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def json(self, name: str) -> Any:
        return self.documents[name]


def read_bundle(folder: Path) -> Bundle:
    """Read and verify; raises BundleError naming the file that is wrong.

    `folder` is the bundle, or holds bundles and a file `current` that names one.
    """
    folder = _current(folder)
    contents = _contents(folder)
    sha256 = _verify_manifest(folder, contents)
    place = f"{folder / MANIFEST}"
    document = decoded(contents[MANIFEST], place)
    parse(Manifest, document, place)
    document = completed(document)
    manifest = parse(Manifest, document, place)
    _verify_names(folder, contents, manifest)
    for name, expected in manifest.files.items():
        _verify_hash(folder / name, contents[name], expected)
    return _checked(sha256, manifest, document, contents)


def _checked(
    sha256: str,
    manifest: Manifest,
    document: Mapping[str, Any],
    contents: Mapping[str, bytes],
) -> Bundle:
    """A hash says that a file is the one that was sealed, not that it can be served."""
    files = {name: content for name, content in contents.items() if name != UNUSED}
    _require_texts(files)
    # Of ten megabytes, and seldom asked for.
    pages = {n: zlib.compress(files.pop(n), 1) for n in [*files] if n.endswith(".html")}
    documents = {
        name: decoded(content, name)
        for name, content in files.items()
        if name.endswith(".json") and name != MANIFEST
    }
    catalogue = parse(ReasonCatalogue, documents[meaning.REASONS], meaning.REASONS)
    meaning.check_manifest(manifest, document)
    meaning.check_reasons(manifest, catalogue)
    meaning.check_importance(manifest, documents[meaning.IMPORTANCE])
    meaning.check_distributions(manifest, documents[meaning.DISTRIBUTIONS])
    if inspection.FILE in documents:
        inspection.check_inspection(manifest, documents[inspection.FILE])
    if meaning.DRIFT in documents:
        meaning.check_drift(documents[meaning.DRIFT])
    likely = documents.get(likely_terms.FILE)
    form = _form(files)
    if form == "trees":
        names = [feature.name for feature in manifest.features]
        trees.check_trees(files[trees.FILE].decode(), names)
        points = None
    else:
        points = scorecard.read_scorecard(documents[scorecard.FILE], manifest)
    reasons = documents[meaning.REASONS]
    return Bundle(
        sha256=sha256,
        manifest=manifest,
        document=document,
        reasons=catalogue.reasons,
        borderline=catalogue.borderline,
        likely_terms=None if likely is None else read_likely_terms(likely),
        scorecard=points,
        told=meaning.told_of_model(manifest, document, reasons, sha256, form),
        documents=documents,
        files=files,
        _pages=pages,
    )


def _form(files: Mapping[str, bytes]) -> Form:
    found = [name for name in FORMS if name in files]
    if len(found) != 1:
        raise BundleError(
            f"bundle: expected either {' or '.join(FORMS)}, found "
            f"{' and '.join(found) or 'neither'}"
        )
    return FORMS[found[0]]


def _require_texts(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(TEXTS):
            try:
                content.decode()
            except UnicodeDecodeError as error:
                raise BundleError(
                    f"{name}: byte {error.start}: expected UTF-8: {error.reason}"
                ) from None


def _current(folder: Path) -> Path:
    """The bundle's own folder."""
    pointer = folder / CURRENT
    if not pointer.is_file():
        return folder
    name = pointer.read_bytes().decode("latin-1").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", name):
        raise BundleError(
            f"{pointer}: expected a bundle's SHA-256, found {name[:64]!r}"
        )
    return folder / name


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
