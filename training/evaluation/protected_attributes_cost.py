"""What leaving the protected attributes out costs, measured on the same folds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from training.evaluation.comparison import compare
from training.evaluation.cross_validation import assess
from training.evaluation.trained_model import TrainedModel
from training.models.dataset import Labelled, only


def price_of_protected(
    trained: TrainedModel,
    applications: pd.DataFrame,
    progress: Callable[[str], None],
    jobs: int,
) -> dict[str, Any]:
    """The plain model's AUC and business score without and with the attributes.

    Each with its `difference`, without less with, and the standard error of that:
    over folds for the AUC, over clients for the score. Takes one cross-validation.
    """
    data, protected = trained.offered, trained.store.layout.kept_out
    are_in = set(protected) <= set(data.inputs.columns)
    others = [name for name in data.inputs.columns if name not in protected]
    other = only(data, others) if are_in else _with(data, applications[[*protected]])
    progress("protected attributes: what they are worth")
    plain = trained.plain.candidate
    judged = assess(plain, other, trained.costs, lambda _: None, jobs)
    included, left_out = (trained.plain, judged) if are_in else (judged, trained.plain)
    comparison = compare(included, left_out, data.target)
    return {
        "attributes": list(protected),
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


def _with(data: Labelled, protected: pd.DataFrame) -> Labelled:
    """The attributes as further category inputs."""
    categories = {
        str(name): sorted(values.dropna().unique())
        for name, values in protected.items()
    }
    codes = {
        name: pd.Categorical(protected[name], values).codes.astype(np.float32)
        for name, values in categories.items()
    }
    columns = {
        name: np.where(column < 0, np.nan, column) for name, column in codes.items()
    }
    inputs = data.inputs.assign(**columns).astype(np.float32)
    return replace(data, inputs=inputs, categories={**data.categories, **categories})
