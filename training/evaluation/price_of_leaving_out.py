"""What leaving out costs that an applicant cannot be held to, on the same folds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from training.evaluation.comparison import compare
from training.evaluation.cross_validation import assess
from training.evaluation.trained_model import TrainedModel
from training.models.dataset import Labelled, only
from training.tables.layout import Layout
from training.tables.schema import LEFT_OUT, Type


def prices(
    trained: TrainedModel,
    applications: pd.DataFrame,
    progress: Callable[[str], None],
    jobs: int,
) -> list[dict[str, Any]]:
    """The plain model's AUC and business score without and with what is left out.

    By its use, each with its `difference`, without less with, and the standard error
    of that: over folds for the AUC, over clients for the score. Takes one
    cross-validation for each use.
    """
    layout, measured = trained.store.layout, []
    for use in LEFT_OUT:
        names = [n for n in layout.left_out if layout.application[n].use is use]
        if names:
            progress(f"columns left out, {use}: what they are worth")
            price = _price(trained, applications[names], jobs)
            measured.append({"use": use, "columns": names, **price})
    return measured


def _price(
    trained: TrainedModel, columns: pd.DataFrame, jobs: int
) -> dict[str, dict[str, float]]:
    data, names = trained.offered, set(columns)
    are_in = names <= set(data.inputs.columns)
    others = [name for name in data.inputs.columns if name not in names]
    layout = trained.store.layout
    other = only(data, others) if are_in else _with(data, layout, columns)
    plain = trained.plain.candidate
    judged = assess(plain, other, trained.costs, lambda _: None, jobs)
    included, left_out = (trained.plain, judged) if are_in else (judged, trained.plain)
    comparison = compare(included, left_out, data.target)
    return {
        "auc": {
            "without": left_out.metrics.auc,
            "with": included.metrics.auc,
            "difference": comparison.auc,
            "standard_error": comparison.auc_se,
        },
        "business_score": {
            "without": left_out.metrics.business_score,
            "with": included.metrics.business_score,
            "difference": comparison.business_score,
            "standard_error": comparison.business_score_se,
        },
    }


def _with(data: Labelled, layout: Layout, columns: pd.DataFrame) -> Labelled:
    """The columns as further inputs."""
    names = list(map(str, columns))
    categories = {
        name: sorted(columns[name].dropna().unique())
        for name in names
        if layout.application[name].type is Type.CATEGORY
    }
    added = {name: _numbers(columns[name], categories.get(name)) for name in names}
    inputs = data.inputs.assign(**added).astype(np.float32)
    return replace(data, inputs=inputs, categories={**data.categories, **categories})


def _numbers(values: pd.Series, categories: Sequence[str] | None) -> np.ndarray:
    if categories is None:
        return values.to_numpy(np.float32)
    codes = pd.Categorical(values, pd.Index(categories)).codes.astype(np.float32)
    return np.where(codes < 0, np.nan, codes)
