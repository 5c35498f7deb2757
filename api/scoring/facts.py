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
# Of the shares, as they are kept with each answer.
DECIMALS = 2
# What no pull is below, so that nothing is divided by 0.
TINY = float(np.finfo(np.float64).tiny)


class Facts:
    """The facts of one bundle, whose features are in the manifest's order."""

    def __init__(
        self,
        features: Sequence[Feature],
        groups: NDArray[np.intp],
        borderline: Borderline,
    ) -> None:
        """`groups`: the place of each feature's group among the reasons."""
        told = borderline.features
        self._features, self._groups = tuple(features), groups
        self._typical = [one.typical for one in told]
        self._numbers = np.array(
            [t if isinstance(t, float) else math.nan for t in self._typical]
        )
        self._means = np.array([one.contribution for one in told])
        self._alone = np.array([one.tells for one in told])
        self._less_risk = np.array([one.lowers_risk for one in told])
        keys = list(zip(groups.tolist(), (one.topic for one in told), strict=True))
        places = {key: at for at, key in enumerate(dict.fromkeys(keys))}
        self._topics = np.array([places[key] for key in keys])
        # A value that is missing without a topic that says why is a topic of its own.
        self._absences = np.array(
            [
                places.get((group, one.absence), len(places) + at)
                for at, ((group, _topic), one) in enumerate(
                    zip(keys, told, strict=True)
                )
            ]
        )
        self._group_of_topic = np.array([*(group for group, _topic in places), *groups])

    def told(
        self,
        vector: NDArray[np.float32],
        contributions: NDArray[np.float64],
        sizes: Sequence[float],
        chosen: Sequence[int],
    ) -> list[list[dict[str, Any]]]:
        """The facts that carry most of each chosen reason, the heaviest first.

        `sizes`: of every reason, above 0 where it raises the risk.
        """
        sign = np.sign(sizes)[self._groups]
        pulls = sign * (contributions - self._means)
        missing = np.isnan(vector)
        topics = np.where(missing, self._absences, self._topics)
        count = len(self._group_of_topic)
        weights = np.bincount(topics, pulls, count).clip(0)
        whole = np.bincount(self._group_of_topic, weights, len(sizes))
        # What is known to lower the risk is no reason against, and the other way.
        better = self._less_risk & (sign * (vector - self._numbers) > 0)
        wanted = np.zeros(len(sizes), dtype=bool)
        wanted[list(chosen)] = True
        tellers = np.flatnonzero(
            wanted[self._groups]
            & ~missing
            & (pulls > 0)
            & (weights[topics] > 0)
            & ~better
        )
        # Those of a topic one after another, the one that pulls most last.
        tellers = tellers[np.lexsort((pulls[tellers], topics[tellers]))]
        of_topic, pull = topics[tellers], pulls[tellers]
        alone = np.where(self._alone[tellers], pull, 0.0)
        told_alone = np.bincount(of_topic, alone, count)[of_topic]
        last = np.append(of_topic[1:] != of_topic[:-1], True)[: len(tellers)]
        parts = np.where(told_alone > 0, alone / np.maximum(told_alone, TINY), last)
        shares = parts * weights[of_topic] / whole[self._groups[tellers]]
        by_group: dict[int, list[tuple[float, int]]] = {at: [] for at in chosen}
        for at, share in zip(tellers.tolist(), shares.tolist(), strict=True):
            if share > 0:
                by_group[self._groups[at]].append((share, at))
        return [
            [
                self.fact(at, vector[at], share)
                for share, at in sorted(by_group[group], reverse=True)[:MOST]
            ]
            for group in chosen
        ]

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
