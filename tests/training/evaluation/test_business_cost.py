"""The business score and its threshold, on cases that one can count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from training.errors import ConfigurationError
from training.evaluation.business_cost import (
    Costs,
    business_score,
    business_scorer,
    choose_threshold,
    cost_curve,
)

TARGET = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
PROBABILITY = np.array([0.1, 0.2, 0.3, 0.4, 0.8])


@pytest.mark.parametrize(
    ("threshold", "cost"),
    [(0.0, 3), (0.15, 2), (0.3, 1), (0.35, 11), (0.5, 10), (0.9, 20)],
)
def test_counts_refused_good_clients_once_and_granted_defaults_ten_times(
    threshold: float, cost: int
) -> None:
    assert business_score(TARGET, PROBABILITY, threshold, Costs()) == cost / 5


def test_the_curve_is_the_score_at_each_threshold() -> None:
    random = np.random.default_rng(0)
    probability = random.choice([0.1, 0.2, 0.25, 0.5, 0.7], 200)
    target = (random.random(200) < probability).astype(np.float64)
    curve = cost_curve(target, probability, Costs(3, 2))
    expected = [
        business_score(target, probability, float(t), Costs(3, 2))
        for t in curve.threshold
    ]
    np.testing.assert_allclose(curve.business_score, expected, rtol=1e-12)
    assert curve.best == curve.threshold[np.argmin(curve.business_score)]


def test_of_true_probabilities_the_threshold_is_the_break_even() -> None:
    random = np.random.default_rng(1)
    probability = random.beta(1, 11, 40_000)
    target = (random.random(40_000) < probability).astype(np.float64)
    chosen = choose_threshold(target, probability, Costs())
    assert Costs().break_even == pytest.approx(1 / 11)
    assert chosen.value == pytest.approx(1 / 11, abs=0.015)
    assert chosen.interval[0] < 1 / 11 < chosen.interval[1]


def test_in_money_a_client_counts_by_its_credit() -> None:
    costs = Costs(0.6, 0.1, by_amount="AMT_CREDIT")
    inputs = pd.DataFrame({"AMT_CREDIT": [100.0, 300.0, 200.0, 100.0, 300.0]})
    weight = costs.weight(inputs)
    # At 0.35 the default of 200 is granted and the good client of 100 refused.
    lost = (0.6 * 200 + 0.1 * 100) / 5
    score = business_score(TARGET, PROBABILITY, 0.35, costs, weight)
    assert score * 200 == pytest.approx(lost)
    curve = cost_curve(TARGET, PROBABILITY, costs, weight)
    at = int(np.searchsorted(curve.threshold, 0.35))
    assert curve.business_score[at] * 200 == pytest.approx(lost)
    assert Costs().weight(inputs) is None


def test_costs_in_money_need_every_credit() -> None:
    inputs = pd.DataFrame({"AMT_CREDIT": [100.0, np.nan]})
    with pytest.raises(ConfigurationError, match="AMT_CREDIT, above 0"):
        Costs(0.6, 0.1, by_amount="AMT_CREDIT").weight(inputs)


def test_the_scorer_is_minus_the_least_cost_over_thresholds() -> None:
    inputs = PROBABILITY.reshape(-1, 1)

    class Known(DummyClassifier):
        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            return np.column_stack([1 - X[:, 0], X[:, 0]])

    model = Known().fit(inputs, TARGET)
    assert business_scorer(Costs())(model, inputs, TARGET) == -1 / 5
    weight = np.array([1.0, 1.0, 1.0, 3.0, 1.0])
    scorer = business_scorer(Costs())
    assert scorer(model, inputs, TARGET, sample_weight=weight) == -3 / 7
