"""Why: the groups of features that put a client on this side of the limit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Borderline, Manifest
from api.schemas.model import Reason
from api.scoring.facts import Facts

RAISES, LOWERS = "raises_risk", "lowers_risk"
REASONS_PER_DIRECTION = 4
# Facts that answers are likely to have: more would not fit what they are packed beside.
MANY = 100


class Reasons:
    """The reasons of one bundle, ranked against its borderline clients.

    `borderline`: None in bundles that do not know them; then a reason is ranked by its
    contribution alone, and has no facts.
    """

    def __init__(
        self,
        manifest: Manifest,
        reasons: Sequence[Reason],
        borderline: Borderline | None,
    ) -> None:
        self._reasons = tuple(reasons)
        places = {reason.group: at for at, reason in enumerate(reasons)}
        self._groups = np.array([places[one.group] for one in manifest.features])
        told = () if borderline is None else borderline.groups
        means = {one.group: one.contribution for one in told}
        self._means = [means.get(reason.group, 0.0) for reason in reasons]
        self._facts = None
        if borderline is not None:
            self._facts = Facts(manifest.features, self._groups, borderline)

    def sums(self, contributions: NDArray[np.float64]) -> list[float]:
        """What each group contributed."""
        count = len(self._reasons)
        sums = np.bincount(self._groups, weights=contributions, minlength=count)
        return [float(size) for size in sums]

    def by_group(self, contributions: NDArray[np.float64]) -> list[dict[str, Any]]:
        return [
            {"group": reason.group, "contribution": size}
            for reason, size in zip(
                self._reasons, self.sums(contributions), strict=True
            )
        ]

    def differences(self, sums: Sequence[float]) -> list[float]:
        """Of each group's sum, to its mean among borderline clients.

        They add up to the margin less those clients' mean margin.
        """
        return [size - mean for size, mean in zip(sums, self._means, strict=True)]

    def told(
        self,
        vector: NDArray[np.float32],
        contributions: NDArray[np.float64],
        *,
        raising_first: bool,
    ) -> list[dict[str, Any]]:
        """The groups that weigh most in each direction.

        A group without any known value says so; groups that say the same are told once.
        """
        sums = self.sums(contributions)
        sizes = self.differences(sums)
        known = np.bincount(
            self._groups, weights=~np.isnan(vector), minlength=len(sums)
        ).tolist()
        order = sorted(range(len(sizes)), key=lambda at: -abs(sizes[at]))
        ranked = list(self._once(order, known))
        raising = [at for at in ranked if sizes[at] > 0][:REASONS_PER_DIRECTION]
        lowering = [at for at in ranked if sizes[at] < 0][:REASONS_PER_DIRECTION]
        chosen = raising + lowering if raising_first else lowering + raising
        if self._facts is None:
            return [_reason(self._reasons[at], sums[at]) for at in chosen]
        facts = self._facts.told(vector, contributions, sizes, chosen)
        return [
            {
                **_reason(self._reasons[at], sums[at], sizes[at], bool(known[at])),
                "facts": of_reason,
            }
            for at, of_reason in zip(chosen, facts, strict=True)
        ]

    def texts(self, weights: NDArray[np.float64]) -> list[dict[str, Any]]:
        """What is told of many clients, as it is told, the likeliest last.

        `weights`: how much each feature matters.
        """
        if self._facts is None:
            return [_reason(r, s) for r in self._reasons for s in (1.0, -1.0)]
        forms = (-1.0, False), (1.0, True), (-1.0, True)
        told = [_reason(r, s, s, k) for r in self._reasons for s, k in forms]
        likeliest = np.argsort(weights, kind="stable")[-MANY:].tolist()
        return [self._facts.fact(at, math.nan, 0.0) for at in likeliest] + told

    def _once(self, order: Sequence[int], known: Sequence[float]) -> Iterator[int]:
        """Without the groups whose absence one before them tells."""
        told: set[str] = set()
        for at in order:
            absence = self._reasons[at].unknown
            if absence is not None and not known[at]:
                if absence.en in told:
                    continue
                told.add(absence.en)
            yield at


def _reason(
    reason: Reason,
    contribution: float,
    difference: float | None = None,
    known: bool = True,
) -> dict[str, Any]:
    """`difference`: None where it is not known."""
    size = contribution if difference is None else difference
    direction = RAISES if size > 0 else LOWERS
    sentence = reason.raises_risk if direction == RAISES else reason.lowers_risk
    if reason.unknown is not None and not known:
        sentence = reason.unknown
    told = {
        "code": reason.code,
        "group": reason.group,
        "direction": direction,
        "contribution": contribution,
    }
    if difference is None:
        return {**told, "text": sentence.en}
    compared = {"against_borderline": difference, "known": known}
    return {**told, **compared, "text": sentence.en, "facts": []}
