"""Several LightGBM models as one: its margin is the mean of theirs.

The trees of all stand in one text model, each leaf divided by the number of models.
So nothing that reads a model need know of it, and SHAP values stay exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from training.arrays import Array

SCALED = ("leaf_value", "internal_value", "shrinkage")


def merge(boosters: Sequence[lgb.Booster]) -> lgb.Booster:
    """One booster of the trees of all, which must be of the same inputs."""
    texts = [booster.model_to_string() for booster in boosters]
    header, _, rest = texts[0].partition("\nTree=0\n")
    parameters = rest[rest.index("end of trees") :]
    # Sizes of trees only help to read in parallel; without them all are read in turn.
    header = "\n".join(
        line for line in header.split("\n") if not line.startswith("tree_sizes=")
    )
    trees = [tree for text in texts for tree in _trees(text)]
    numbered = [
        f"Tree={number}\n" + "\n".join(_scaled(line, len(texts)) for line in tree)
        for number, tree in enumerate(trees)
    ]
    whole = "\n".join([header, *numbered, parameters])
    return lgb.Booster(model_str=whole)


def _trees(text: str) -> list[list[str]]:
    """The lines of each tree, without its number."""
    body = text[text.index("\nTree=0\n") : text.index("end of trees")]
    return [part.split("\n")[1:] for part in body.split("\nTree=")[1:]]


def _scaled(line: str, by: int) -> str:
    name, _, values = line.partition("=")
    if name not in SCALED:
        return line
    return f"{name}=" + " ".join(repr(float(number) / by) for number in values.split())


class Averaged(ClassifierMixin, BaseEstimator):
    """A merged booster as scikit-learn asks for a fitted classifier."""

    def __init__(self, booster: lgb.Booster) -> None:
        self.booster_ = booster
        self.classes_ = np.array([0.0, 1.0])

    def decision_function(self, inputs: pd.DataFrame) -> Array:
        """Log-odds of default, shape (clients,)."""
        return np.asarray(
            self.booster_.predict(inputs.to_numpy(), raw_score=True, num_threads=1)
        )
