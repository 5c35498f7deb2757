"""What analysts look for, on clients that one can count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.bundle.samples import stepped_risk
from training.evaluation.business_cost import Costs, client_costs
from training.evaluation.calibration import Calibration
from training.evaluation.inspection.common_values import grid, told
from training.evaluation.inspection.curves import caught, curves
from training.evaluation.inspection.dependence import (
    partial_dependence,
    second_input,
    shap_points,
)
from training.evaluation.inspection.errors_by_input import errors_by_input
from training.evaluation.inspection.interactions import interactions
from training.evaluation.pictures.inspection_plots import inspection_pictures
from training.evaluation.shap_values import Explained
from training.models.dataset import Labelled

TARGET = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
PROBABILITY = np.array([0.1, 0.2, 0.3, 0.4, 0.8])
SHARES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_defaults_are_counted_among_the_riskiest_ties_evenly() -> None:
    assert caught(TARGET, PROBABILITY, SHARES).tolist() == [0, 0.5, 0.5, 1, 1, 1]
    # One answer for all catches as many as by chance.
    nothing = caught(TARGET, np.full(5, 0.4), SHARES)
    np.testing.assert_allclose(nothing, SHARES)


def test_each_candidate_s_curves_are_over_the_same_shares() -> None:
    rivals = [assessed(PROBABILITY, "lightgbm"), assessed(1 - PROBABILITY, "dummy")]
    found = curves(TARGET, rivals, rivals[0])
    at = found["refused"].index(0.6)
    best, worst = found["candidates"]
    assert (best["served"], worst["served"]) == (True, False)
    assert best["caught"][at] == 1.0 and worst["caught"][at] == 0.5
    assert best["good_refused"][at] == 0.3333 and worst["good_refused"][at] == 0.6667
    assert best["precision"][at] == 0.6667 and worst["precision"][at] == 0.3333
    assert best["precision"][0] is None
    assert {len(best[name]) for name in ("caught", "good_refused", "precision")} == {
        101
    }


def test_a_grid_has_common_values_and_missing_where_some_are() -> None:
    numbers = np.repeat([1.0, 5.0, 9.0, np.nan], [20, 20, 3, 10])
    assert told(grid(numbers, False, 20), "x", {}) == [1.0, 5.0, None]
    codes = np.repeat([0.0, 1.0, 2.0], [12, 30, 9])
    words = {"kind": ["flat", "house", "castle"]}
    assert told(grid(codes, True, 20), "kind", words) == ["house", "flat"]


def margins(matrix: np.ndarray) -> np.ndarray:
    """x0 + x1 * x2, and 1 more where x0 is missing."""
    first = np.where(np.isnan(matrix[:, 0]), 1.0, matrix[:, 0])
    return np.asarray(first + matrix[:, 1] * matrix[:, 2], np.float64)


def test_partial_dependence_is_the_mean_risk_with_all_else_as_it_is() -> None:
    matrix = np.array([[5, 0, 0], [7, 1, 2]], np.float32)
    found = partial_dependence(
        margins, Calibration(), matrix, 0, np.array([-2.0, 0.0, np.nan])
    )
    at_zero = (0.5 + 1 / (1 + np.exp(-2))) / 2
    assert found["risk"][1] == round(at_zero, 4)
    assert found["risk"][0] == round((0.5 + 1 / (1 + np.exp(2))) / 2, 4)
    assert found["low"][1] < found["risk"][1] < found["high"][1]
    assert found["risk"][2] > found["risk"][1]


def test_pairs_that_multiply_interact_and_sums_do_not() -> None:
    values = np.array([-1.0, 1.0])
    grids: Any = {name: (at, values) for at, name in enumerate("abc")}
    found = interactions(margins, np.zeros((2, 3), np.float32), grids)
    assert found[0] == {"first": "b", "second": "c", "strength": 1.0, "share": 1.0}
    assert [one["strength"] for one in found[1:]] == [0.0, 0.0]


def test_the_second_input_is_the_one_that_tells_most_of_the_rest() -> None:
    random = np.random.default_rng(0)
    own, other, noise = random.integers(0, 4, (3, 600)).astype(float)
    assert second_input(own * other, own, {1: other, 2: noise}) == 1
    # A sum of the inputs: one's contribution follows from its own value.
    assert second_input(own * 2.0, own, {1: other, 2: noise}) is None
    # Nor does a jump between two values that lie close tell of another input.
    near = random.normal(size=600)
    assert second_input((near > 0.1) * 1.0, near, {1: near + 0.01 * noise}) is None
    assert second_input(random.normal(size=600), own, {1: other, 2: noise}) is None


def test_points_are_in_the_order_of_their_values() -> None:
    line = np.arange(100.0)
    inputs = pd.DataFrame({"x": line[::-1], "kind": line % 2})
    explained = Explained(inputs, line, np.c_[line, line * 0], line)
    found = shap_points(explained, 0, [0, 1], {"kind": ["flat", "house"]})
    points = found["points"]
    assert points["values"] == sorted(points["values"])
    assert points["contributions"][:10] == list(range(90, 100))
    assert len(set(points["values"])) == 10
    assert (found["second"], points["other"]) == (None, [])


def test_errors_are_told_by_bin_and_few_clients_are_not() -> None:
    target = np.repeat([0.0, 1.0, 0.0, 1.0], [30, 20, 11, 3])
    kinds = np.repeat([0.0, 1.0, np.nan, 2.0], [30, 20, 11, 3])
    risk = np.repeat([0.2, 0.1, 0.0, 0.3], [30, 20, 11, 3])
    words = {"kind": ["flat", "house", "castle"]}
    data = Labelled(pd.DataFrame({"kind": kinds}), target, kinds, words)
    chosen = assessed(risk, "lightgbm", target)
    assert errors_by_input(data, chosen, "kind")["bins"] == {
        "low": [None] * 3,
        "high": [None] * 3,
        "category": ["flat", "house", None],
        "clients": [30, 20, 11],
        "stated": [0.2, 0.1, 0.0],
        "observed": [0.0, 1.0, 0.0],
        "granted_defaults": [0, 20, 0],
        "refused_good": [30, 0, 0],
        "cost": [1.0, 10.0, 0.0],
    }


def test_numbers_are_binned_from_one_common_value_to_the_next() -> None:
    values = np.repeat([1.0, 2.0, 7.0, np.nan], [20, 50, 30, 5])
    target = (values == 7).astype(float)
    data = Labelled(pd.DataFrame({"x": values}), target, values, {})
    found = errors_by_input(data, assessed(np.full(105, 0.1), "x", target), "x")["bins"]
    assert (found["low"], found["high"]) == ([None, 1.0, 2.0], [1.0, 2.0, None])
    assert found["clients"] == [20, 50, 30]
    assert found["granted_defaults"] == [0, 0, 30]


def test_a_risk_in_steps_is_on_its_side_of_the_threshold_and_true_on_average() -> None:
    random = np.random.default_rng(0)
    risk = random.random(1000)
    found = stepped_risk(risk, 0.3)
    np.testing.assert_array_equal(found < 0.3, risk < 0.3)
    assert found.mean() == pytest.approx(risk.mean())
    assert np.unique(found, return_counts=True)[1].min() >= 10
    assert np.all(np.diff(found[np.argsort(risk)]) >= 0)


def assessed(probability: Any, name: str, target: Any = TARGET) -> Any:
    """At a threshold of 0.15."""
    cost = client_costs(target, probability, 0.15, Costs())
    return SimpleNamespace(
        candidate=SimpleNamespace(name=name, label=name),
        probability=probability,
        threshold=SimpleNamespace(value=0.15),
        cost=cost,
        metrics=SimpleNamespace(auc=0.5, average_precision=0.5),
    )


def test_each_finding_has_its_picture() -> None:
    bins = {"low": [None, 1.0, None], "high": [1.0, None, None]}
    bins |= {"category": [None] * 3, "observed": [0.1] * 3, "stated": [0.2] * 3}
    rivals = [assessed(PROBABILITY, "lightgbm"), assessed(1 - PROBABILITY, "dummy")]
    dependence = {"values": ["flat", None], "risk": [0.1, 0.2]}
    dependence |= {"low": [0.0, 0.1], "high": [0.2, 0.3]}
    points = {
        "values": ["flat", None],
        "contributions": [0.1, 0.2],
        "other": ["a", None],
    }
    one = {"feature": "KIND", "dependence": dependence, "second": "b", "points": points}
    pair = {"first": "KIND", "second": "b", "strength": 0.1, "share": 0.2}
    found = inspection_pictures(
        {
            "curves": curves(TARGET, rivals, rivals[0]),
            "inputs": [one],
            "interactions": [pair],
            "errors": [{"feature": "X", "bins": bins}],
        }
    )
    assert len(found) == 5
    ranking = found["ranking.png"].axes
    assert [axes.get_title() for axes in ranking][2:] == ["Gains", "Lift"]
    ticks = found["errors_by_input.png"].axes[0].get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["≤ 1", "> 1", "missing"]
