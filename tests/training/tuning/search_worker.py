"""A process that searches: `python -m …search_worker STUDY_URL TRIALS`."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from training.evaluation.business_cost import Costs
from training.models import candidates
from training.models.dataset import Labelled
from training.tuning.hyperparameter_search import SearchResources, search
from training.tuning.search_spaces import LIGHTGBM, ModelFamily, Range

FAMILY = ModelFamily(
    "lightgbm",
    candidates.lightgbm,
    {**candidates.LIGHTGBM, "n_estimators": 60, "colsample_bytree": 1.0},
    {"num_leaves": Range(4, 32, whole=True), "learned": Range(0.5, 10.0)}
    | {"learning_rate": Range(0.01, 0.2)},
    LIGHTGBM.searched,
    LIGHTGBM.parameters,
)


def data() -> Labelled:
    """Two scores; the risk rises with the first."""
    random = np.random.default_rng(0)
    score = random.normal(size=(600, 2))
    margin = score[:, 0] - 1.5
    target = (random.random(600) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    inputs = pd.DataFrame(score.astype(np.float32), columns=["FIRST", "SECOND"])
    return Labelled(inputs, target, np.arange(600), {})


def main(url: str, trials: int) -> None:
    resources = SearchResources(url, jobs=1, heartbeat_seconds=1)
    search(FAMILY, data(), Costs(), trials, resources, progress=lambda _: None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
