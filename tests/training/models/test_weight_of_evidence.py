"""A scorecard is fitted: its bins, its directions, and what its points say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.models.scorecard import Input, Scale, Scorecard
from training.models.weight_of_evidence import Bins, WeightOfEvidence, places

SCALE = Scale()


@pytest.fixture
def inputs() -> pd.DataFrame:
    """2,000 clients: a score, of which some is missing, an area, and noise."""
    random = np.random.default_rng(0)
    score = random.uniform(0, 1, 2_000).astype(np.float32)
    score[::10] = np.nan
    area = random.integers(0, 3, 2_000).astype(np.float32)
    noise = random.normal(size=2_000).astype(np.float32)
    return pd.DataFrame({"SCORE": score, "AREA": area, "NOISE": noise})


@pytest.fixture
def target(inputs: pd.DataFrame) -> np.ndarray:
    """More score is less risk, area 2 is riskier, and a missing score riskiest."""
    margin = -1.0 - 3.0 * inputs["SCORE"].fillna(-0.5) + 1.5 * (inputs["AREA"] == 2)
    chance = 1 / (1 + np.exp(-margin.to_numpy(float)))
    return (np.random.default_rng(1).uniform(size=2_000) < chance).astype(float)


def fitted(inputs: pd.DataFrame, target: np.ndarray, direction: int) -> Scorecard:
    pytest.importorskip("optbinning")
    model = WeightOfEvidence(0.1, SCALE, {"SCORE": direction})
    model.fit(inputs, target, ["AREA"])
    return model.scorecard(categories={"AREA": ["city", "town", "land"]})


def test_points_rise_where_risk_falls_and_the_missing_have_a_bin(
    inputs: pd.DataFrame, target: np.ndarray
) -> None:
    score, area = fitted(inputs, target, -1).inputs
    assert (score.feature, area.feature) == ("SCORE", "AREA")
    assert list(score.points) == sorted(score.points)
    assert score.points[0] < score.points[-1]
    assert score.missing < min(score.points)
    assert score.clients[-1] == 200
    assert area.groups is not None
    assert {text for group in area.groups for text in group} == {"city", "town", "land"}
    assert area.points[[["land"] == list(one) for one in area.groups].index(True)] < 0
    assert all(points == int(points) for points in (*score.points, *area.points))


def test_a_direction_that_the_data_deny_gives_no_points(
    inputs: pd.DataFrame, target: np.ndarray
) -> None:
    rising = {one.feature: one for one in fitted(inputs, target, 1).inputs}
    assert "SCORE" not in rising or len(set(rising["SCORE"].points)) == 1


def test_a_calibration_is_taken_up_by_the_points(
    inputs: pd.DataFrame, target: np.ndarray
) -> None:
    pytest.importorskip("optbinning")
    model = WeightOfEvidence(0.1, Scale(points_to_double=2_000.0), {})
    model.fit(inputs, target, ["AREA"])
    plain, moved = model.scorecard(), model.scorecard(0.5, 0.25)
    rows = inputs[[one.feature for one in plain.inputs]].to_numpy()
    expected = 0.5 * plain.margins(rows) + 0.25
    np.testing.assert_allclose(moved.margins(rows), expected, atol=2e-3)


def written() -> Scorecard:
    score = Input("SCORE", [0.25, 0.5], None, [-12, 0, 9], -3, -0.5, [], [])
    area = Input("AREA", None, [["land"], ["city", "town"]], [-7, 4], 0, 1.5, [], [])
    return Scorecard(SCALE, 512.0, [score, area], {"AREA": ["city", "land", "town"]})


def test_points_of_each_bin_add_up_to_the_margin() -> None:
    rows = np.array(
        [[0.2, 0], [0.25, 1], [0.5, 2], [np.nan, np.nan], [-9.0, 3], [9.0, -1]],
        dtype=np.float32,
    )
    card = written()
    expected = [[-12, 4], [0, -7], [9, 4], [-3, 0], [-12, 0], [9, 0]]
    assert card.points(rows).tolist() == expected
    # 600 points are 50 who repay to one who defaults; 20 more double them.
    odds = [50 * 2 ** ((512 + sum(points) - 600) / 20) for points in expected]
    np.testing.assert_allclose(
        1 / (1 + np.exp(-card.margins(rows))), [1 / (1 + one) for one in odds]
    )
    values = card.contributions(rows)
    np.testing.assert_allclose(values.sum(axis=1), card.margins(rows), atol=1e-12)
    assert values[0, 0] == pytest.approx((12 - 0.5) * math.log(2) / 20)


def test_a_scorecard_is_read_as_it_was_written(tmp_path: Path) -> None:
    written().save(tmp_path)
    features: list[dict[str, Any]] = [
        {"name": "SCORE", "categories": None},
        {"name": "AREA", "categories": ["city", "land", "town"]},
    ]
    text = (tmp_path / "scorecard.json").read_text(encoding="utf-8")
    rows = np.array([[0.3, 1]], dtype=np.float32)
    again = Scorecard.read(text, features)
    assert again.margins(rows).tolist() == written().margins(rows).tolist()


def test_a_code_that_nobody_had_is_in_the_bin_of_the_missing() -> None:
    bins = Bins(None, [[2], [0]], np.ones(3), np.ones(3), np.zeros(3))
    found = places(bins, np.array([0.0, 1.0, 2.0, 5.0, np.nan]))
    assert found.tolist() == [1, 2, 0, 2, 2]
