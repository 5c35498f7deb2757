"""Hyper-parameters by cross-validated business score; survives, and can be shared.

The study lives in a database. Whoever opens it, after a crash or on another machine,
goes on with it; the budget counts the trials of all. The points tried depend only on
the trials before, so one process alone finds the same again.
"""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import optuna
from optuna.storages import (
    RDBStorage,
    RetryHeartbeatStaleTrialCallback,
    fail_stale_trials,
)
from optuna.study import MaxTrialsCallback
from optuna.trial import FrozenTrial, TrialState
from sklearn.base import BaseEstimator
from sklearn.metrics import check_scoring
from sqlalchemy.exc import SQLAlchemyError

from training.config import SQLITE
from training.errors import ConfigurationError
from training.evaluation.business_cost import Costs, business_scorer
from training.evaluation.cross_validation import FOLDS, each_fold, folds
from training.models.candidates import SEED
from training.models.dataset import Labelled, fingerprint
from training.tuning.one_standard_error_rule import AUC
from training.tuning.search_spaces import ModelFamily

TRIED = (TrialState.COMPLETE, TrialState.PRUNED)
WAIT_SECONDS = 0.5
LOCK_SECONDS = 120
# Two processes that come first both make the tables: one of them has to look again.
OPENINGS = 5

Callback = Callable[[optuna.Study, FrozenTrial], None]


@dataclass(frozen=True)
class SearchResources:
    """Where studies are kept, and how much time and how many processes there are.

    `deadline` is in the seconds of `time.monotonic`. A process that gives no sign of
    life for three heartbeats is taken for dead, and its trial is tried again.
    """

    url: str
    deadline: float = float("inf")
    jobs: int = -1
    heartbeat_seconds: int = 20

    @classmethod
    def within(cls, url: str, minutes: float | None, jobs: int) -> SearchResources:
        if minutes is None:
            return cls(url, jobs=jobs)
        return cls(url, time.monotonic() + 60 * minutes, jobs)

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def share(self, part: float) -> SearchResources:
        """The same with only this part of the time that is left."""
        return replace(self, deadline=time.monotonic() + part * self.seconds_left)

    def open(self) -> RDBStorage:
        """Raises ConfigurationError when the database cannot be used."""
        lock = {}
        if self.url.startswith("sqlite"):
            lock = {"connect_args": {"timeout": LOCK_SECONDS}}
        for _ in range(OPENINGS):
            try:
                return RDBStorage(
                    self.url.replace("postgresql://", "postgresql+psycopg://", 1),
                    engine_kwargs=lock,
                    heartbeat_interval=self.heartbeat_seconds,
                    grace_period=3 * self.heartbeat_seconds,
                    heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
                )
            except (SQLAlchemyError, ImportError) as error:
                first = str(error).splitlines()[0]
            time.sleep(WAIT_SECONDS)
        raise ConfigurationError(
            f"study {self.url}: expected a database that can be opened: {first}"
        )


def study_beside(tracking_uri: str) -> str:
    """The studies' database beside MLflow's file; in `var/` when that is a server."""
    folder = Path("var")
    if tracking_uri.startswith(SQLITE):
        folder = Path(tracking_uri.removeprefix(SQLITE)).parent
    folder.mkdir(parents=True, exist_ok=True)
    return f"{SQLITE}{folder / 'studies.db'}"


class NotWanted(Exception):
    """A trial beyond the budget or the time: it is not counted."""


def study_name(family: ModelFamily, data: Labelled, costs: Costs) -> str:
    """The same for all who look for the same thing in the same data."""
    about = [
        fingerprint(data),
        list(map(str, data.inputs.columns)),
        [costs.to_json(), costs.by_amount],
        [FOLDS, SEED],
        family.to_json(),
    ]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    return f"{family.name}-{digest.hexdigest()[:16]}"


