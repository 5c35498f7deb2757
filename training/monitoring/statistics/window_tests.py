"""One look at the newest windows: every question, with errors held family-wise.

A look comes when a window of decisions is complete. It asks about the newest 1, 4 and
16 windows: large shifts show in the first, small ones in the last. `ALPHA` is spent
over these scales, and inside one over all questions, so that the chance that a look
at unchanged clients raises anything at all is at most `ALPHA`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from training.arrays import Array
from training.monitoring.statistics import drift_tests
from training.monitoring.statistics.drift_tests import Shifts
from training.monitoring.statistics.histogram import Counts
from training.monitoring.statistics.rates import (
    LEAST_RATE,
    Rates,
    RateTests,
    against_before,
    compare,
    rolling,
)
from training.monitoring.statistics.reference import Reference

WINDOW = 500
SCALES = (1, 4, 16)
ALPHA = 0.0005
# What an adjusted p-value must be at or below.
LEVEL = ALPHA / len(SCALES)
# Parts of ALPHA: what matters more may be found on weaker evidence.
FEATURES, SCORE, MISSING, UNKNOWN, REFUSED, OVERRIDDEN = 0.6, 0.2, 0.1, 0.03, 0.04, 0.03
# Where there are rules or reviews the others give so much of theirs, in proportion.
RATES = 0.1
# So many windows before a look are read with it: the widest scale, and what reviews are
# compared with.
LEAD = 64
LEAST_UNKNOWN = 0.01


@dataclass(frozen=True)
class Windows:
    """Windows in order. Tallies have a row per window.

    `counts`: shape (windows, columns, MAX_BINS). `unknown`, `refused`: decisions with a
    category that the model does not know, and refused ones. `reviewed`,
    `overridden`: of the reviews that arrived meanwhile. `rates`: of what the lender's
    rules recommend and of what people do with it.
    """

    counts: Counts
    decisions: np.ndarray
    unknown: np.ndarray
    refused: np.ndarray
    reviewed: np.ndarray
    overridden: np.ndarray
    rates: Rates = field(default_factory=Rates.none)

    def __len__(self) -> int:
        return len(self.decisions)

    def sums(self, size: int) -> Windows:
        """Each window and the ones before it, `size` in all; fewer at the start.

        Rates have sums of their own: see `rates.compare`.
        """
        return Windows(
            rolling(self.counts, size),
            rolling(self.decisions, size),
            rolling(self.unknown, size),
            rolling(self.refused, size),
            rolling(self.reviewed, size),
            rolling(self.overridden, size),
        )


@dataclass(frozen=True)
class ScaleTests:
    """The tests at one scale: shape (windows, causes), `p` is `raw` over the family.

    `effect`: in the cause's own unit, signed where it has a sign.
    """

    scale: int
    causes: tuple[str, ...]
    effect: Array
    raw: Array
    p: Array
    shifts: Shifts
    rates: RateTests


def causes(reference: Reference, rates: Sequence[str] = ()) -> tuple[str, ...]:
    """What a look can alert to, by the name of its alert."""
    return (
        *(f"feature:{name}" for name in reference.monitored),
        "score",
        *(f"missing:{name}" for name in reference.monitored),
        "unknown_categories",
        "decision_rate",
        "override_rate",
        *rates,
    )


def weights(reference: Reference, rates: int = 0) -> Array:
    """The part of ALPHA that each cause gets: half by importance, half alike."""
    share = reference.share + 1e-9
    each = 0.5 * share / share.sum() + 0.5 / len(share)
    rest = [UNKNOWN, REFUSED, OVERRIDDEN, *(RATES / rates for _ in range(rates))]
    return np.array([*(FEATURES * each), SCORE, *(MISSING * each), *rest])


def compare_windows(reference: Reference, windows: Windows) -> list[ScaleTests]:
    """Ask everything of every window, at every scale."""
    return [_at_scale(reference, windows, scale) for scale in SCALES]


def _at_scale(reference: Reference, windows: Windows, scale: int) -> ScaleTests:
    wide = windows.sums(scale)
    shifts = drift_tests.compare(reference.columns, reference.counts, wide.counts)
    rates = compare(windows.rates, scale, len(windows))
    before_refused, before = reference.refused
    # Each: the effects and their p-values.
    questions = (
        (_larger(shifts.shift, shifts.distance), shifts.p_values),
        (shifts.missing[:, :-1], shifts.p_missing[:, :-1]),
        _rate(wide.unknown, wide.decisions, 0, before, LEAST_UNKNOWN),
        _rate(wide.refused, wide.decisions, before_refused, before, LEAST_RATE),
        _override_rate(windows, wide),
        (rates.effect, rates.p),
    )
    effect, raw = map(np.column_stack, zip(*questions, strict=True))
    # A scale that is not filled yet repeats a smaller one: it asks nothing.
    raw[: scale - 1] = 1.0
    weight = weights(reference, len(rates.names))
    p = np.stack([adjusted(window, weight) for window in raw]) if len(raw) else raw
    names = causes(reference, rates.names)
    return ScaleTests(scale, names, effect, raw, p, shifts, rates)


def adjusted(p: Array, weight: Array) -> Array:
    """Family-wise p-values of hypotheses of unequal weight, shape (hypotheses,).

    All with an adjusted value at or below alpha may be rejected together: the chance
    of even one false rejection is then at most alpha, however the p-values depend on
    each other.
    Source: Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979,
    section 4 (unequal weights).
    """
    order = np.argsort(p / weight, kind="stable")
    remaining = np.cumsum(weight[order][::-1])[::-1]
    stepped = np.maximum.accumulate(p[order] * remaining / weight[order])
    result = np.empty(len(p))
    result[order] = np.minimum(stepped, 1.0)
    return result


def _larger(shift: Array, distance: Array) -> Array:
    """The shift where there is one, else the distance of the shares."""
    return np.where(np.abs(shift) >= drift_tests.LEAST_SHIFT, shift, distance)


def _rate(
    k: np.ndarray, n: np.ndarray, before: int, total: int, least: float
) -> tuple[Array, Array]:
    difference, p = drift_tests.share_test(k, n, before, total)
    return difference, np.where(np.abs(difference) < least, 1.0, p)


def _override_rate(windows: Windows, wide: Windows) -> tuple[Array, Array]:
    """Training has no reviews: the newest are compared with all before them."""
    reviewed = np.cumsum(windows.reviewed) - wide.reviewed
    overridden = np.cumsum(windows.overridden) - wide.overridden
    return against_before(wide.overridden, wide.reviewed, overridden, reviewed)
