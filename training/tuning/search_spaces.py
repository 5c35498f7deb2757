"""The models of the ladder that have hyper-parameters, and where to look for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import optuna

from training.models import candidates
from training.models.candidates import Candidate

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Range:
    """From low to high, tried evenly on the logarithm."""

    low: float
    high: float
    whole: bool = False

    def suggest(self, trial: optuna.Trial, name: str) -> float:
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=True)
        return trial.suggest_float(name, self.low, self.high, log=True)


def same(values: Values) -> Values:
    return values


@dataclass(frozen=True)
class ModelFamily:
    """A model with a search space.

    `make` takes parameters and an imbalance strategy. `searched` turns parameters
    into what the space speaks of, and `parameters` back.
    """

    name: str
    make: Callable[..., Candidate]
    defaults: Values
    space: Mapping[str, Range]
    searched: Callable[[Values], Values] = same
    parameters: Callable[[Values], Values] = same

    def start(self) -> dict[str, Any]:
        """The default parameters, as a point of the space."""
        searched = self.searched(self.defaults)
        return {name: searched[name] for name in self.space if name in searched}

    def suggest(self, trial: optuna.Trial) -> dict[str, Any]:
        """Parameters for a trial: the defaults, but for those searched."""
        values = {
            name: bounds.suggest(trial, name) for name, bounds in self.space.items()
        }
        return self.with_values(values)

    def with_values(self, values: Values) -> dict[str, Any]:
        """The parameters at a point of the space."""
        return {**self.defaults, **self.parameters(values)}

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "defaults": dict(self.defaults),
            "space": {name: asdict(bounds) for name, bounds in self.space.items()},
        }


def _learned(parameters: Values) -> Values:
    """Trees times rate: slower learning needs more trees for the same fit."""
    fit = parameters["n_estimators"] * parameters["learning_rate"]
    return {**parameters, "learned": fit}


def _trees(values: Values) -> Values:
    rest = {name: value for name, value in values.items() if name != "learned"}
    return {**rest, "n_estimators": round(values["learned"] / values["learning_rate"])}


LOGISTIC_REGRESSION = ModelFamily(
    "logistic_regression",
    candidates.logistic_regression,
    candidates.LOGISTIC_REGRESSION,
    {"C": Range(1e-5, 1.0)},
)
RANDOM_FOREST = ModelFamily(
    "random_forest",
    candidates.random_forest,
    candidates.RANDOM_FOREST,
    {
        "min_samples_leaf": Range(5, 100, whole=True),
        "max_features": Range(0.02, 0.12),
    },
)
LIGHTGBM = ModelFamily(
    "lightgbm",
    candidates.lightgbm,
    candidates.LIGHTGBM,
    {
        # Slower learning gains little once seeds are averaged, and takes much time.
        "learning_rate": Range(0.02, 0.08),
        "learned": Range(8.0, 30.0),
        "num_leaves": Range(4, 24, whole=True),
        "min_child_samples": Range(20, 300, whole=True),
        "colsample_bytree": Range(0.06, 0.4),
        "reg_lambda": Range(5.0, 300.0),
        "cat_smooth": Range(10.0, 200.0),
    },
    _learned,
    _trees,
)
MODEL_FAMILIES = (LOGISTIC_REGRESSION, RANDOM_FOREST, LIGHTGBM)
