"""What a reason rests on: the few facts of a client that carry most of it.

Features that are made of the same count together, as a topic of their group; one that
is missing counts for the topic that says why, and so does one that most borderline
clients have not: that there is a refused application weighs, not its instalment. A
topic is told by a feature of it that pulls in the reason's direction, or not against
it: by each that tells it alone, as raw scores do, else by the one that pulls most.
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
# Of a reason: less is not worth telling.
LEAST = 0.05
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
        self._direction = np.array(
            [one.raises_risk - one.lowers_risk for one in told], np.float64
        )
        pairs = list(zip(groups.tolist(), told, strict=True))
        own = [(group, one.topic) for group, one in pairs]
        places = {key: at for at, key in enumerate(dict.fromkeys(own))}
        # A value that is missing without a topic that says why is a topic of its own.
        absences = [
            places.get((group, one.absence), len(places) + at)
            for at, (group, one) in enumerate(pairs)
        ]
        usual = {
            places[key]
            for key, one in zip(own, told, strict=True)
            if one.typical is not None
        }
        # Of what most have not, that there is any at all is what counts.
        rare = [
            one.typical is None and not one.tells and absence in usual
            for one, absence in zip(told, absences, strict=True)
        ]
        self._absences = np.array(absences)
        self._topics = np.where(rare, absences, [places[key] for key in own])
        self._at_home = ~np.array(rare)
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
        better = sign * self._direction * (vector - self._numbers) < 0
        wanted = np.zeros(len(sizes), dtype=bool)
        wanted[list(chosen)] = True
        tellers = np.flatnonzero(
            wanted[self._groups]
            & ~missing
            & (pulls >= 0)
            & (weights[topics] > 0)
            & ~better
        )
        # Those of a topic one after another, the one that tells it last.
        order = pulls[tellers], self._at_home[tellers], topics[tellers]
        tellers = tellers[np.lexsort(order)]
        of_topic, pull = topics[tellers], pulls[tellers]
        alone = np.where(self._alone[tellers], pull, 0.0)
        told_alone = np.bincount(of_topic, alone, count)[of_topic]
        last = np.append(of_topic[1:] != of_topic[:-1], True)[: len(tellers)]
        parts = np.where(told_alone > 0, alone / np.maximum(told_alone, TINY), last)
        shares = parts * weights[of_topic] / whole[self._groups[tellers]]
        by_group: dict[int, list[tuple[float, int]]] = {at: [] for at in chosen}
        for at, share in zip(tellers.tolist(), shares.tolist(), strict=True):
            if share >= LEAST:
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
