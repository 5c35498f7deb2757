"""The fewest features that do: chosen inside the folds, and then served alone."""

from __future__ import annotations

from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import Assessment, assess
from training.models import candidates
from training.models.dataset import Labelled, only
from training.registry.store import open_registry
from training.registry.tracking import log_selection
from training.tuning.feature_ranking import first, on_the_best, ranking
from training.tuning.feature_selection import select

pytestmark = pytest.mark.filterwarnings("ignore::Warning")
SMALL = {
    **candidates.LIGHTGBM,
    "n_estimators": 30,
    "min_child_samples": 10,
    "colsample_bytree": 1.0,
    # So few trees of so few clients would hardly learn under the default's penalty.
    "reg_lambda": 10.0,
}
CLIENTS = 1200


def clients(*, telling: bool) -> Labelled:
    """Two features that tell, a near copy of one, a category and a lot of noise."""
    random = np.random.default_rng(4)
    noise = random.normal(size=(CLIENTS, 40))
    inputs = pd.DataFrame(noise, columns=[f"NOISE_{n}" for n in range(40)])
    inputs["FIRST"] = random.normal(size=CLIENTS)
    inputs["SECOND"] = random.normal(size=CLIENTS)
    inputs["COPY"] = inputs["FIRST"] * 3 + 1e-3 * random.normal(size=CLIENTS)
    inputs["KIND"] = random.integers(0, 3, CLIENTS)
    risk = inputs["FIRST"] + inputs["SECOND"] + (inputs["KIND"] == 2) * telling
    risk = risk * telling + random.normal(size=CLIENTS)
    target = (risk > np.quantile(risk, 0.85)).to_numpy(np.float64)
    return Labelled(
        inputs.astype(np.float32),
        target,
        np.arange(CLIENTS),
        {"KIND": ["A", "B", "C"]},
    )


def whole(data: Labelled) -> Assessment:
    candidate = candidates.lightgbm(SMALL)
    return assess(candidate, data, Costs(), lambda _: None, jobs=1)


def test_a_feature_correlated_with_a_better_one_is_left_out() -> None:
    data = clients(telling=True)
    model = candidates.lightgbm(SMALL).fit(data.inputs, data.target, ["KIND"])
    order = ranking(model, data.inputs)
    assert len({"FIRST", "COPY"} & set(order)) == 1
    assert {"SECOND", "KIND"} < set(order[:4])


def test_what_can_be_changed_and_the_outside_scores_are_always_there() -> None:
    inputs = pd.DataFrame(columns=["A", "B", "AMT_CREDIT", "C", "EXT_SOURCE_2"])
    kept = {"AMT_CREDIT", "EXT_SOURCE_2", "EXT_SOURCE_3"}
    found = first(["C", "A", "B"], inputs, 3, kept)
    assert found == ["AMT_CREDIT", "C", "EXT_SOURCE_2"]
    assert first(["C"], inputs, 1, kept) == ["AMT_CREDIT", "EXT_SOURCE_2"]


def test_the_few_features_that_predict_are_kept(tmp_path: Path) -> None:
    data = clients(telling=True)
    found = select(whole(data), data, Costs(), lambda _: None, 1, counts=(2, 4, 20))
    assert [one.features for one in found.points] == [44, 20, 4, 2]
    assert found.chosen.features == 4
    assert {"SECOND", "KIND"} < set(found.names)
    registry = open_registry(f"sqlite:///{tmp_path}/mlflow.db")
    with mlflow.start_run(experiment_id=registry.experiment) as run:
        log_selection(found)
    kept = {one.path for one in registry.client.list_artifacts(run.info.run_id)}
    assert kept == {"selection.json", "features_served.txt", "pictures"}
    curve = registry.client.get_metric_history(run.info.run_id, "selection_auc")
    assert sorted(one.step for one in curve) == [2, 4, 20, 44]


def test_the_curve_is_what_each_number_gets_in_a_cross_validation_of_its_own() -> None:
    data = clients(telling=True)
    base = whole(data)
    found = select(base, data, Costs(), lambda _: None, 1, counts=(4,))
    alone = on_the_best(4, (), base.candidate)
    again = assess(alone, data, Costs(), lambda _: None, jobs=1)
    assert np.array_equal(again.margin, found.points[1].assessment.margin)
    assert again.candidate.label == "lightgbm, best 4 features"


def test_choosing_among_noise_gains_nothing_on_held_out_clients() -> None:
    """The best of many worthless features look good only to those that chose them."""
    data = clients(telling=False)
    found = select(whole(data), data, Costs(), lambda _: None, 1, counts=(4,))
    nested = found.points[1].assessment.metrics
    assert abs(nested.auc - 0.5) < 2 * nested.auc_se
    model = candidates.lightgbm(SMALL).fit(data.inputs, data.target, ["KIND"])
    chosen_before = first(ranking(model, data.inputs), data.inputs, 4, ())
    cheated = whole(only(data, chosen_before)).metrics
    assert cheated.auc - 0.5 > 2 * cheated.auc_se
