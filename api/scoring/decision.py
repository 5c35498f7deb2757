"""From a margin and its contributions to a decision that explains itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.json_encoding import encode
from api.schemas.model import Calibration, Feature, Reason
from api.schemas.requests import Explain

# What an answer says of why.
EXPLAINED = ("explanation", "by_group", "reasons")
GRANTED, REFUSED = "granted", "refused"
RAISES, LOWERS = "raises_risk", "lowers_risk"
REASONS_PER_DIRECTION = 4


@dataclass(frozen=True)
class Score:
    """What the model says about one applicant; `contributions` ends in the base."""

    features: NDArray[np.float32]
    margin: float
    contributions: NDArray[np.float64] | None


def probability(margin: float, calibration: Calibration) -> float:
    """The calibrated probability of default (Platt 1999)."""
    try:
        odds = math.exp(-(calibration.slope * margin + calibration.intercept))
    except OverflowError:
        return 0.0
    return 1.0 / (1.0 + odds)


def decide(default_probability: float, threshold: float) -> str:
    return GRANTED if default_probability < threshold else REFUSED


def told_why(answer: Mapping[str, Any]) -> Explain:
    """What was asked for when this was answered."""
    if "explanation" in answer:
        return True
    return "reasons" if "by_group" in answer else False


class Scorer:
    """Judges scores by one bundle's threshold, bounds, importance and reasons."""

    def __init__(
        self,
        manifest: Manifest,
        reasons: Sequence[Reason],
        importance: Mapping[str, float],
    ) -> None:
        """`importance`: mean absolute contribution by feature name."""
        self._manifest = manifest
        self._reasons = tuple(reasons)
        places = {reason.group: at for at, reason in enumerate(reasons)}
        features = manifest.features
        self._groups = np.array([places[feature.group] for feature in features])
        self._weights = np.array([importance.get(f.name, 0.0) for f in features])
        self._categories = np.array([f.categories is not None for f in features])
        self._low = np.array([_bound(f, 0) for f in features], dtype=np.float32)
        self._high = np.array([_bound(f, 1) for f in features], dtype=np.float32)

    def judge(
        self, score: Score, unknown: Sequence[str], explain: Explain = True
    ) -> dict[str, Any]:
        """Probability, decision and confidence, and what was asked for of why.

        The list of contributions is left for `Dictionary.filled`. `unknown`: raw
        columns whose category the model does not know.
        """
        manifest = self._manifest
        default_probability = probability(score.margin, manifest.calibration)
        decision = decide(default_probability, manifest.threshold)
        verdict = {
            "probability": default_probability,
            "threshold": manifest.threshold,
            "decision": decision,
            "confidence": self._confidence(
                default_probability, score.features, unknown
            ),
        }
        if score.contributions is None:
            return verdict
        sums = self._sums(score.contributions[:-1])
        listed = [] if explain is True else self._by_group(sums)
        base_value = float(score.contributions[-1])
        why = {
            "base_value": base_value,
            "margin": score.margin,
            "contributions": listed,
        }
        return {
            **verdict,
            "explanation" if explain is True else "by_group": why,
            "reasons": self._ranked(sums, decision),
        }

    def texts(self) -> str:
        """The reasons that answers may give, as they give them."""
        sizes = 1.0, -1.0
        return encode([[_reason(r, s) for s in sizes] for r in self._reasons]).decode()

    def values(self, features: NDArray[np.float32]) -> list[float | str | None]:
        """Feature values for people: None is missing, a category is its text."""
        values: list[float | str | None] = features.tolist()
        # The others, and they are most, are shown as they are.
        for at in np.flatnonzero(np.isnan(features) | self._categories).tolist():
            values[at] = shown(float(features[at]), self._manifest.features[at])
        return values

    def reasons(
        self, contributions: NDArray[np.float64], decision: str
    ) -> list[dict[str, Any]]:
        """The groups that weigh most, those that explain the decision first."""
        return self._ranked(self._sums(contributions), decision)

    def _sums(self, contributions: NDArray[np.float64]) -> list[float]:
        """What each group contributed."""
        count = len(self._reasons)
        sums = np.bincount(self._groups, weights=contributions, minlength=count)
        return [float(size) for size in sums]

    def _by_group(self, sums: Sequence[float]) -> list[dict[str, Any]]:
        return [
            {"group": reason.group, "contribution": size}
            for reason, size in zip(self._reasons, sums, strict=True)
        ]

    def _ranked(self, sums: Sequence[float], decision: str) -> list[dict[str, Any]]:
        ranked = sorted(zip(sums, self._reasons, strict=True), key=_size)
        raising = [_reason(r, s) for s, r in ranked if s > 0][:REASONS_PER_DIRECTION]
        lowering = [_reason(r, s) for s, r in ranked if s < 0][:REASONS_PER_DIRECTION]
        return raising + lowering if decision == REFUSED else lowering + raising

    def _confidence(
        self,
        default_probability: float,
        features: NDArray[np.float32],
        unknown: Sequence[str],
    ) -> dict[str, Any]:
        low, high = self._manifest.threshold_interval
        outside = (features < self._low) | (features > self._high)
        names = [self._manifest.features[at].name for at in np.flatnonzero(outside)]
        total = float(self._weights.sum())
        missing = float(self._weights[np.isnan(features)].sum())
        return {
            "band": "borderline" if low <= default_probability <= high else "clear",
            "missing_share": missing / total if total else 0.0,
            "out_of_range": list(dict.fromkeys([*names, *unknown])),
        }


def _bound(feature: Feature, end: int) -> float:
    if feature.bounds is None or feature.dtype == "category":
        return math.inf if end else -math.inf
    return feature.bounds[end]


def shown(value: float, feature: Feature) -> float | str | None:
    """One feature value for people."""
    if math.isnan(value):
        return None
    return value if feature.categories is None else feature.categories[int(value)]


def _size(ranked: tuple[float, Reason]) -> float:
    return -abs(ranked[0])


def _reason(reason: Reason, contribution: float) -> dict[str, Any]:
    direction = RAISES if contribution > 0 else LOWERS
    sentence = reason.raises_risk if direction == RAISES else reason.lowers_risk
    return {
        "code": reason.code,
        "group": reason.group,
        "direction": direction,
        "contribution": contribution,
        "text": sentence.en,
    }
