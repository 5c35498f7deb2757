"""Hyper-parameters by cross-validated business score; survives, and can be shared.

The study lives in a database. Whoever opens it, after a crash or on another machine,
goes on with it; the budget counts the trials of all. The points tried depend only on
the trials before, so one process alone finds the same again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import (
    RDBStorage,
    RetryHeartbeatStaleTrialCallback,
    fail_stale_trials,
)
from optuna.trial import TrialState
from sklearn.base import BaseEstimator
from sklearn.metrics import check_scoring
from sqlalchemy.exc import SQLAlchemyError

from training.errors import ConfigurationError
from training.models.candidates import SEED
from training.models.choosing import AUC
from training.models.cost import Costs, business_scorer
from training.models.matrix import Labelled, fingerprint
from training.models.spaces import Rung
from training.models.validation import FOLDS, each_fold, folds
from training.registry.store import SQLITE

TRIED = (TrialState.COMPLETE, TrialState.PRUNED)
TAKEN = (*TRIED, TrialState.RUNNING, TrialState.WAITING)
WAIT_SECONDS = 1.0
LOCK_SECONDS = 120
# Two processes that come first both make the tables: one of them has to look again.
OPENINGS = 5
MADE_BY_ANOTHER = re.compile("already exists|UNIQUE constraint|duplicate key")


@dataclass(frozen=True)
class Place:
    """Where studies are kept, and how much time and how many processes there are.

    `deadline` is in the seconds of `time.monotonic`. A process that gives no sign of
    life for three heartbeats is taken for dead, and its trial is tried again.
    """

    url: str
    deadline: float = float("inf")
    jobs: int = -1
    heartbeat_seconds: int = 20

    @classmethod
    def within(cls, url: str, minutes: float | None, jobs: int) -> Place:
        if minutes is None:
            return cls(url, jobs=jobs)
        return cls(url, time.monotonic() + 60 * minutes, jobs)

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def share(self, part: float) -> Place:
        """The same with only this part of the time that is left."""
        return replace(self, deadline=time.monotonic() + part * self.seconds_left)

    def open(self) -> RDBStorage:
        """Raises ConfigurationError when the database cannot be used."""
        for _ in range(OPENINGS):
            try:
                return self._open()
            except (SQLAlchemyError, ImportError) as error:
                first = str(error).splitlines()[0]
                if not MADE_BY_ANOTHER.search(first):
                    break
            time.sleep(WAIT_SECONDS)
        raise ConfigurationError(
            f"study {self.url}: expected a database that can be opened: {first}"
        )

    def _open(self) -> RDBStorage:
        lock: dict[str, Any] = {}
        if self.url.startswith("sqlite"):
            lock = {"connect_args": {"timeout": LOCK_SECONDS}}
        return RDBStorage(
            self.url.replace("postgresql://", "postgresql+psycopg://", 1),
            engine_kwargs=lock,
            heartbeat_interval=self.heartbeat_seconds,
            grace_period=3 * self.heartbeat_seconds,
            heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
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


@dataclass
class Clock:
    """How long this process's trials take."""

    seconds: list[float] = field(default_factory=list)

    def left(self, trials: int, place: Place) -> str:
        if not self.seconds:
            return ""
        expected = float(np.mean(self.seconds)) * trials
        expected = max(0.0, min(expected, place.seconds_left))
        return f", about {expected / 60:.1f} min left"


def study_name(rung: Rung, data: Labelled, costs: Costs) -> str:
    """The same for all who look for the same thing in the same data."""
    about = [
        fingerprint(data),
        list(map(str, data.inputs.columns)),
        [costs.to_json(), costs.by_amount],
        [FOLDS, SEED],
        rung.to_json(),
    ]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    return f"{rung.name}-{digest.hexdigest()[:16]}"


