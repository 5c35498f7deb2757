"""Does the model hold for every part of the clients, not only on average."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import chi2, norm

from training.evaluation.uncertainty import auc_standard_error
from training.gates.gate import Gate, at_least, at_most

Segments = Sequence[Mapping[str, Any]]
BLOCK = "Client numbers"
LEAST_CHANCE = 0.001
LEAST_AUC = 0.6
# Observed over predicted default rate, and its inverse.
FARTHEST = 1.25


def id_blocks(segments: Segments) -> Gate:
    """AUC over consecutive client numbers: the blocks differ by chance only."""
    blocks = [one for one in _ranked(segments) if one["segment"].startswith(BLOCK)]
    if len(blocks) < 2:
        return _untold("id_blocks", LEAST_CHANCE)
    weights = [_error(one) ** -2 for one in blocks]
    aucs = [one["auc"] for one in blocks]
    mean = sum(w * a for w, a in zip(weights, aucs, strict=True)) / sum(weights)
    apart = sum(w * (a - mean) ** 2 for w, a in zip(weights, aucs, strict=True))
    value = float(chi2.sf(apart, len(blocks) - 1))
    return at_least(
        "id_blocks",
        value,
        LEAST_CHANCE,
        f"Chance that the AUC of {len(blocks)} blocks of consecutive client numbers"
        f" lie as far apart as from {min(aucs):.3f} to {max(aucs):.3f}.",
    )


def segment_ranking(segments: Segments) -> Gate:
    """The model ranks in every segment; worst where it surely does not."""
    parts = _ranked(segments)
    if not parts:
        return _untold("segment_ranking", LEAST_AUC)
    margin = _quantile(len(parts))
    worst = min(parts, key=lambda one: one["auc"] + margin * _error(one))
    value = worst["auc"] + margin * _error(worst)
    return at_least(
        "segment_ranking",
        value,
        LEAST_AUC,
        f"Highest plausible AUC of the weakest of {len(parts)} segments:"
        f" {worst['segment']} ({worst['auc']:.3f} over {worst['clients']:,} clients).",
    )


def segment_calibration(segments: Segments) -> Gate:
    """Nowhere is the default rate surely far from what is predicted."""
    if not segments:
        return _untold("segment_calibration", FARTHEST)
    margin = _quantile(len(segments))
    found = {one["segment"]: _surely_off(one, margin) for one in segments}
    name = max(found, key=lambda one: found[one])
    (worst,) = [one for one in segments if one["segment"] == name]
    return at_most(
        "segment_calibration",
        found[name],
        FARTHEST,
        "Factor by which a segment's default rate is off the prediction beyond chance;"
        f" most in {name}: observed {worst['default_rate']:.3f}, predicted"
        f" {worst['predicted_rate']:.3f}.",
    )


def _untold(name: str, limit: float) -> Gate:
    """What was not shown does not pass."""
    reason = "Too few defaults to tell: no part of the clients, or one, has enough."
    return Gate(name, None, limit, False, reason)


def _surely_off(one: Mapping[str, Any], margin: float) -> float:
    """The factor between observed and predicted that chance does not explain, >= 1."""
    expected = one["predicted_rate"] * one["clients"]
    off = abs(math.log(one["default_rate"] / one["predicted_rate"]))
    return math.exp(max(0.0, off - margin / math.sqrt(expected)))


def _ranked(segments: Segments) -> list[Mapping[str, Any]]:
    return [one for one in segments if one["auc"] is not None]


def _error(one: Mapping[str, Any]) -> float:
    defaults = round(one["default_rate"] * one["clients"])
    return auc_standard_error(one["auc"], defaults, one["clients"] - defaults)


def _quantile(count: int) -> float:
    """Standard errors that none of so many segments passes by chance, at 1 %."""
    return float(norm.isf(0.005 / count))
