"""Who checked a model version, and what they found: kept where MLflow shows it.

A verdict holds for what was checked: the parts of that version's run, by their digest,
and the validation file, if one was given. None is ever taken back; a newer one follows.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion

from training.bundle.parts import PARTS, hashes
from training.bundle.read import file_sha256
from training.bundle.samples import POPULATION
from training.errors import ConfigurationError, TrainingError
from training.gates.champion import FOLDER
from training.registry.findings import GATES
from training.registry.load import kept
from training.registry.store import MODEL, Registry

REFUSED = "refused"
# The file that was checked, in its folder: what it says, and what it consists of.
SAYS, SUMS = "validation.json", "validation.sha256"
# The tag of a run that says who trained.
TRAINER = "mlflow.user"
TAG = "validation."
LONGEST_NAME, LONGEST_NOTE = 100, 2_000


@dataclass(frozen=True)
class Signature:
    """What somebody found of a version.

    `parts_sha256`: the digest of the parts that were checked; `file_sha256`: of the
    list of hashes of the validation file, None where none was given.
    """

    by: str
    verdict: str
    note: str
    signed_at: str
    parts_sha256: str
    file_sha256: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the signature as an entry of the manifest's `validation`."""
        document = asdict(self)
        del document["parts_sha256"]
        return document


def sign(
    registry: Registry,
    version: str,
    by: str,
    verdict: str,
    *,
    note: str = "",
    file: Path | None = None,
) -> Signature:
    """Keep what somebody other than who trained it found of a version.

    `file`: the folder that `validate` wrote, of this very version; it is kept with the
    run.

    Raises:
        TrainingError: there is no such version; its run is by the same person, or does
            not say by whom; the file is of another version, or was changed.
        ConfigurationError: the name or the note cannot be used.
    """
    by, note = _line("--as", by, LONGEST_NAME), _text("--note", note, LONGEST_NOTE)
    registered = registry.version(version)
    _require_somebody_else(registered, by)
    before = signatures_of(registered)
    digest = parts_digest(registered)
    sealed = None if file is None else _checked(file, registered, digest)
    moment = datetime.now(UTC)
    signed_at = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    signature = Signature(by, verdict, note, signed_at, digest, sealed)
    if file is not None:
        for name in (*_sums(file), SUMS):
            mlflow.log_artifact(
                str(file / name), signed_file(sealed), run_id=registered.run_id
            )
    # Whoever signs at the same moment writes another tag.
    tag = f"{TAG}{len(before) + 1:04}.{moment:%H%M%S%f}"
    text = json.dumps(asdict(signature), ensure_ascii=False)
    number = str(registered.version)
    registry.client.set_model_version_tag(MODEL, number, tag, text)
    return signature


def signatures_of(registered: ModelVersion) -> list[Signature]:
    """All of them, in the order in which they were given."""
    tags = sorted(name for name in registered.tags if name.startswith(TAG))
    return [Signature(**json.loads(registered.tags[name])) for name in tags]


def holding(registered: ModelVersion) -> list[Signature]:
    """All of them, once it is sure that they are of these parts.

    Raises:
        TrainingError: the run has other parts than those that were checked.
    """
    signatures = signatures_of(registered)
    digest = parts_digest(registered) if signatures else ""
    for signature in signatures:
        if signature.parts_sha256 != digest:
            raise TrainingError(
                f"version {registered.version}: expected the parts that"
                f" {signature.by} checked on {signature.signed_at}"
                f" ({signature.parts_sha256[:12]}), found others ({digest[:12]}); bring"
                " the run's artifacts back, or train again"
            )
    return signatures


def accepted(signatures: Sequence[Signature]) -> bool:
    """Whether somebody accepted it, and nobody refused it since."""
    return bool(signatures) and signatures[-1].verdict != REFUSED


def parts_digest(registered: ModelVersion) -> str:
    """Of all that a version is, but for rows that go when a client is forgotten."""
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        found = {}
        for name in (PARTS, GATES):
            with kept(registered.run_id, name) as address:
                path = mlflow.artifacts.download_artifacts(address, dst_path=folder)
            found[name] = hashes(Path(path))
    found[PARTS].pop(POPULATION, None)
    text = json.dumps(found, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def signed_file(sealed: str | None) -> str:
    """Where a run keeps a validation file that was signed."""
    return f"{FOLDER}/signed/{sealed}"


def write_sums(folder: Path, names: Sequence[str]) -> None:
    """What a file consists of, as `sha256sum --check` reads it."""
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _sums(folder: Path) -> Mapping[str, str]:
    path = folder / SUMS
    if not path.is_file():
        raise TrainingError(
            f"{folder}: expected the folder that `validate` wrote, found no {SUMS}"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: sum_ for sum_, _, name in (one.partition("  ") for one in lines)}


def _checked(folder: Path, registered: ModelVersion, digest: str) -> str:
    """The hash of a validation file that is whole, and of these parts."""
    for name, sum_ in _sums(folder).items():
        path = folder / Path(name).name
        if not path.is_file() or file_sha256(path) != sum_:
            raise TrainingError(
                f"{path}: expected the file as `validate` wrote it, found another or"
                " none; run `validate` again"
            )
    model = json.loads((folder / SAYS).read_text(encoding="utf-8"))["model"]
    if (model["version"], model["parts_sha256"]) != (str(registered.version), digest):
        raise TrainingError(
            f"{folder / SAYS}: expected the validation of version"
            f" {registered.version}, parts {digest[:12]}; found that of version"
            f" {model['version']}, parts {model['parts_sha256'][:12]}"
        )
    return file_sha256(folder / SUMS)


def _require_somebody_else(registered: ModelVersion, by: str) -> None:
    trainer = trained_by(registered)
    if trainer is None:
        raise TrainingError(
            f"version {registered.version}: its run does not say who trained it"
            f" (tag {TRAINER}), so nobody can be known to be somebody else"
        )
    if by.casefold() == " ".join(trainer.split()).casefold():
        raise TrainingError(
            f"version {registered.version}: expected to be signed by somebody else than"
            f" {trainer}, who trained it; found --as {by}"
        )


def trained_by(registered: ModelVersion) -> str | None:
    return mlflow.get_run(str(registered.run_id)).data.tags.get(TRAINER)


def _line(option: str, text: str, longest: int) -> str:
    line = _text(option, " ".join(text.split()), longest)
    if not line:
        raise ConfigurationError(f"{option}: expected a name, found an empty text")
    return line


def _text(option: str, text: str, longest: int) -> str:
    text = text.strip()
    strange = [one for one in text if not one.isprintable() and one != "\n"]
    if strange or len(text) > longest:
        found = f"{strange[0]!r}" if strange else f"{len(text):,}"
        raise ConfigurationError(
            f"{option}: expected at most {longest:,} printable characters, found"
            f" {found}"
        )
    return text
