"""Too good, too well known by heart, or no better than something simpler: refused."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.training.tuning.search_worker import data
from training.evaluation.business_cost import Costs, client_costs
from training.evaluation.cross_validation import Assessment, assess
from training.gates import ranking
from training.models import candidates
from training.tables.home_credit import HOME_CREDIT


@pytest.fixture(scope="module")
def families() -> dict[str, Assessment]:
    few = {**candidates.LIGHTGBM, "n_estimators": 30, "colsample_bytree": 1.0}
    made = (
        candidates.dummy(),
        candidates.logistic_regression({"C": 0.1}),
        candidates.lightgbm(few),
    )
    return {
        one.name: assess(one, data(), Costs(3, 1), lambda _: None, jobs=1)
        for one in made
    }


def outcome(families: dict[str, Assessment], chosen: Assessment) -> Any:
    return SimpleNamespace(
        data=data(),
        store=SimpleNamespace(layout=HOME_CREDIT),
        costs=Costs(3, 1),
        chosen=chosen,
        assessments=tuple(families.values()),
    )


def test_a_sound_model_passes(families: dict[str, Assessment]) -> None:
    sound = outcome(families, families["lightgbm"])
    for gate in (
        ranking.auc_ceiling,
        ranking.train_gap,
        ranking.better_than_dummy,
        ranking.no_worse_than_logistic,
        ranking.calibration,
    ):
        assert gate(sound).passed, gate(sound)


def test_an_auc_that_no_honest_model_reaches_is_refused(
    families: dict[str, Assessment],
) -> None:
    one = families["lightgbm"]
    found = replace(one, metrics=replace(one.metrics, auc=0.83))
    assert not ranking.auc_ceiling(outcome(families, found)).passed


def test_an_overfitted_model_is_refused(
    families: dict[str, Assessment],
) -> None:
    one = families["lightgbm"]
    found = replace(one, metrics=replace(one.metrics, auc_gap=0.6))
    assert not ranking.train_gap(outcome(families, found)).passed


def test_the_dummy_and_a_model_that_decides_backwards_are_refused(
    families: dict[str, Assessment],
) -> None:
    assert not ranking.better_than_dummy(outcome(families, families["dummy"])).passed
    one = families["lightgbm"]
    wrong = client_costs(
        data().target, 1 - one.probability, one.threshold.value, Costs(3, 1)
    )
    backwards = replace(one, cost=wrong)
    assert not ranking.no_worse_than_logistic(outcome(families, backwards)).passed


def test_probabilities_that_promise_too_much_are_refused(
    families: dict[str, Assessment],
) -> None:
    one = families["lightgbm"]
    ece = float(np.abs(one.probability / 2 - one.probability).mean())
    found = replace(
        one, probability=one.probability / 2, metrics=replace(one.metrics, ece=ece)
    )
    assert not ranking.calibration(outcome(families, found)).passed
