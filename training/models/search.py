"""Hyper-parameters of LightGBM, chosen by the business score out of fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import optuna

from training.models.candidates import LIGHTGBM, SEED, Candidate, lightgbm
from training.models.cost import Costs
from training.models.matrix import Labelled
from training.models.validation import Assessment, assess


@dataclass(frozen=True)
class Budget:
    """How much is tried: `trials` sets of hyper-parameters beside the default."""

    name: str
    trials: int


BUDGETS = {
    b.name: b for b in (Budget("quick", 0), Budget("standard", 12), Budget("full", 60))
}


def search(
    data: Labelled,
    costs: Costs,
    budget: Budget,
    *,
    progress: Callable[[str], None],
    record: Callable[[Assessment], None],
) -> Assessment:
    """The LightGBM that costs least, out of the default and the budget's trials.

    `record` is called with every trial's assessment.
    """
    chosen = assess(lightgbm(), data, costs, progress)
    record(chosen)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED))
    for number in range(budget.trials):
        trial = study.ask()
        one = assess(suggest(trial), data, costs, lambda _: None)
        study.tell(trial, one.metrics.business_score)
        record(one)
        if one.metrics.business_score < chosen.metrics.business_score:
            chosen = one
        progress(
            f"lightgbm: trial {number + 1} of {budget.trials},"
            f" best business score {chosen.metrics.business_score:.4f}"
        )
    return chosen


def suggest(trial: optuna.Trial) -> Candidate:
    """One set of hyper-parameters around the default."""
    rate = trial.suggest_float("learning_rate", 0.01, 0.06, log=True)
    parameters = {
        **LIGHTGBM,
        "learning_rate": rate,
        # Slower learning needs more trees for the same fit.
        "n_estimators": int(trial.suggest_float("fit", 6.0, 20.0, log=True) / rate),
        "num_leaves": trial.suggest_int("num_leaves", 6, 32, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 20, 200, log=True),
        "colsample_bytree": trial.suggest_float(
            "colsample_bytree", 0.05, 0.5, log=True
        ),
        "reg_lambda": trial.suggest_float("reg_lambda", 1.0, 100.0, log=True),
        "cat_smooth": trial.suggest_float("cat_smooth", 10.0, 100.0, log=True),
    }
    return lightgbm(parameters)
