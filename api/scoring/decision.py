"""From a margin and its contributions to a decision that explains itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Borderline, Manifest
from api.json_encoding import encode
from api.schemas.model import Calibration, Feature, Reason
from api.schemas.requests import Explain
from api.scoring.facts import shown
from api.scoring.reasons import Reasons

# What an answer says of why.
EXPLAINED = ("explanation", "by_group", "reasons")
GRANTED, REFUSED = "granted", "refused"


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
        borderline: Borderline | None = None,
    ) -> None:
        """`importance`: mean absolute contribution by feature name."""
        self._manifest = manifest
        self._reasons = Reasons(manifest, reasons, borderline)
        features = manifest.features
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
        contributions = score.contributions[:-1]
        listed = [] if explain is True else self._reasons.by_group(contributions)
        base_value = float(score.contributions[-1])
        why = {
            "base_value": base_value,
            "margin": score.margin,
            "contributions": listed,
        }
        return {
            **verdict,
            "explanation" if explain is True else "by_group": why,
            "reasons": self._reasons.told(
                score.features, contributions, raising_first=decision == REFUSED
            ),
        }

    def texts(self) -> str:
        """What answers may tell of reasons, as they tell it."""
        return encode(self._reasons.texts(self._weights)).decode()

    def values(self, features: NDArray[np.float32]) -> list[float | str | None]:
        """Feature values for people: None is missing, a category is its text."""
        values: list[float | str | None] = features.tolist()
        # The others, and they are most, are shown as they are.
        for at in np.flatnonzero(np.isnan(features) | self._categories).tolist():
            values[at] = shown(float(features[at]), self._manifest.features[at])
        return values

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
