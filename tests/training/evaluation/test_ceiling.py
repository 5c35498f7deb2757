"""How much a blend that is never served has over the model that is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.tuning.search_worker import data
from training.evaluation.business_cost import Costs
from training.evaluation.ceiling import blend, ceiling
from training.evaluation.cross_validation import Assessment, assess, folds, judged
from training.evaluation.metrics import ranking_by_fold
from training.models import candidates
from training.models.candidates import Candidate

TARGET = np.tile([1.0, 0.0, 0.0, 0.0], 100)
COSTS = Costs(3, 1)


def knows(first: slice) -> np.ndarray:
    """Margins that tell outcomes of some clients, and nothing of the others."""
    margin = np.zeros(len(TARGET))
    margin[first] = TARGET[first]
    return margin


CLIENTS = replace(data(), inputs=data().inputs[:400], target=TARGET)


def assessed(name: str, margin: np.ndarray) -> Assessment:
    candidate = Candidate(name, candidates.dummy().fit)
    fold = folds(TARGET)
    return judged(candidate, CLIENTS, COSTS, fold, margin, [(0.5, 1.0, 1.0)])


def test_a_member_that_says_nothing_new_adds_nothing() -> None:
    margin = data().inputs["FIRST"].to_numpy(np.float64)
    target, fold = data().target, folds(data().target)
    blended = blend(np.column_stack([margin, np.zeros(600)]), target, fold)
    alone = ranking_by_fold(target, margin, fold)
    assert ranking_by_fold(target, blended, fold) == alone


def test_the_blend_has_over_the_served_model_what_the_others_know() -> None:
    served = assessed("served", knows(slice(0, 200)))
    other = assessed("other", knows(slice(200, 400)))
    found = ceiling(served, [other], [], CLIENTS, COSTS, lambda _: None, 1).to_json()
    assert found["members"] == ["served", "other"]
    assert (found["auc"], found["business_score"]) == (1.0, 0.0)
    over = found["auc_over_served"]
    assert over["difference"] == pytest.approx(1.0 - served.metrics.auc)
    # Student's t with the four degrees of freedom of five folds.
    reach = 2.776445 * over["standard_error"]
    low, high = over["interval"]
    assert (low, high) == pytest.approx(
        (over["difference"] - reach, over["difference"] + reach)
    )
    cost = found["business_score_over_served"]
    assert cost["difference"] == pytest.approx(-served.metrics.business_score)


def test_a_candidate_that_is_never_served_is_assessed_on_the_same_folds() -> None:
    small = {**candidates.LIGHTGBM, "n_estimators": 20, "colsample_bytree": 1.0}
    served = assess(candidates.lightgbm(small), data(), COSTS, lambda _: None, 1)
    said: list[str] = []
    outside = candidates.logistic_regression({"C": 0.1})
    found = ceiling(served, [], [outside], data(), COSTS, said.append, 1)
    assert found.members == ("lightgbm", "logistic_regression")
    assert said[-1] == "logistic_regression: 5 of 5 folds"
