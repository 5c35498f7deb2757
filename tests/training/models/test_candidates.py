"""The ladder learns what is there to learn, and the same thing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import assess
from training.models import candidates, imbalance, never_served
from training.models.dataset import Labelled
from training.models.preprocessing import ALL_ON, dense_columns

ModelFamily = Callable[[dict[str, float], str], candidates.Candidate]
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


def test_each_candidate_model_is_better_than_the_dummy(data: Labelled) -> None:
    families = (
        candidates.dummy(),
        candidates.logistic_regression({"C": 0.1}),
        candidates.random_forest({"n_estimators": 30, "min_samples_leaf": 20}),
        candidates.lightgbm(SMALL),
    )
    dummy, *others = (
        assess(one, data, Costs(), lambda _: None, jobs=1).metrics for one in families
    )
    assert dummy.auc == 0.5
    for one in others:
        assert one.auc > 0.7
        assert one.business_score < dummy.business_score
        assert one.auc_gap == one.train_auc - one.auc > 0
        assert min(one.auc_se, one.business_score_se, one.fit_seconds) > 0


@pytest.mark.parametrize("strategy", imbalance.STRATEGIES)
@pytest.mark.parametrize(
    ("make", "parameters"),
    [(candidates.logistic_regression, {"C": 0.1}), (candidates.lightgbm, SMALL)],
)
def test_however_defaults_are_weighted_probabilities_stay_true(
    data: Labelled, make: ModelFamily, parameters: dict[str, float], strategy: str
) -> None:
    found = assess(make(parameters, strategy), data, Costs(), lambda _: None, jobs=1)
    assert found.metrics.auc > 0.7
    assert found.probability.mean() == pytest.approx(data.target.mean(), abs=1e-3)
    order = np.argsort(found.margin)
    assert np.all(np.diff(found.probability[order]) >= 0)


@pytest.mark.parametrize("encoded", [True, False])
def test_the_dense_matrix_is_as_narrow_as_the_inputs(
    data: Labelled, encoded: bool
) -> None:
    on = replace(ALL_ON, target_encoding=encoded)
    columns = dense_columns(["TRADE"], on, candidates.SEED)
    dense = columns.fit_transform(data.inputs, data.target)
    assert dense.dtype == np.float32
    assert np.isfinite(dense).all()


def test_weighting_the_classes_leaves_the_model_given_as_it_was() -> None:
    given = LogisticRegression()
    weighted = imbalance.dealing_with(imbalance.CLASS_WEIGHTS, None, given, seed=0)
    assert weighted.class_weight == "balanced"
    assert given.class_weight is None


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


def test_seeds_are_averaged_into_one_text_model(
    data: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = {**SMALL, "subsample": 0.5, "subsample_freq": 1}
    first, apart = candidates.SEED, []
    for number in range(3):
        monkeypatch.setattr(candidates, "SEED", first + number)
        one = fit_on(candidates.lightgbm(drawn), data)
        apart.append(candidates.margins(one, data.inputs))
    monkeypatch.setattr(candidates, "SEED", first)
    assert not np.array_equal(apart[0], apart[1])
    model = fit_on(candidates.lightgbm(drawn, seeds=3), data)
    merged = candidates.margins(model, data.inputs)
    np.testing.assert_allclose(merged, np.mean(apart, axis=0), rtol=1e-12)
    text = candidates.booster_of(model).model_to_string()
    again = lightgbm.Booster(model_str=text)
    assert again.num_trees() == 3 * SMALL["n_estimators"]
    explained = again.predict(data.inputs.to_numpy(), pred_contrib=True)
    np.testing.assert_allclose(np.sum(explained, axis=1), merged, atol=1e-9)


def fit_on(candidate: candidates.Candidate, data: Labelled) -> BaseEstimator:
    return candidate.fit(data.inputs, data.target, list(data.categories))


@pytest.mark.parametrize("direction", [-1, 1])
def test_monotone_trees_send_the_risk_one_way_alone(direction: int) -> None:
    random = np.random.default_rng(0)
    score = random.random(800)
    # More noise than trend: without the constraint the trees follow the noise.
    chance = 0.3 + 0.2 * direction * (score - 0.5)
    target = (random.random(800) < chance).astype(np.float64)
    inputs = pd.DataFrame({"EXT_SOURCE_2": score, "OTHER": random.random(800)})
    grid = pd.DataFrame({"EXT_SOURCE_2": np.linspace(0, 1, 200), "OTHER": 0.5})
    free, held = (
        (direction * np.diff(candidates.margins(fitted, grid))).min()
        for fitted in (
            candidates.lightgbm(SMALL, monotone=monotone).fit(inputs, target, [])
            for monotone in ({}, {"EXT_SOURCE_2": direction})
        )
    )
    assert free < 0 <= held


@pytest.mark.parametrize("library", ["catboost", "xgboost"])
def test_what_is_never_served_learns_of_categories_and_of_what_is_missing(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(library)
    monkeypatch.setattr(never_served, "CATBOOST", {"iterations": 20})
    monkeypatch.setattr(never_served, "XGBOOST", {"n_estimators": 20})
    kind = np.tile([0.0, 1.0, np.nan], 100)
    target = np.tile([0.0, 1.0, 1.0], 100)
    inputs = pd.DataFrame({"KIND": kind, "OTHER": np.zeros(300)}, dtype=np.float32)
    (candidate,) = (one for one in never_served.never_served() if one.name == library)
    model = candidate.fit(inputs, target, ["KIND"])
    # Asked in another order, and of a category that it has not seen.
    asked = inputs.iloc[[1, 0, 2]].reset_index(drop=True)
    margins = candidates.margins(model, asked)
    assert list(margins > 0) == [True, False, True]
    assert candidates.margins(model, asked.assign(KIND=7.0)).shape == (3,)
