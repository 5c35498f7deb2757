"""The ladder learns what is there to learn, and the same thing twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.models import candidates
from training.models.cost import Costs
from training.models.matrix import Labelled
from training.models.validation import assess

SMALL = {**candidates.LIGHTGBM, "n_estimators": 30, "colsample_bytree": 1.0}


@pytest.fixture(scope="module")
def data() -> Labelled:
    """Risk that rises with a score and differs by trade; some scores missing."""
    random = np.random.default_rng(0)
    score = random.normal(size=1500)
    trade = random.integers(0, 3, 1500)
    margin = score + np.array([-2.5, -1.5, -2.0])[trade]
    target = (random.random(1500) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    score[random.random(1500) < 0.1] = np.nan
    inputs = pd.DataFrame({"SCORE": score, "TRADE": trade.astype(float)})
    return Labelled(
        inputs.astype(np.float32),
        target,
        np.arange(1500),
        {"TRADE": ["Cook", "Driver", "Guard"]},
    )


def test_each_rung_is_better_than_the_dummy(data: Labelled) -> None:
    rungs = (
        candidates.dummy(),
        candidates.logistic_regression(0.1),
        candidates.lightgbm(SMALL),
    )
    dummy, logistic, trees = (
        assess(one, data, Costs(), lambda _: None).metrics for one in rungs
    )
    assert dummy.auc == 0.5
    assert min(logistic.auc, trees.auc) > 0.7
    assert max(logistic.business_score, trees.business_score) < dummy.business_score


def test_lightgbm_margins_are_the_log_odds_of_its_probabilities(
    data: Labelled,
) -> None:
    model = candidates.lightgbm(SMALL).fit(data.inputs, data.target, ["TRADE"])
    margin = candidates.margins(model, data.inputs)
    probability = model.predict_proba(data.inputs)[:, 1]
    np.testing.assert_allclose(1 / (1 + np.exp(-margin)), probability, rtol=1e-12)


def test_lightgbm_treats_codes_as_categories_and_repeats_itself(
    data: Labelled,
) -> None:
    texts = {
        candidates.lightgbm(SMALL)
        .fit(data.inputs, data.target, ["TRADE"])
        .booster_.model_to_string()
        for _ in range(2)
    }
    assert len(texts) == 1
    assert "num_cat=1" in texts.pop()
