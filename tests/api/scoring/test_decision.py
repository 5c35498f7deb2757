"""Decision, reasons and confidence, from numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.features.columns import numbered
from api.identifiers import uuid7
from api.schemas.model import Calibration
from api.scoring.decision import Score, Scorer, decide, probability


@pytest.fixture
def scorer(world: Any) -> Scorer:
    read = read_bundle(world.bundle)
    return Scorer(read.manifest, read.reasons, {"AMT_CREDIT": 3.0, "CNT_CHILDREN": 1.0})


def test_the_threshold_itself_is_refused() -> None:
    assert decide(0.3, 0.3) == "refused"
    assert decide(math.nextafter(0.3, 0), 0.3) == "granted"


@pytest.mark.parametrize(("margin", "expected"), [(-1e6, 0.0), (1e6, 1.0), (0.0, 0.5)])
def test_the_probability_of_a_huge_margin_is_finite(
    margin: float, expected: float
) -> None:
    assert (
        probability(margin, Calibration(method="sigmoid", slope=1.0, intercept=0.0))
        == expected
    )


def test_confidence_counts_missing_by_importance(scorer: Scorer) -> None:
    vector = np.array([np.nan, 1, 2, 3, np.nan, np.nan, np.nan], dtype=np.float32)
    verdict = scorer.judge(Score(vector, -0.84, None), ["CODE_GENDER"])
    confidence = verdict["confidence"]
    assert confidence["missing_share"] == 0.75
    assert set(confidence["out_of_range"]) == {
        "CREDIT_ANNUITY_RATIO",
        "EXT_SOURCE_1",
        "CODE_GENDER",
    }
    assert confidence["band"] == "borderline"
    assert "explanation" not in verdict


def test_a_decision_outside_the_threshold_interval_is_clear(
    world: Any, scorer: Scorer
) -> None:
    manifest = replace(read_bundle(world.bundle).manifest, threshold_interval=(0, 0.1))
    reasons = read_bundle(world.bundle).reasons
    vector = np.zeros(7, dtype=np.float32)
    verdict = Scorer(manifest, reasons, {}).judge(Score(vector, 0.0, None), [])
    assert verdict["confidence"]["band"] == "clear"
    assert verdict["confidence"]["missing_share"] == 0.0


def test_identifiers_of_two_applicants_cannot_meet(world: Any) -> None:
    records: dict[str, list[Any]] = {
        "bureau": [{"SK_ID_CURR": 9, "SK_ID_BUREAU": 70}, {"SK_ID_BUREAU": 50}],
        "bureau_balance": [{"SK_ID_BUREAU": 70, "STATUS": "0"}],
    }
    tables = read_bundle(world.bundle).manifest.tables
    together = numbered(tables, [(4, records), (5, records)])
    assert together["bureau"] == [
        {"SK_ID_CURR": 4, "SK_ID_BUREAU": 1},
        {"SK_ID_BUREAU": 0},
        {"SK_ID_CURR": 5, "SK_ID_BUREAU": 3},
        {"SK_ID_BUREAU": 2},
    ]
    months = [row["SK_ID_BUREAU"] for row in together["bureau_balance"]]
    assert months == [1, 3]


def test_prediction_ids_are_version_7_and_in_order_of_time() -> None:
    ids = [uuid7() for _ in range(3)]
    assert all(found[14] == "7" and found[19] in "89ab" for found in ids)
    assert [found[:13] for found in ids] == sorted(found[:13] for found in ids)
