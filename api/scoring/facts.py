"""What a reason rests on: the few facts of a client that carry most of it.

Features that are made of the same count together, as a topic of their group; one that
is missing counts for the topic that says why. A topic is told by a feature of it that
pulls in the reason's direction: by each that tells it alone, as raw scores do, else by
the one that pulls most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Borderline
from api.schemas.model import Feature

MOST = 4
# Of the shares: more says nothing and is kept with each answer.
DECIMALS = 3


class Facts:
    """The facts of one bundle, whose features are in the manifest's order."""

    def __init__(self, features: Sequence[Feature], borderline: Borderline) -> None:
        told = borderline.features
        self._features = tuple(features)
        self._typical = [one.typical for one in told]
        self._numbers = np.array(
            [t if isinstance(t, float) else math.nan for t in self._typical]
        )
        self._means = np.array([one.contribution for one in told])
        self._alone = np.array([one.tells for one in told])
        self._less_risk = np.array([one.lowers_risk for one in told])
        groups = [feature.group for feature in features]
        keys = list(zip(groups, (one.topic for one in told), strict=True))
        places = {key: at for at, key in enumerate(dict.fromkeys(keys))}
        self._topics = np.array([places[key] for key in keys])
        # A value that is missing without a topic that says why is a topic of its own.
        self._absences = np.array(
            [
                places.get((group, one.absence), len(places) + at)
                for at, (group, one) in enumerate(zip(groups, told, strict=True))
            ]
        )

    def told(
        self,
        members: NDArray[np.intp],
        vector: NDArray[np.float32],
        contributions: NDArray[np.float64],
        sign: int,
    ) -> list[dict[str, Any]]:
        """The facts that carry most of a reason, the heaviest first.

        `members`: where the features of the group are; `sign`: 1 for a reason that
        raises the risk, -1 for one that lowers it.
        """
        pulls = sign * (contributions[members] - self._means[members])
        missing = np.isnan(vector[members])
        topics = np.where(missing, self._absences[members], self._topics[members])
        weights = np.bincount(topics, weights=pulls)
        whole = float(weights[weights > 0].sum())
        with np.errstate(invalid="ignore"):
            # What is known to lower the risk is no reason against, and the other way.
            better = self._less_risk[members] & (
                sign * (vector[members] - self._numbers[members]) > 0
            )
        tellers = ~missing & (pulls > 0) & (weights[topics] > 0) & ~better
        shares: list[tuple[float, int]] = []
        for topic in np.unique(topics[tellers]):
            of_topic = np.flatnonzero(tellers & (topics == topic))
            alone = of_topic[self._alone[members[of_topic]]]
            if not len(alone):
                alone = of_topic[[np.argmax(pulls[of_topic])]]
            parts = weights[topic] * pulls[alone] / pulls[alone].sum() / whole
            shares += zip(parts.tolist(), members[alone].tolist(), strict=True)
        shares.sort(key=lambda one: -one[0])
        return [self.fact(at, vector[at], share) for share, at in shares[:MOST]]

    def fact(self, at: int, value: float, share: float) -> dict[str, Any]:
        feature = self._features[at]
        return {
            "feature": feature.name,
            "value": shown(float(value), feature),
            "typical": self._typical[at],
            "share": round(share, DECIMALS),
        }


def shown(value: float, feature: Feature) -> float | str | None:
    """One feature value for people."""
    if math.isnan(value):
        return None
    return value if feature.categories is None else feature.categories[int(value)]
