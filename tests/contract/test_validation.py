"""Who validated a version: from the run to the bundle, and what the API answers."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pytest

from api.bundle.read import read_bundle
from tests.commands import run
from tests.conftest import House

pytestmark = pytest.mark.xdist_group("house")


def told(house: House, out: Path) -> tuple[list[dict[str, Any]], str]:
    """What the API says of an exported bundle's validation, and its card."""
    house.run("training", "export", f"--out={out}")
    bundle = read_bundle(out)
    return bundle.told["validation"], bundle.text("model-card.md")


def test_a_version_is_not_validated_until_somebody_else_has_signed(
    house: House, tmp_path: Path
) -> None:
    answer, card = told(house, tmp_path / "before")
    assert answer == []
    assert "Not validated: nobody but who trained it has checked this version." in card

    file = tmp_path / "validation"
    said = house.run(
        "training", "validate", f"--out={file}", f"--drift={house.folder / 'drift'}"
    )
    assert said.startswith(f"{file}: model version 1, ")
    document = json.loads((file / "validation.json").read_text())
    assert "sensitivity" not in {one["chapter"] for one in document["gaps"]}
    named = {test["name"] for one in document["chapters"] for test in one["tests"]}
    assert {"fold_spread", "score_drift", "told_reasons_same_side"} <= named

    refusal = ["--as=Ada Byron", "--verdict=refused", "--note=No later sample."]
    house.run("training", "sign", "1", *refusal)
    house.run(
        "training",
        "sign",
        "1",
        "--as=Bob",
        "--verdict=accepted",
        f"--validation={file}",
    )
    answer, card = told(house, tmp_path / "after")
    assert [(one["by"], one["verdict"], one["note"]) for one in answer] == [
        ("Ada Byron", "refused", "No later sample."),
        ("Bob", "accepted", ""),
    ]
    assert [bool(one["file_sha256"]) for one in answer] == [False, True]
    assert "(No later sample)" in card and "Bob, " in card
    for language in ("en", "fr"):
        name = f"validation.{language}.pdf"
        kept = (tmp_path / "after" / "validation" / name).read_bytes()
        assert kept == (file / name).read_bytes()


def test_who_trained_is_refused_by_name(house: House) -> None:
    who = f"--as={getpass.getuser()}"
    done = run(house.environment, "training", "sign", "1", who, "--verdict=accepted")
    assert done.status == 1
    assert "expected to be signed by somebody else than" in done.errors