def search(
    rung: Rung,
    data: Labelled,
    costs: Costs,
    trials: int,
    place: Place,
    *,
    progress: Callable[[str], None],
) -> optuna.Study:
    """Try points of the rung's space until the study has so many trials, or time is up.

    Raises:
        ConfigurationError: the study's database cannot be used.
    """
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    with warnings.catch_warnings():
        # Heartbeats are called experimental; the tests kill processes to hold them.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return _search(rung, data, costs, trials, place, progress)


def _search(
    rung: Rung,
    data: Labelled,
    costs: Costs,
    trials: int,
    place: Place,
    progress: Callable[[str], None],
) -> optuna.Study:
    storage = place.open()
    study = optuna.create_study(
        storage=storage,
        study_name=study_name(rung, data, costs),
        load_if_exists=True,
        # One fold is mostly luck: only the worst quarter of two or more is given up.
        pruner=optuna.pruners.PercentilePruner(
            75.0, n_startup_trials=4, n_warmup_steps=1
        ),
    )
    if not study.trials:
        study.enqueue_trial(rung.start(), skip_if_exists=True)
    objective = _objective(rung, data, costs, trials, place)
    clock, watched = Clock(), set[int]()
    while (tried := _count(study, TRIED)) < trials:
        if place.seconds_left <= 0:
            progress(f"{rung.name}: time is up after {tried} of {trials} trials")
            break
        fail_stale_trials(study)
        _watch(study, storage, watched)
        if _count(study, (*TRIED, TrialState.RUNNING)) >= trials:
            # Others are at the last ones; should they die, this process takes over.
            time.sleep(WAIT_SECONDS)
            continue
        started = time.monotonic()
        study.optimize(objective, n_trials=1, catch=(NotWanted,))
        clock.seconds.append(time.monotonic() - started)
        progress(_said(study, rung, trials, clock, place))
    return study


def _watch(study: optuna.Study, storage: RDBStorage, watched: set[int]) -> None:
    """Give each trial under way a sign of life, when it is first seen.

    One whose process was killed before its own first sign would never be missed.
    """
    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    for one in running:
        if one.number not in watched:
            storage.record_heartbeat(one._trial_id)
            watched.add(one.number)


def _objective(
    rung: Rung, data: Labelled, costs: Costs, trials: int, place: Place
) -> Callable[[optuna.Trial], float]:
    fold, weight = folds(data.target), costs.weight(data.inputs)
    scorer = check_scoring(
        scoring={"business_score": business_scorer(costs), "auc": "roc_auc"}
    )

    def judge(
        model: BaseEstimator, _: np.ndarray, test: np.ndarray
    ) -> dict[str, float]:
        given = {} if weight is None else {"sample_weight": weight[test]}
        found: dict[str, float] = scorer(
            model, data.inputs.iloc[test], data.target[test], **given
        )
        return found

    def objective(trial: optuna.Trial) -> float:
        if _beyond(trial, trials):
            raise NotWanted
        trial.study.sampler = _sampler(trial.number)
        candidate = rung.make(rung.suggest(trial))
        costly, ranking = [], []
        with closing(each_fold(candidate, data, fold, judge, place.jobs)) as runs:
            for step, (found, _) in enumerate(runs):
                # A scorer's greater is better; a cost's less is.
                costly.append(-found["business_score"])
                ranking.append(found["auc"])
                trial.report(float(np.mean(costly)), step)
                trial.set_user_attr(AUC, float(np.mean(ranking)))
                if place.seconds_left <= 0:
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
    before = [
        one
        for one in trial.study.get_trials(deepcopy=False, states=TAKEN)
        if one.number < trial.number
    ]
    return len(before) >= trials


def _count(study: optuna.Study, states: tuple[TrialState, ...]) -> int:
    return len(study.get_trials(deepcopy=False, states=states))


def _said(
    study: optuna.Study, rung: Rung, trials: int, clock: Clock, place: Place
) -> str:
    tried = _count(study, TRIED)
    known = _count(study, (TrialState.COMPLETE,)) > 0
    best = f", best business score {study.best_value:.4f}" if known else ""
    left = clock.left(trials - tried, place)
    return f"{rung.name}: {tried} of {trials} trials{best}{left}"
