"""The model that the serving figures are about: 300 features, 500 trees of 31 leaves.

python -m tests.benchmarks.reference_model HOUSE

What an explained decision takes grows with both, and a campaign chooses them as its
data asks for. This makes such a model of a house's features its champion.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow

from training.config import from_environment
from training.features.build import build
from training.features.sql import compile_features
from training.gates.examine import examine
from training.models.campaign import describe, refit
from training.models.candidates import LIGHTGBM, dummy, lightgbm, logistic_regression
from training.models.cost import Costs
from training.models.fewer import first, only, ranking
from training.models.matrix import load_labelled
from training.models.outcome import Outcome
from training.models.review import review
from training.models.validation import assess
from training.registry.promote import promote
from training.registry.register import register
from training.registry.store import open_registry

FEATURES = 300
# Of LightGBM's own size of tree, however few clients there are to fill it.
SIZE = {"n_estimators": 500, "num_leaves": 31, "min_child_samples": 10}
WHY = "a benchmark's model: of a given size, not chosen"


def main(folder: Path) -> None:
    registry, costs = open_registry(from_environment().tracking_uri), Costs()
    store, made = build(folder / "data", folder / "features", progress=quiet)
    offered = load_labelled(store, made)
    candidate = lightgbm({**LIGHTGBM, **SIZE})
    whole = candidate.fit(offered.inputs, offered.target, list(offered.categories))
    names = first(ranking(whole, offered.inputs), offered.inputs, FEATURES)
    data = only(offered, names)
    made = compile_features(made.tables, protected=True, only=names)
    with mlflow.start_run(experiment_id=registry.experiment, run_name="reference"):
        tried = tuple(
            assess(one, data, costs, quiet, 1)
            for one in (dummy(), logistic_regression(), candidate)
        )
        outcome = Outcome(
            booster=refit(tried[-1], data),
            store=store,
            data=data,
            offered=offered,
            made=made,
            assessments=tried,
            chosen=tried[-1],
            plain=tried[-1],
            costs=costs,
            about=describe(data, made),
        )
        found = review(outcome, price=False, progress=quiet, jobs=1)
        register(registry, outcome, found, examine(outcome, found, 1))
    promote(registry, override=WHY)


def quiet(_: str) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
