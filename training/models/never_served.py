"""Boosted trees of other libraries, which tell what a served model leaves on the table.

They are an extra (`ceiling`), and nothing of theirs enters a bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from training.arrays import Array
from training.models.candidates import SEED, Candidate

CATBOOST: Mapping[str, Any] = {
    "iterations": 800,
    "learning_rate": 0.04,
    "depth": 5,
    "l2_leaf_reg": 20.0,
    "rsm": 0.2,
    "border_count": 63,
}
XGBOOST: Mapping[str, Any] = {
    "n_estimators": 600,
    "learning_rate": 0.03,
    "max_depth": 3,
    "min_child_weight": 5.0,
    "colsample_bytree": 0.2,
    "subsample": 0.8,
    "reg_lambda": 100.0,
    "max_bin": 63,
}


# The code of what is missing, and of a category that training did not see.
UNKNOWN = -1
Known = Mapping[str, Sequence[int]]


class WithCategories(BaseEstimator):
    """A fitted model that is given codes, and takes the categories that it knows."""

    def __init__(self, model: Any, known: Known) -> None:
        self.model = model
        self.known = known

    def predict_proba(self, inputs: pd.DataFrame) -> Array:
        chances = self.model.predict_proba(_as_categories(inputs, self.known))
        return np.asarray(chances, np.float64)


def _as_categories(inputs: pd.DataFrame, known: Known) -> pd.DataFrame:
    categories = {
        name: pd.Categorical(
            inputs[name].where(inputs[name].isin(codes), UNKNOWN).astype(int),
            [UNKNOWN, *codes],
        )
        for name, codes in known.items()
    }
    return inputs.assign(**categories)


def never_served() -> list[Candidate]:
    """One of each library that is installed."""
    makers = {"catboost": _catboost, "xgboost": _xgboost}
    return [make() for library, make in makers.items() if find_spec(library)]


def _catboost() -> Candidate:
    from catboost import CatBoostClassifier

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        model = CatBoostClassifier(
            **CATBOOST,
            cat_features=list(categories),
            random_seed=SEED,
            thread_count=1,
            verbose=False,
            allow_writing_files=False,
        )
        return _fitted(model, inputs, target, categories)

    return Candidate("catboost", fit, dict(CATBOOST))


def _xgboost() -> Candidate:
    from xgboost import XGBClassifier

    def fit(
        inputs: pd.DataFrame, target: Array, categories: Sequence[str]
    ) -> BaseEstimator:
        model = XGBClassifier(
            **XGBOOST, enable_categorical=True, random_state=SEED, n_jobs=1
        )
        return _fitted(model, inputs, target, categories)

    return Candidate("xgboost", fit, dict(XGBOOST))


def _fitted(
    model: Any, inputs: pd.DataFrame, target: Array, categories: Sequence[str]
) -> WithCategories:
    known = {
        name: sorted(inputs[name].dropna().astype(int).unique().tolist())
        for name in categories
    }
    return WithCategories(model.fit(_as_categories(inputs, known), target), known)