def search(
    family: ModelFamily,
    data: Labelled,
    costs: Costs,
    trials: int,
    resources: SearchResources,
    *,
    progress: Callable[[str], None],
) -> optuna.Study:
    """Try points of the family's space until there are so many trials, or time is up.

    Raises:
        ConfigurationError: the study's database cannot be used.
    """
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    with warnings.catch_warnings():
        # Heartbeats are called experimental; the tests kill processes to hold them.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        storage = resources.open()
        study = optuna.create_study(
            storage=storage,
            study_name=study_name(family, data, costs),
            load_if_exists=True,
            # One fold is mostly luck: of two and more, the worst quarter is given up.
            pruner=optuna.pruners.PercentilePruner(
                75.0, n_startup_trials=4, n_warmup_steps=1
            ),
        )
        if not study.trials:
            study.enqueue_trial(family.start(), skip_if_exists=True)
        if len(_of(study, *TRIED)) < trials:
            study.optimize(
                _objective(family, data, costs, trials, resources),
                timeout=resources.seconds_left,
                catch=(NotWanted,),
                callbacks=[
                    _telling(family, trials, resources, progress),
                    _waiting(storage, trials, resources),
                    MaxTrialsCallback(trials, TRIED),
                ],
            )
    if (tried := len(_of(study, *TRIED))) < trials:
        progress(f"{family.name}: time is up after {tried} of {trials} trials")
    return study


def _of(study: optuna.Study, *states: TrialState) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=states)


def _telling(
    family: ModelFamily,
    trials: int,
    resources: SearchResources,
    progress: Callable[[str], None],
) -> Callback:
    """Says how far the study is, and how long as many trials took so far."""

    def tell(study: optuna.Study, _: FrozenTrial) -> None:
        if not (tried := _of(study, *TRIED)):
            return
        durations = [
            trial.duration.total_seconds() for trial in tried if trial.duration
        ]
        left = float(np.mean(durations)) * max(0, trials - len(tried))
        left = max(0.0, min(left, resources.seconds_left))
        progress(
            f"{family.name}: {len(tried)} of {trials} trials, best business score "
            f"{study.best_value:.4f}, about {left / 60:.1f} min left"
        )

    return tell


def _waiting(storage: RDBStorage, trials: int, resources: SearchResources) -> Callback:
    """Waits while others are at the last trials; should they die, this process goes on.

    Each trial under way gets a sign of life when it is first seen: one whose process
    was killed before its own first sign would never be missed.
    """
    watched = set[int]()

    def wait(study: optuna.Study, _: FrozenTrial) -> None:
        while resources.seconds_left > 0:
            for trial in _of(study, TrialState.RUNNING):
                if trial.number not in watched:
                    storage.record_heartbeat(trial._trial_id)
                    watched.add(trial.number)
            fail_stale_trials(study)
            tried, running = _of(study, *TRIED), _of(study, TrialState.RUNNING)
            if not len(tried) < trials <= len(tried) + len(running):
                return
            time.sleep(WAIT_SECONDS)

    return wait


def _objective(
    family: ModelFamily,
    data: Labelled,
    costs: Costs,
    trials: int,
    resources: SearchResources,
) -> Callable[[optuna.Trial], float]:
    fold, weight = folds(data.target), costs.weight(data.inputs)
    scorer = check_scoring(
        scoring={"business_score": business_scorer(costs), "auc": "roc_auc"}
    )

    def judge(
        model: BaseEstimator, _: np.ndarray, test: np.ndarray
    ) -> dict[str, float]:
        weights = {} if weight is None else {"sample_weight": weight[test]}
        scores: dict[str, float] = scorer(
            model, data.inputs.iloc[test], data.target[test], **weights
        )
        return scores

    def objective(trial: optuna.Trial) -> float:
        if _beyond(trial, trials):
            raise NotWanted
        trial.study.sampler = _sampler(trial.number)
        candidate = family.make(family.suggest(trial))
        costly, ranking = [], []
        with closing(each_fold(candidate, data, fold, judge, resources.jobs)) as runs:
            for step, (scores, _) in enumerate(runs):
                # A scorer's greater is better; a cost's less is.
                costly.append(-scores["business_score"])
                ranking.append(scores["auc"])
                trial.report(float(np.mean(costly)), step)
                trial.set_user_attr(AUC, float(np.mean(ranking)))
                if resources.seconds_left <= 0:
                    raise NotWanted
                if step + 1 < FOLDS and trial.should_prune():
                    raise optuna.TrialPruned
        return float(np.mean(costly))

    return objective


def _sampler(number: int) -> optuna.samplers.BaseSampler:
    """Of its own for each trial, so that a restart or a helper draws nothing twice."""
    return optuna.samplers.TPESampler(
        seed=SEED + number, n_startup_trials=5, multivariate=False, constant_liar=True
    )


def _beyond(trial: optuna.Trial, trials: int) -> bool:
    """Whether the trials that began before this one are enough.

    A trial's number is given by the database, so of several processes that take the
    last place at once just one keeps it.
    """
    taken = _of(trial.study, *TRIED, TrialState.RUNNING, TrialState.WAITING)
    return sum(other.number < trial.number for other in taken) >= trials
