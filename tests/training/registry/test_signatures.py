"""Somebody else signs that very version; a refusal stays, and `promote` may ask."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from training.bundle.parts import CORE, PARTS
from training.bundle.samples import POPULATION
from training.config import from_environment
from training.errors import ConfigurationError, PromotionRefused, TrainingError
from training.gates.champion import FILE, FOLDER
from training.gates.gate import Gate
from training.language import alike
from training.registry.findings import GATES
from training.registry.promote import promote
from training.registry.signatures import (
    SAYS,
    SUMS,
    TRAINER,
    accepted,
    holding,
    parts_digest,
    sign,
    signatures_of,
    signed_file,
    write_sums,
)
from training.registry.store import CHAMPION, MODEL, Registry

# MLflow uses what pydantic and SQLAlchemy are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore::Warning"),
    pytest.mark.usefixtures("used"),
]

PASSED = Gate("auc_ceiling", 0.77, 0.82, True, alike("Below it."))
ADA, BOB = "Ada Byron", "Bob"


@pytest.fixture
def version(registry: Registry, tmp_path: Path) -> str:
    """A registered version that Ada has trained."""
    client = registry.client
    run = client.create_run(registry.experiment, tags={TRAINER: ADA}).info.run_id
    client.log_dict(run, {GATES: [PASSED.to_json()]}, f"{GATES}/{GATES}.json")
    client.log_dict(run, {"threshold": 0.09}, f"{PARTS}/{CORE}")
    client.log_text(run, "rows", f"{PARTS}/{POPULATION}")
    rows = pd.DataFrame({"client": [run], "TARGET": 0, "cost": [0.5]})
    rows.to_parquet(tmp_path / FILE)
    client.log_artifact(run, str(tmp_path / FILE), FOLDER)
    return str(client.create_model_version(MODEL, "file:///nowhere", run).version)


def validated(folder: Path, registry: Registry, version: str) -> Path:
    """What `validate` writes, as far as it is sealed."""
    model = {
        "version": version,
        "parts_sha256": parts_digest(registry.version(version)),
    }
    folder.mkdir()
    (folder / SAYS).write_text(json.dumps({"model": model}))
    (folder / "validation.en.pdf").write_bytes(b"%PDF")
    write_sums(folder, [SAYS, "validation.en.pdf"])
    return folder


@pytest.mark.parametrize("name", [ADA, "ada  byron"])
def test_who_trained_cannot_sign(registry: Registry, version: str, name: str) -> None:
    with pytest.raises(TrainingError, match="signed by somebody else than Ada Byron"):
        sign(registry, version, name, "accepted")
    assert signatures_of(registry.version(version)) == []


def test_where_nobody_is_known_to_have_trained_nobody_is_somebody_else(
    registry: Registry,
) -> None:
    run = registry.client.create_run(registry.experiment).info.run_id
    made = registry.client.create_model_version(MODEL, "file:///nowhere", run)
    with pytest.raises(TrainingError, match="does not say who trained it"):
        sign(registry, str(made.version), BOB, "accepted")


def test_a_refusal_stays_beside_the_acceptance_that_follows(
    registry: Registry, version: str
) -> None:
    sign(registry, version, BOB, "refused", note="No lineage.")
    first = holding(registry.version(version))
    assert not accepted(first)
    sign(registry, version, "Eve", "accepted-with-conditions")
    both = holding(registry.version(version))
    assert [(one.by, one.verdict, one.note) for one in both] == [
        (BOB, "refused", "No lineage."),
        ("Eve", "accepted-with-conditions", ""),
    ]
    assert accepted(both)
    assert both[0].to_json().keys() == {
        *("by", "verdict", "note", "signed_at", "file_sha256")
    }


def test_promotion_asks_for_an_acceptance_that_nobody_refused_since(
    registry: Registry, version: str
) -> None:
    with pytest.raises(PromotionRefused, match="not validated: nobody has signed it"):
        promote(registry, version, "a reason", validated=True)
    sign(registry, version, BOB, "accepted")
    sign(registry, version, "Eve", "refused")
    with pytest.raises(PromotionRefused, match="not validated: Eve refused it on"):
        promote(registry, version, validated=True)
    sign(registry, version, BOB, "accepted")
    assert promote(registry, version, validated=True).version == version
    assert str(registry.version(CHAMPION).version) == version


def test_a_verdict_holds_for_the_parts_that_were_checked(
    registry: Registry, version: str
) -> None:
    sign(registry, version, BOB, "accepted")
    run = str(registry.version(version).run_id)
    # Rows that go when a client is forgotten.
    registry.client.log_text(run, "fewer rows", f"{PARTS}/{POPULATION}")
    assert len(holding(registry.version(version))) == 1
    registry.client.log_dict(run, {"threshold": 0.5}, f"{PARTS}/{CORE}")
    with pytest.raises(TrainingError, match="expected the parts that Bob checked"):
        promote(registry, version, validated=True)


def test_the_file_that_was_checked_is_kept_if_it_is_of_this_version(
    registry: Registry, version: str, tmp_path: Path
) -> None:
    folder = validated(tmp_path / "validation", registry, version)
    signature = sign(registry, version, BOB, "accepted", file=folder)
    run = str(registry.version(version).run_id)
    kept = registry.client.list_artifacts(run, signed_file(signature.file_sha256))
    names = {Path(one.path).name for one in kept}
    assert names == {SAYS, SUMS, "validation.en.pdf"}

    (folder / "validation.en.pdf").write_bytes(b"%PDF changed")
    with pytest.raises(TrainingError, match=r"en\.pdf: expected the file as `validat"):
        sign(registry, version, BOB, "accepted", file=folder)
    (folder / SUMS).unlink()
    with pytest.raises(TrainingError, match="expected the folder that `validate` wro"):
        sign(registry, version, BOB, "accepted", file=folder)
    registry.client.log_dict(run, {"threshold": 0.5}, f"{PARTS}/{CORE}")
    other = validated(tmp_path / "other", registry, version)
    registry.client.log_dict(run, {"threshold": 0.6}, f"{PARTS}/{CORE}")
    with pytest.raises(TrainingError, match="expected the validation of version"):
        sign(registry, version, BOB, "accepted", file=other)


@pytest.mark.parametrize(
    ("name", "note", "said"),
    [
        (" ", "", "--as: expected a name, found an empty text"),
        ("B\u0007b", "", "--as: expected at most 100 printable characters"),
        (BOB, "x" * 2_001, "--note: expected at most 2,000 printable .* found 2,001"),
    ],
)
def test_a_name_and_a_note_can_be_read(
    registry: Registry, version: str, name: str, note: str, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        sign(registry, version, name, "accepted", note=note)


def test_the_setting_is_0_or_1() -> None:
    assert from_environment({"TRAINING_REQUIRE_VALIDATION": "1"}).require_validation
    assert not from_environment({}).require_validation
    with pytest.raises(ConfigurationError, match="expected 1 or 0, found 'yes'"):
        from_environment({"TRAINING_REQUIRE_VALIDATION": "yes"})
