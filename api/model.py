"""The LightGBM model: margins and contributions, one row per client."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np
from numpy.typing import NDArray

from api.errors import BundleError
from api.frames import Matrix


class Model:
    """A booster read from text; safe to use from several threads."""

    def __init__(self, text: str, features: Sequence[str]) -> None:
        """Raises BundleError unless the model takes exactly these, in this order."""
        try:
            self._booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise BundleError(f"model.txt: {error}") from error
        found = self._booster.feature_name()
        if found != list(features):
            raise BundleError(
                f"model.txt: takes {len(found)} features from {found[:1]}, "
                f"manifest.json lists {len(features)} from {list(features)[:1]}; "
                "names and order must be the same"
            )

    def margins(self, matrix: Matrix) -> NDArray[np.float64]:
        """Raw score (log-odds), shape (n,)."""
        raw = self._booster.predict(matrix, raw_score=True, num_threads=1)
        return np.asarray(raw, dtype=np.float64)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Shape (n, features + 1); the last column is the base value.

        A row sums to its margin (TreeSHAP, Lundberg et al. 2020).
        """
        raw = self._booster.predict(matrix, pred_contrib=True, num_threads=1)
        return np.asarray(raw, dtype=np.float64)
