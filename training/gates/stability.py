"""Does the model hold for every part of the clients, not only on average."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import chi2, norm

from training.evaluation.uncertainty import auc_standard_error
from training.gates.gate import Gate, at_least, at_most
from training.language import _, figure

Segments = Sequence[Mapping[str, Any]]
BLOCK = "Client numbers"
UNKNOWN = _("Cannot be known: no part of the clients, or one, has enough defaults.")
LEAST_CHANCE = 0.001
LEAST_AUC = 0.6
# Observed over predicted default rate, and its inverse.
FARTHEST = 1.25


def id_blocks(segments: Segments) -> Gate:
    """AUC over consecutive client numbers: the blocks differ by chance only."""
    blocks = [
        segment for segment in _ranked(segments) if segment["segment"].startswith(BLOCK)
    ]
    if len(blocks) < 2:
        return _not_measured("id_blocks", LEAST_CHANCE)
    aucs = [block["auc"] for block in blocks]
    return at_least(
        "id_blocks",
        apart_by_chance(blocks),
        LEAST_CHANCE,
        _(
            "Chance that the AUC of {blocks} blocks of consecutive client numbers lie"
            " as far apart as from {lowest} to {highest}.",
            blocks=len(blocks),
            lowest=figure(min(aucs), ".3f"),
            highest=figure(max(aucs), ".3f"),
        ),
    )


def apart_by_chance(parts: Segments) -> float:
    """Chance that the AUC of separate parts of the clients lie as far apart."""
    weights = [_error(part) ** -2 for part in parts]
    aucs = [part["auc"] for part in parts]
    mean = sum(w * a for w, a in zip(weights, aucs, strict=True)) / sum(weights)
    apart = sum(w * (a - mean) ** 2 for w, a in zip(weights, aucs, strict=True))
    return float(chi2.sf(apart, len(parts) - 1))


def segment_ranking(segments: Segments) -> Gate:
    """The model ranks in every segment; worst where it surely does not."""
    parts = _ranked(segments)
    if not parts:
        return _not_measured("segment_ranking", LEAST_AUC)
    margin = _quantile(len(parts))
    worst = min(parts, key=lambda segment: segment["auc"] + margin * _error(segment))
    value = worst["auc"] + margin * _error(worst)
    return at_least(
        "segment_ranking",
        value,
        LEAST_AUC,
        _(
            "Highest plausible AUC of the weakest of {segments} segments: {weakest}"
            " ({auc} over {clients} clients).",
            segments=len(parts),
            weakest=worst["label"],
            auc=figure(worst["auc"], ".3f"),
            clients=figure(worst["clients"], ",d"),
        ),
    )


def segment_calibration(segments: Segments) -> Gate:
    """Nowhere is the default rate surely far from what is predicted."""
    if not segments:
        return _not_measured("segment_calibration", FARTHEST)
    margin = _quantile(len(segments))
    worst = max(segments, key=lambda segment: _surely_off(segment, margin))
    return at_most(
        "segment_calibration",
        _surely_off(worst, margin),
        FARTHEST,
        _(
            "Factor by which a segment's default rate is off the prediction beyond"
            " chance; most in “{segment}”: observed {observed}, predicted {predicted}.",
            segment=worst["label"],
            observed=figure(worst["default_rate"], ".3f"),
            predicted=figure(worst["predicted_rate"], ".3f"),
        ),
    )


def _not_measured(name: str, limit: float) -> Gate:
    """What so few clients say nothing of; the card names it among its limits."""
    return Gate(name, None, limit, True, UNKNOWN)


def _surely_off(segment: Mapping[str, Any], margin: float) -> float:
    """The factor between observed and predicted that chance does not explain, >= 1."""
    expected = segment["predicted_rate"] * segment["clients"]
    off = abs(math.log(segment["default_rate"] / segment["predicted_rate"]))
    return math.exp(max(0.0, off - margin / math.sqrt(expected)))


def _ranked(segments: Segments) -> list[Mapping[str, Any]]:
    return [segment for segment in segments if segment["auc"] is not None]


def _error(segment: Mapping[str, Any]) -> float:
    defaults = round(segment["default_rate"] * segment["clients"])
    return auc_standard_error(segment["auc"], defaults, segment["clients"] - defaults)


def _quantile(count: int) -> float:
    """Standard errors that none of so many segments passes by chance, at 1 %."""
    return float(norm.isf(0.005 / count))
