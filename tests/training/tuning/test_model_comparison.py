"""Each family is tuned and varied; what pays is served, and all of it is recorded."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import pytest
from lightgbm import LGBMClassifier

from tests.training.tuning.search_worker import data
from training.evaluation.business_cost import Costs
from training.evaluation.comparison import Comparison, compare
from training.evaluation.cross_validation import Assessment, assess
from training.evaluation.learning_curve import learned_from
from training.models import candidates
from training.models.candidates import booster_of
from training.models.imbalance import NONE, STRATEGIES, UNDER_SAMPLING
from training.registry import tracking
from training.registry.store import open_registry
from training.tuning import model_comparison, search_spaces
from training.tuning.hyperparameter_search import SearchResources, study_beside

# MLflow and Optuna use what others are about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")
SMALL = {**candidates.LIGHTGBM, "n_estimators": 20, "colsample_bytree": 1.0}
FEW = {**candidates.RANDOM_FOREST, "n_estimators": 5}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ladder with small models."""
    forest = replace(search_spaces.RANDOM_FOREST, defaults=FEW)
    trees = replace(search_spaces.LIGHTGBM, defaults=SMALL)
    monkeypatch.setattr(model_comparison, "LIGHTGBM", trees)
    families = (search_spaces.LOGISTIC_REGRESSION, forest, trees)
    monkeypatch.setattr(model_comparison, "MODEL_FAMILIES", families)


def test_a_campaign_is_recorded_rung_by_rung_and_variant_by_variant(
    small: None, tmp_path: Path
) -> None:
    registry = open_registry(f"sqlite:///{tmp_path}/mlflow.db")
    resources = SearchResources(study_beside(registry.uri), jobs=1)
    budget = model_comparison.Budget("tiny", {"lightgbm": 2})

    def record(
        one: Assessment, study: optuna.Study | None, comparison: Comparison | None
    ) -> None:
        tracking.record(
            registry, data(), Costs(), one, study, comparison, drawn=study is not None
        )

    with mlflow.start_run(experiment_id=registry.experiment) as parent:
        comparing = model_comparison.ModelComparison(
            data(), Costs(), budget, resources, lambda _: None, record
        )
        found = comparing.run()
        several = candidates.several(found[-1].candidate, 2)
        averaged = comparing.average(found[-1], several)
        tracking.log_ladder(found, comparing.variants, comparing.comparisons)
    names = [one.candidate.name for one in found]
    assert names == [
        "dummy",
        "logistic_regression",
        "random_forest",
        "scorecard",
        "explainable_boosting",
        "lightgbm",
    ]
    # The rivals come as they are.
    for name in {*names} - {"dummy", "scorecard", "explainable_boosting"}:
        variants = [one.candidate for one in comparing.variants]
        tried = {one.strategy for one in variants if one.name == name}
        assert tried >= set(STRATEGIES) - {NONE}
    runs = {
        run.info.run_name: run
        for run in registry.client.search_runs([registry.experiment])
        if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
    }
    labels = [one.candidate.label for one in (*found, *comparing.variants)]
    assert set(runs) == {*labels, "lightgbm"}
    assert averaged.candidate in (found[-1].candidate, several)
    assert several.label in runs
    searched = runs["lightgbm"].info.run_id
    steps = registry.client.get_metric_history(searched, "trial_business_score")
    assert [one.step for one in steps] == [0, 1]
    drawn = [one.path for one in registry.client.list_artifacts(searched, "pictures")]
    assert len(drawn) == 5
    assert "business_score_difference_se" in runs["lightgbm, SMOTE"].data.metrics


def test_when_time_is_up_the_ladder_stands_at_its_defaults(
    small: None, tmp_path: Path
) -> None:
    resources = SearchResources.within(f"sqlite:///{tmp_path}/studies.db", 1e-9, 1)
    budget = model_comparison.Budget("tiny", {"lightgbm": 2})
    seen: list[optuna.Study | None] = []
    comparing = model_comparison.ModelComparison(
        data(),
        Costs(),
        budget,
        resources,
        lambda _: None,
        lambda *one: seen.append(one[1]),
    )
    found = comparing.run()
    assert comparing.comparisons == []
    assert found[-1].candidate.parameters == SMALL
    with mlflow.start_run(
        experiment_id=open_registry(f"sqlite:///{tmp_path}/mlflow.db").experiment
    ):
        assert seen[-1] is not None
        tracking.log_trials(seen[-1])


@pytest.mark.parametrize(
    ("rises", "label"),
    [({"FIRST"}, "lightgbm, monotone"), (set(), "lightgbm")],
)
def test_risk_goes_where_it_is_known_to_go_and_the_price_is_told(
    small: None, tmp_path: Path, rises: set[str], label: str
) -> None:
    found, comparing = climbed(tmp_path, raises_risk=frozenset(rises))
    assert found[-1].candidate.label == label
    told = [(one.base, one.variant) for one in comparing.comparisons]
    assert (("lightgbm", label) in told) == bool(rises)


def test_a_direction_that_surely_costs_something_is_not_served(
    small: None, tmp_path: Path
) -> None:
    found, comparing = climbed(tmp_path, lowers_risk=frozenset({"FIRST"}))
    assert found[-1].candidate.label == "lightgbm"
    assert comparing.comparisons[-1].variant == "lightgbm, monotone"
    assert comparing.comparisons[-1].loses(2.0)


def climbed(
    tmp_path: Path, **directions: Any
) -> tuple[tuple[Assessment, ...], model_comparison.ModelComparison]:
    comparing = model_comparison.ModelComparison(
        replace(data(), **directions),
        Costs(3, 1),
        model_comparison.Budget("tiny"),
        SearchResources(f"sqlite:///{tmp_path}/studies.db", jobs=1),
        lambda _: None,
        lambda *_: None,
    )
    return comparing.run(), comparing


def test_a_comparison_is_paired_and_pays_beyond_chance() -> None:
    costs = Costs(3, 1)
    made = candidates.lightgbm(SMALL)
    base = assess(made, data(), costs, lambda _: None, jobs=1)
    same = compare(base, base, data().target)
    assert (same.business_score, same.auc, same.pays) == (0.0, 0.0, False)
    none = assess(candidates.dummy(), data(), costs, lambda _: None, jobs=1)
    found = compare(none, base, data().target)
    gained = base.metrics.business_score - none.metrics.business_score
    assert found.business_score == pytest.approx(gained)
    assert found.pays
    assert not compare(base, none, data().target).pays


@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("strategy", [NONE, UNDER_SAMPLING])
def test_fitting_twice_gives_the_same_model_text(strategy: str, seeds: int) -> None:
    hashes = set()
    for _ in range(2):
        made = candidates.lightgbm(SMALL, strategy, seeds=seeds)
        known = data()
        model = made.fit(known.inputs, known.target, list(known.categories))
        text = booster_of(model).model_to_string()
        hashes.add(hashlib.sha256(text.encode()).hexdigest())
    assert len(hashes) == 1
    assert isinstance(model, LGBMClassifier) == (strategy == NONE and seeds == 1)


def test_the_learning_curve_takes_the_same_clients_each_time() -> None:
    rows = np.arange(10) * 3
    assert list(learned_from(rows, 0.5)) == list(rows[learned_from(np.arange(10), 0.5)])
    assert len(set(learned_from(rows, 0.5))) == 5


def test_the_commit_is_told_only_inside_a_repository(tmp_path: Path) -> None:
    assert tracking.git_commit(tmp_path) is None
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "One"], check=True)
    commit = tracking.git_commit(tmp_path)
    assert commit is not None
    assert len(commit) == 40
