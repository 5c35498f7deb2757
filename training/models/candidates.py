"""The ladder, simple to complex: each a stock scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from training.arrays import Array
from training.models.imbalance import NONE, SYNTHETIC, dealing_with
from training.models.preprocessing import ALL_ON, Transformations, dense_columns
from training.models.scorecard import Scale
from training.models.seed_averaging import Averaged, merge
from training.models.weight_of_evidence import WeightOfEvidence

SEED = 20
DUMMY = "dummy"
LIGHTGBM: Mapping[str, Any] = {
    "n_estimators": 600,
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_child_samples": 60,
    "colsample_bytree": 0.2,
    "subsample": 0.8,
    "subsample_freq": 1,
    # Added to a leaf's sum of p(1 - p): it holds back leaves of few clients and hardly
    # those of many, so that one value does for small and large portfolios.
    "reg_lambda": 100.0,
    "max_bin": 63,
    "cat_smooth": 30.0,
    "cat_l2": 30.0,
}
LOGISTIC_REGRESSION: Mapping[str, Any] = {"C": 0.003}
RANDOM_FOREST: Mapping[str, Any] = {
    "n_estimators": 100,
    "min_samples_leaf": 20,
    "max_features": 0.06,
    "max_samples": 0.3,
}
SCORECARD: Mapping[str, Any] = {"C": 0.1}
EXPLAINABLE_BOOSTING: Mapping[str, Any] = {
    "interactions": 10,
    "max_bins": 128,
    "learning_rate": 0.02,
    "outer_bags": 4,
}
# With no input is it known where the risk goes.
NOWHERE: Mapping[str, int] = MappingProxyType({})
# A forest whose trees all agree is not certain.
LEAST_PROBABILITY = 1e-6

Fit = Callable[[pd.DataFrame, Array, Sequence[str]], BaseEstimator]


@dataclass(frozen=True)
class Candidate:
    """A model to try: `fit` takes inputs, target and the names of category columns.

    `variant` says in what it differs from the plain model of that name; `monotone`
    with which inputs risk may only fall (-1) or rise (1), where that is asked for.
    """

    name: str
    fit: Fit
    parameters: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    strategy: str = NONE
    monotone: Mapping[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.name}, {self.variant}" if self.variant else self.name


def dummy() -> Candidate:
    """The same probability for everyone: the default rate."""

    def fit(inputs: pd.DataFrame, target: Array, _: Sequence[str]) -> BaseEstimator:
        return DummyClassifier(strategy="prior").fit(inputs, target)

    return Candidate(DUMMY, fit)


def logistic_regression(
    parameters: Mapping[str, Any] = LOGISTIC_REGRESSION,
    strategy: str = NONE,
    on: Transformations = ALL_ON,
    variant: str = "",
) -> Candidate:
    """A weighted sum of dense, scaled columns, with a ridge penalty."""

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        # On scaled columns it takes a fifth of the time of a Newton step's Hessian.
        model = LogisticRegression(**parameters, solver="lbfgs", max_iter=1_000)
        columns = dense_columns(categories, on, SEED)
        return dealing_with(strategy, columns, model, SEED).fit(inputs, target)

    return Candidate(
        "logistic_regression",
        fit,
        dict(parameters),
        variant or _named(strategy),
        strategy,
    )


def random_forest(
    parameters: Mapping[str, Any] = RANDOM_FOREST, strategy: str = NONE
) -> Candidate:
    """Trees that each see some clients and some columns, averaged."""

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        model = RandomForestClassifier(**parameters, random_state=SEED, n_jobs=1)
        # Trees need no scale, but the distances of SMOTE do.
        columns = dense_columns(categories, ALL_ON, SEED)
        return dealing_with(strategy, columns, model, SEED).fit(inputs, target)

    return Candidate("random_forest", fit, dict(parameters), _named(strategy), strategy)


def scorecard(
    monotone: Mapping[str, int] = NOWHERE,
    parameters: Mapping[str, Any] = SCORECARD,
    scale: Scale = Scale(),  # noqa: B008  frozen
) -> Candidate:
    """Bins that are worth points, of which the margin is the sum.

    `monotone`: with which inputs risk may only fall (-1) or rise (1).
    """

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        model = WeightOfEvidence(**parameters, scale=scale, monotone=monotone)
        return model.fit(inputs, target, categories)

    return Candidate("scorecard", fit, {**parameters, **asdict(scale)})


def explainable_boosting(
    parameters: Mapping[str, Any] = EXPLAINABLE_BOOSTING,
) -> Candidate:
    """A sum of curves, one per input, and of a few maps of two inputs.

    Source: Nori et al., InterpretML, 2019; of the extra `rivals`.
    """

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        from interpret.glassbox import ExplainableBoostingClassifier

        kinds = [
            "nominal" if name in categories else "continuous" for name in inputs.columns
        ]
        model = ExplainableBoostingClassifier(
            **parameters, feature_types=kinds, random_state=SEED, n_jobs=1
        )
        return model.fit(inputs, target)

    return Candidate("explainable_boosting", fit, dict(parameters))


def lightgbm(
    parameters: Mapping[str, Any] = LIGHTGBM,
    strategy: str = NONE,
    *,
    monotone: Mapping[str, int] = NOWHERE,
    seeds: int = 1,
) -> Candidate:
    """Gradient-boosted trees; what is missing goes its own way at each split.

    `monotone`: with which inputs risk may only fall (-1) or rise (1); with none under
    SMOTE, whose columns are others. `seeds`: how many models, that draw other clients
    and columns, are averaged into one.
    """
    directions = {} if strategy == SYNTHETIC else dict(monotone)

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        models = [
            _boosted(parameters, strategy, directions, SEED + number)(
                inputs, target, categories
            )
            for number in range(seeds)
        ]
        if seeds == 1:
            return models[0]
        return Averaged(merge([booster_of(model) for model in models]))

    parts = [
        _named(strategy),
        "monotone" if directions else "",
        f"{seeds} seeds" if seeds > 1 else "",
    ]
    variant = ", ".join(part for part in parts if part)
    return Candidate("lightgbm", fit, dict(parameters), variant, strategy, directions)


def several(candidate: Candidate, seeds: int) -> Candidate:
    """The average of so many of a LightGBM that differ by chance."""
    return lightgbm(
        candidate.parameters,
        candidate.strategy,
        monotone=candidate.monotone,
        seeds=seeds,
    )


def at_most(candidate: Candidate, rounds: int) -> Candidate:
    """A LightGBM alone, of no more rounds of boosting."""
    parameters = {**candidate.parameters}
    parameters["n_estimators"] = min(rounds, parameters["n_estimators"])
    return lightgbm(parameters, candidate.strategy, monotone=candidate.monotone)


def _boosted(
    parameters: Mapping[str, Any], strategy: str, monotone: Mapping[str, int], seed: int
) -> Fit:
    """How to fit one LightGBM, its inputs as they come except for SMOTE."""
    # Same data, seed and versions give the same trees, bit for bit. One thread: the
    # folds are fitted side by side, each in its own process.
    model = LGBMClassifier(
        **parameters,
        random_state=seed,
        deterministic=True,
        force_col_wise=True,
        n_jobs=1,
        verbose=-1,
    )

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        if strategy == SYNTHETIC:
            columns = dense_columns(categories, ALL_ON, seed)
            return dealing_with(strategy, columns, model, seed).fit(inputs, target)
        if monotone:
            directions = [monotone.get(str(name), 0) for name in inputs.columns]
            model.set_params(monotone_constraints=directions)
        whole = dealing_with(strategy, None, model, seed)
        step = "model__" if isinstance(whole, Pipeline) else ""
        return whole.fit(
            inputs, target, **{f"{step}categorical_feature": list(categories)}
        )

    return fit


def _named(strategy: str) -> str:
    return "" if strategy == NONE else strategy


def booster_of(model: BaseEstimator) -> lgb.Booster:
    """The trees of a fitted LightGBM, be it alone or the last step of a pipeline."""
    fitted = model if hasattr(model, "booster_") else model[-1]
    booster: lgb.Booster = fitted.booster_
    return booster


def margins(model: BaseEstimator, inputs: pd.DataFrame) -> Array:
    """Log-odds of default, shape (clients,)."""
    if isinstance(model, LGBMClassifier):
        return np.asarray(
            model.booster_.predict(inputs.to_numpy(), raw_score=True, num_threads=1)
        )
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(inputs), np.float64)
    probability = model.predict_proba(inputs)[:, 1].astype(np.float64)
    probability = np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return np.asarray(np.log(probability) - np.log1p(-probability))
