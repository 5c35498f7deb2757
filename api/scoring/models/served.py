"""The one place that picks how a bundle's margins are computed."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from api.bundle import trees
from api.bundle.read import Bundle
from api.features.columns import Matrix
from api.scoring.models import lightgbm_model, scorecard, shap_lookup


class ServedModel(Protocol):
    """Safe to use from several threads."""

    def margins(self, matrix: Matrix) -> NDArray[np.float64]:
        """Log-odds of a default, shape (n,)."""

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Shape (n, features + 1); the last column is the base value.

        A row sums to its margin, and has the same bits in any batch.
        """


def model_of(bundle: Bundle) -> ServedModel:
    """That of a verified bundle; raises BundleError."""
    features = bundle.manifest.features
    if bundle.scorecard is not None:
        return scorecard.Model(bundle.scorecard, features)
    names = [feature.name for feature in features]
    tables = bundle.files.get(shap_lookup.FILE)
    return lightgbm_model.Model(bundle.text(trees.FILE), names, tables)
