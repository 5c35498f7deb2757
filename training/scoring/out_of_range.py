"""Which features are unlike anything that a model learned from, as the API tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def beyond(features: Sequence[Mapping[str, Any]], vectors: np.ndarray) -> np.ndarray:
    """Whether each value lies beyond those of training; of a category none does.

    `features` as the manifest describes them; shapes (clients, features).
    """
    bounds = [
        (-np.inf, np.inf)
        if one["bounds"] is None or one["dtype"] == "category"
        else one["bounds"]
        for one in features
    ]
    low, high = np.array(bounds, np.float32).T
    return np.asarray((vectors < low) | (vectors > high))
