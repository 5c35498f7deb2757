"""Decision, reasons and confidence, from numbers."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.errors import BundleError
from api.features.columns import numbered
from api.identifiers import uuid7
from api.schemas.model import Calibration
from api.scoring import lightgbm_model
from api.scoring.decision import Score, Scorer, decide, probability
from api.scoring.lightgbm_model import Model


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


def test_a_missing_openmp_is_told_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str) -> None:
        raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(lightgbm_model.ctypes, "CDLL", refuse)
    with pytest.raises(BundleError, match=r"libomp.*libgomp1.*libgomp\.so\.1: cannot"):
        lightgbm_model._library.__wrapped__()


def test_rows_explained_together_get_the_bits_that_each_gets_alone(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, count: int) -> None:
            threads.append(count)
            super().__init__(count)

    monkeypatch.setattr(lightgbm_model.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(lightgbm_model, "ThreadPoolExecutor", Pool, raising=False)
    read = read_bundle(world.bundle)
    names = [feature.name for feature in read.manifest.features]
    model = Model(read.text("model.txt"), names)
    rows = np.random.default_rng(0).normal(0, 2, (101, len(names))).astype(np.float32)
    together = model.contributions(rows)
    alone = [model.contributions(rows[at : at + 1]) for at in range(len(rows))]
    assert (together == np.concatenate(alone)).all()
    assert threads == [3]


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
