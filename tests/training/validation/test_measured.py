"""What a validation asks of a model: exact on one that is a sum."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.evaluation.calibration import Calibration
from training.validation.measured import by_fold, faithfulness, sensitivity

WEIGHTS = np.array([1.0, -2.0, 0.5])
MATRIX = np.array([[1, 0, 0], [3, 0, 1], [1, 2, 0], [3, 2, 1]], np.float32)
BORDERLINE = {
    "features": [
        {"feature": "A", "typical": 1.0, "contribution": 0.0},
        {"feature": "B", "typical": 1.0, "contribution": 0.0},
        {"feature": "C", "typical": "no", "contribution": 0.0},
    ]
}


class Sum:
    """Missing counts as nothing."""

    def margins(self, matrix: np.ndarray) -> np.ndarray:
        return np.nan_to_num(matrix.astype(np.float64)) @ WEIGHTS


def trained(threshold: float = 0.5) -> Any:
    features = [
        SimpleNamespace(name="A", group="MONEY", category=False),
        SimpleNamespace(name="B", group="PAST", category=False),
        SimpleNamespace(name="C", group="MONEY", category=True),
    ]
    return SimpleNamespace(
        model=Sum(),
        feature_set=SimpleNamespace(features=features),
        chosen=SimpleNamespace(
            calibration=Calibration(1.0, 0.0),
            threshold=SimpleNamespace(value=threshold),
        ),
        data=SimpleNamespace(categories={"C": ["no", "yes"]}),
    )


def test_an_input_is_made_missing_and_moved_where_the_model_looks_at_it() -> None:
    used = np.array([True, False, True])
    target = np.array([0.0, 1.0, 0.0, 1.0])
    found = sensitivity(trained(), MATRIX, target, used)
    assert [one["feature"] for one in found] == ["A", "C"]
    money, category = found
    # Margins 1, 3.5, -3, -0.5 become 0, 0.5, -4, -3.5: none at or above 0 turns.
    assert money["missing"]["turned"] == 0.0
    assert money["missing"]["auc_lost"] == 0.0
    # A deviation of 1 up makes -0.5 a refusal; down, 1 is at the threshold still.
    assert (money["up"]["turned"], money["down"]["turned"]) == (0.25, 0.0)
    assert money["up"]["change"] > 0 > money["down"]["change"]
    assert category.keys() == {"feature", "group", "missing"}


def test_a_reason_that_is_taken_away_moves_the_score_as_was_said() -> None:
    said = MATRIX * WEIGHTS - np.array([1.0, -2.0, 0.0])
    found = faithfulness(trained(), MATRIX, said, BORDERLINE)
    assert (found["clients"], found["told"]) == (4, 1.0)
    assert found["correlation"] == pytest.approx(1.0)
    money, past = found["groups"]
    assert (money["group"], past["group"]) == ("MONEY", "PAST")
    assert money["said"] == money["moved"] == 1.25
    assert past["same_side"] == 1.0


def test_reasons_that_say_the_contrary_are_told_to() -> None:
    said = -(MATRIX * WEIGHTS - np.array([1.0, -2.0, 0.0]))
    found = faithfulness(trained(), MATRIX, said, BORDERLINE)
    assert found["told"] == 0.0
    assert found["correlation"] == pytest.approx(-1.0)


def test_each_fold_is_told_by_the_model_that_did_not_see_it() -> None:
    chosen: Any = SimpleNamespace(
        fold=np.array([0, 0, 1, 1]),
        probability=np.array([0.1, 0.3, 0.4, 0.2]),
        cost=np.array([0.0, 1.0, 10.0, 0.0]),
    )
    first, second = by_fold(np.array([0.0, 1.0, 0.0, 1.0]), chosen)
    assert first == {
        "clients": 2,
        "defaults": 1,
        "predicted_rate": 0.2,
        "auc": 1.0,
        "business_score": 0.5,
    }
    assert (second["auc"], second["business_score"]) == (0.0, 5.0)
