"""The ladder, simple to complex: each a stock scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

from training.models.cost import Array

SEED = 20
LIGHTGBM: Mapping[str, Any] = {
    "n_estimators": 400,
    "learning_rate": 0.03,
    "num_leaves": 12,
    "min_child_samples": 60,
    "colsample_bytree": 0.2,
    "subsample": 0.8,
    "subsample_freq": 1,
    "reg_lambda": 10.0,
    "max_bin": 63,
    "cat_smooth": 30.0,
    "cat_l2": 30.0,
}


Fit = Callable[[pd.DataFrame, Array, Sequence[str]], BaseEstimator]


@dataclass(frozen=True)
class Candidate:
    """A model to try: `fit` takes inputs, target and the names of category columns."""

    name: str
    fit: Fit
    parameters: Mapping[str, Any] = field(default_factory=dict)


def dummy() -> Candidate:
    """The same probability for everyone: the default rate."""

    def fit(inputs: pd.DataFrame, target: Array, _: Sequence[str]) -> BaseEstimator:
        return DummyClassifier(strategy="prior").fit(inputs, target)

    return Candidate("dummy", fit)


def logistic_regression(strength: float = 0.003) -> Candidate:
    """Ranks on a normal scale, categories one-hot, and a ridge penalty."""

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        # Amounts have long tails: ranks keep outliers from ruling.
        numbers = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True),
            QuantileTransformer(
                n_quantiles=200, output_distribution="normal", random_state=SEED
            ),
        )
        texts = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        columns = ColumnTransformer(
            [("category", texts, list(categories))], remainder=numbers
        )
        model = LogisticRegression(C=strength, solver="newton-cholesky")
        return make_pipeline(columns, model).fit(inputs, target)

    return Candidate("logistic_regression", fit, {"C": strength})


def lightgbm(parameters: Mapping[str, Any] = LIGHTGBM) -> Candidate:
    """Gradient-boosted trees; what is missing goes its own way at each split."""

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        # Same data, seed and versions give the same trees, bit for bit. One thread:
        # the folds are fitted side by side, each in its own process.
        model = LGBMClassifier(
            **parameters,
            random_state=SEED,
            deterministic=True,
            force_col_wise=True,
            n_jobs=1,
            verbose=-1,
        )
        return model.fit(inputs, target, categorical_feature=list(categories))

    return Candidate("lightgbm", fit, dict(parameters))


def margins(model: BaseEstimator, inputs: pd.DataFrame) -> Array:
    """Log-odds of default, shape (clients,)."""
    if isinstance(model, LGBMClassifier):
        return np.asarray(model.booster_.predict(inputs.to_numpy(), raw_score=True))
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(inputs), np.float64)
    probability = model.predict_proba(inputs)[:, 1].astype(np.float64)
    return np.log(probability) - np.log1p(-probability)
