"""A table of points, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from api.bundle.manifest import parse
from api.schemas.model import Feature, Scorecard
from api.scoring.models.scorecard import Model
from tests.api.scorecards import AMOUNT, GENDER, OUTSIDE, SCALE

FACTOR = 20 / math.log(2)
NAN = math.nan


@pytest.fixture(scope="module")
def model() -> Model:
    """Base points 600, and inputs whose means are -4, 5 and 1.75."""
    card = {"scale": SCALE, "base_points": 600, "inputs": [AMOUNT, OUTSIDE, GENDER]}
    features = [
        feature("AMT_CREDIT"),
        feature("EXT_SOURCE_1"),
        feature("CODE_GENDER", "F", "M"),
    ]
    return Model(parse(Scorecard, card, ""), features)


def feature(name: str, *categories: str) -> Feature:
    said: dict[str, Any] = {
        "name": name,
        "unit": "none",
        "labels": {"en": "", "fr": ""},
    }
    said |= {"categories": categories or None, "group": "", "table": "", "formula": ""}
    dtype = "category" if categories else "float32"
    return parse(Feature, {**said, "dtype": dtype}, "")


@pytest.mark.parametrize(
    ("row", "points"),
    [
        ((300000, 0.3, 0), (0, 0, 10)),
        ((199999.98, 0.24999999, 1), (20, -20, -5)),
        # An edge begins the bin above it.
        ((200000, 0.25, 0), (0, 0, 10)),
        ((500000, 0.5, 0), (-20, 20, 10)),
        ((NAN, NAN, NAN), (0, -10, -5)),
        # No category has these codes.
        ((3e38, -3e38, 2), (-20, -20, -5)),
        ((math.inf, -math.inf, -1), (-20, -20, -5)),
    ],
)
def test_every_value_gets_the_points_of_its_bin(
    model: Model, row: tuple[float, ...], points: tuple[int, ...]
) -> None:
    matrix = np.array([row], dtype=np.float32)
    (margin,) = model.margins(matrix)
    assert margin == -sum(points) / FACTOR - math.log(50)
    *moved, base = model.contributions(matrix)[0].tolist()
    expected = [
        (mean - one) / FACTOR for one, mean in zip(points, (-4, 5, 1.75), strict=True)
    ]
    assert moved == expected
    assert base == -2.75 / FACTOR - math.log(50)
    assert abs(math.fsum(moved) + base - margin) <= 1e-9


def test_at_600_points_50_repay_for_each_who_defaults_and_20_more_double_it(
    model: Model,
) -> None:
    rows = np.array([[NAN, 0.3, NAN], [300000, 0.6, NAN]], dtype=np.float32)
    # 595 and 615 points.
    less, more = np.exp(-model.margins(rows))
    assert less == pytest.approx(50 / 2**0.25, rel=1e-15)
    assert more == pytest.approx(2 * less, rel=1e-15)


def test_rows_together_get_the_bits_that_each_gets_alone(model: Model) -> None:
    random = np.random.default_rng(0)
    values = random.random((1000, 3)) * [1e6, 1, 3]
    values[random.random(values.shape) < 0.1] = np.nan
    rows = values.astype(np.float32)
    for asked in (model.margins, model.contributions):
        alone = [asked(rows[at : at + 1]) for at in range(len(rows))]
        assert asked(rows).tobytes() == np.concatenate(alone).tobytes()
    assert model.margins(rows[:0]).shape == (0,)
    assert model.contributions(rows[:0]).shape == (0, 4)


def test_a_matrix_of_other_features_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="shorter"):
        model.margins(np.zeros((2, 2), dtype=np.float32))
