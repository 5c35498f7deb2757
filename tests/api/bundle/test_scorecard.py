"""Points that could not be served, or would tell another risk than they do."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from api.bundle.read import read_bundle
from api.errors import BundleError
from tests.api.scorecards import as_scorecard, write

AMOUNT, RATIO, OUTSIDE, GENDER = 0, 1, 2, 4


@pytest.fixture
def folder(world: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world.bundle, tmp_path / "bundle"))


def test_a_bundle_says_what_it_computes_by(folder: Path) -> None:
    before = read_bundle(folder)
    assert (before.told["form"], before.scorecard) == ("trees", None)
    card = as_scorecard(folder)
    after = read_bundle(folder)
    assert after.told["form"] == "scorecard"
    assert after.scorecard is not None
    assert [one.feature for one in after.scorecard.inputs] == [
        one["feature"] for one in card["inputs"]
    ]


def test_refuses_both_models_and_none(folder: Path, world: Any, conftest: Any) -> None:
    as_scorecard(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    shutil.copy(world.bundle / "model.txt", folder)
    conftest.seal(folder, manifest)
    either = r"expected either model\.txt or scorecard\.json, found "
    with pytest.raises(BundleError, match=rf"{either}model\.txt and scorecard\.json"):
        read_bundle(folder)
    (folder / "model.txt").unlink()
    (folder / "scorecard.json").unlink()
    conftest.seal(folder, manifest)
    with pytest.raises(BundleError, match=f"{either}neither"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("at", "change", "said"),
    [
        (AMOUNT, {"edges": [5.0, 5.0]}, "AMT_CREDIT.edges: .* growing .* found 5, 5"),
        (AMOUNT, {"edges": [5.0, 4.0]}, "AMT_CREDIT.edges: .* growing .* found 5, 4"),
        (AMOUNT, {"edges": [5.0]}, "AMT_CREDIT.points: expected 2 of them, found 3"),
        (AMOUNT, {"edges": None}, "AMT_CREDIT: expected edges, found none"),
        (AMOUNT, {"groups": [["F"]]}, "AMT_CREDIT: expected either .* found both"),
        (AMOUNT, {"edges": ["x", 5.0]}, r"inputs.0.edges.0: .*, found 'x'"),
        (AMOUNT, {"points": [1, 2, True]}, r"inputs.0.points.2: .*, found True"),
        (AMOUNT, {"missing": None}, r"inputs.0.missing: .*, found None"),
        (AMOUNT, {"points": [-4, 0, 1e9]}, "scale: expected margins up to 10000"),
        (AMOUNT, {"mean": 21.0}, "AMT_CREDIT.mean: .* from -20 to 20, found 21"),
        (AMOUNT, {"mean": -1e308}, "AMT_CREDIT.mean: .*, found -1e.308"),
        (AMOUNT, {"clients": [1, 2, 3]}, "AMT_CREDIT.clients: expected 4 .* found 3"),
        (AMOUNT, {"clients": [1, 2, -3, 0]}, "AMT_CREDIT.clients: .* found -3"),
        (AMOUNT, {"default_rate": [0, 0, 2, None]}, r"inputs.0.default_rate.2: .*2"),
        (AMOUNT, {"default_rate": [0, 0, 0, 0]}, "default_rate: .*found 0.0 of 0"),
        (OUTSIDE, {"feature": "AMT_CREDIT"}, "inputs: .* only in one: EXT_SOURCE_1"),
        (RATIO, {"edges": None, "groups": [["F"]]}, "ANNUITY_RATIO: expected edges"),
        (GENDER, {"groups": [["F"], ["F", "M"]]}, "GENDER.groups: .*found 'F' twice"),
        (GENDER, {"groups": [["F", "X"]]}, "CODE_GENDER.groups: .*, found 'X'"),
        (GENDER, {"groups": [[]]}, "CODE_GENDER.groups: .*, found none in one"),
        (GENDER, {"groups": [["F"], ["M"]]}, "CODE_GENDER.points: expected 2 .* 1"),
        (GENDER, {"groups": None, "edges": [1.0]}, "CODE_GENDER: expected groups"),
    ],
)
def test_refuses_an_input_that_does_not_make_sense(
    folder: Path, at: int, change: dict[str, Any], said: str
) -> None:
    card = deepcopy(as_scorecard(folder))
    card["inputs"][at] |= change
    refused(folder, card, rf"scorecard\.json: .*{said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_points": "many"}, "base_points: .*found 'many'"),
        ({"base_points": 1e308}, "scale: .* up to 10000, found 3.46574e.306"),
        ({"scale": {"points": 600, "odds": 0, "points_to_double": 20}}, "scale.odds"),
        (
            {"scale": {"points": 600, "odds": 50, "points_to_double": -20}},
            "scale.points_to_double: .*found -20",
        ),
        (
            {"scale": {"points": 600, "odds": 50, "points_to_double": 1e-9}},
            "scale: expected margins up to 10000",
        ),
        ({"scale": {"points": 600}}, "scale.odds"),
        ({"inputs": []}, "inputs: expected the features of manifest.json"),
    ],
)
def test_refuses_a_scale_that_does_not_make_sense(
    folder: Path, change: dict[str, Any], said: str
) -> None:
    refused(folder, as_scorecard(folder) | change, rf"scorecard\.json: {said}")


def test_refuses_inputs_in_another_order(folder: Path) -> None:
    card = as_scorecard(folder)
    card["inputs"].reverse()
    refused(folder, card, "inputs: .*found another order or one twice")


def test_refuses_a_calibration_that_makes_another_risk_of_the_points(
    folder: Path,
) -> None:
    card = as_scorecard(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["calibration"]["slope"] = 1.02
    write(folder, card, manifest)
    with pytest.raises(BundleError, match=r"slope 1 and intercept 0, found 1\.02 and"):
        read_bundle(folder)


def refused(folder: Path, card: dict[str, Any], said: str) -> None:
    write(folder, card, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(BundleError, match=said):
        read_bundle(folder)
