"""A search survives its processes, is shared by them, and repeats itself."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState

from tests.conftest import ROOT
from tests.training.tuning.search_worker import FAMILY, data
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs
from training.models import candidates
from training.tuning.hyperparameter_search import (
    TRIED,
    SearchResources,
    search,
    study_beside,
    study_name,
)
from training.tuning.one_standard_error_rule import best_parameters
from training.tuning.search_spaces import LIGHTGBM, same

# Optuna marks what this needs as experimental.
pytestmark = pytest.mark.filterwarnings("ignore::Warning")
retry_history = RetryHeartbeatStaleTrialCallback.retry_history
WORKER = "tests.training.tuning.search_worker"


def process(url: str, trials: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", "-m", WORKER, url, str(trials)]
    return subprocess.Popen(command, cwd=ROOT)


def open_study(url: str) -> optuna.Study:
    name = study_name(FAMILY, data(), Costs())
    return optuna.load_study(study_name=name, storage=SearchResources(url).open())


def tried(url: str) -> list[optuna.trial.FrozenTrial]:
    return open_study(url).get_trials(states=TRIED)


def test_a_killed_search_goes_on_and_two_processes_end_at_the_budget(
    tmp_path: Path,
) -> None:
    url = study_beside(f"sqlite:///{tmp_path}/mlflow.db")
    doomed = process(url, 24)
    while not Path(tmp_path, "studies.db").exists() or not _running(url, after=2):
        assert doomed.poll() is None, "ended before it could be killed"
        time.sleep(0.05)
    doomed.kill()
    doomed.wait()
    before = {one.number for one in tried(url)}
    assert 2 <= len(before) < 24
    both = [process(url, 24), process(url, 24)]
    assert [one.wait(timeout=100) for one in both] == [0, 0]
    after = tried(url)
    assert len(after) == 24
    assert before < {one.number for one in after}
    # The point that the killed process was at was tried again.
    retried = {number: one.params for one in after for number in retry_history(one)}
    for lost in open_study(url).get_trials(states=(TrialState.FAIL,)):
        if lost.params:
            assert lost.params.items() <= retried[lost.number].items()


def _running(url: str, after: int) -> bool:
    """Whether a trial is under way after so many."""
    try:
        found = open_study(url)
    except (KeyError, optuna.exceptions.OptunaError):
        return False
    running = found.get_trials(states=(TrialState.RUNNING,))
    return len(tried(url)) >= after and bool(running)


def test_a_trial_that_died_before_any_sign_of_life_is_tried_again(
    tmp_path: Path,
) -> None:
    resources = SearchResources(
        f"sqlite:///{tmp_path}/studies.db", jobs=1, heartbeat_seconds=1
    )
    name = study_name(FAMILY, data(), Costs())
    optuna.create_study(storage=resources.url, study_name=name).ask()
    study = search(FAMILY, data(), Costs(), 2, resources, progress=lambda _: None)
    assert len(study.get_trials(states=TRIED)) == 2
    assert study.trials[0].state == TrialState.FAIL
    assert 0 in {number for one in study.trials for number in retry_history(one)}


def test_the_search_tries_the_defaults_first_and_repeats_itself(tmp_path: Path) -> None:
    runs = []
    for name in ("one", "other"):
        resources = SearchResources(f"sqlite:///{tmp_path}/{name}.db", jobs=1)
        study = search(FAMILY, data(), Costs(), 8, resources, progress=lambda _: None)
        runs.append([(one.params, one.value, one.state) for one in study.trials])
        assert FAMILY.with_values(study.trials[0].params) == FAMILY.defaults
        assert best_parameters(study, FAMILY) in [
            FAMILY.with_values(one.params) for one in study.get_trials(states=TRIED)
        ]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 8


def test_of_trials_of_equal_cost_the_one_of_highest_auc_is_taken() -> None:
    study = optuna.create_study()
    for leaves, costs, auc in (
        (5, (0.50, 0.52, 0.48), 0.71),  # the cheapest
        (6, (0.51, 0.49, 0.51), 0.74),  # as cheap but for chance, and ranks best
        (7, (0.60, 0.62, 0.58), 0.79),  # surely dearer
    ):
        means = np.cumsum(costs) / np.arange(1, 4)
        trial = optuna.create_trial(
            params={"num_leaves": leaves},
            distributions={"num_leaves": optuna.distributions.IntDistribution(4, 32)},
            value=means[-1],
            intermediate_values=dict(enumerate(means)),
            user_attrs={"auc": auc},
        )
        study.add_trial(trial)
    plain = replace(FAMILY, searched=same, parameters=same)
    assert best_parameters(study, plain)["num_leaves"] == 6


def test_the_space_of_lightgbm_holds_its_defaults() -> None:
    start = LIGHTGBM.start()
    assert LIGHTGBM.with_values(start) == dict(candidates.LIGHTGBM)
    for name, one in LIGHTGBM.space.items():
        assert one.low <= start[name] <= one.high, name


def test_no_trial_begins_when_time_is_up(tmp_path: Path) -> None:
    resources = SearchResources.within(f"sqlite:///{tmp_path}/studies.db", 1e-9, 1)
    said: list[str] = []
    study = search(FAMILY, data(), Costs(), 8, resources, progress=said.append)
    assert said == ["lightgbm: time is up after 0 of 8 trials"]
    assert best_parameters(study, FAMILY) == FAMILY.defaults


def test_a_database_that_cannot_be_opened_is_named() -> None:
    with pytest.raises(ConfigurationError, match="study sqlite:////nowhere/at/all.db"):
        SearchResources("sqlite:////nowhere/at/all.db").open()
