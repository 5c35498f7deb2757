"""What the a-priori analysis concludes, in words computed from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scipy.special import logit

from training.arrays import Array
from training.evaluation.business_cost import expected_cost
from training.monitoring.evidently_report import LIMIT
from training.monitoring.statistics.drift_tests import LEAST_SHARE
from training.monitoring.statistics.reference import Reference

if TYPE_CHECKING:
    from training.monitoring.train_test_drift.datasets import Shift

# The bundle; of the current side the probabilities, and how much each counts in costs.
Scores = tuple[Reference, Array, Array | None]
# Parts of the model's importance on drifted features, and shifts of the score in
# standard deviations: below the first the model may be used as it is.
LITTLE, MUCH = 0.1, 0.4
SMALL_SHIFT, LARGE_SHIFT = 0.1, 0.3
LISTED = 20
RULE = (
    f"A column counts as drifted when its distance is above {LIMIT}, or above what"
    " chance alone could reach where clients are few, or when it is missing"
    f" {100 * LEAST_SHARE:.0f} percentage points more or less often. Distance: of"
    " numbers, how far clients' values moved on average, in standard deviations, the"
    " usual spread between clients (Wasserstein distance); of categories, how far their"
    " shares moved, from 0, not at all, to 0.83, nothing in common (Jensen-Shannon"
    " distance). Neither grows with the number of clients, as a test's certainty does."
    " The table in Evidently's report knows distances only, not what is missing."
)


def headline(shifts: Sequence[Shift]) -> str:
    drifted = [shift for shift in shifts if shift.drifted]
    if not drifted:
        return f"None of {len(shifts)} columns drifted."
    verb = "has" if len(drifted) == 1 else "have"
    return f"{len(drifted)} of {len(shifts)} columns {verb} drifted."


def conclude(
    shifts: Sequence[Shift], rows: tuple[int, int], scores: Scores | None
) -> str:
    """Markdown: what moved, what that does to the score, what to do, and the columns.

    `scores`: see `Scores`; None where no model is compared.
    """
    drifted = [shift for shift in shifts if shift.drifted]
    advice = _by_score(shifts, scores) if scores else _by_count(drifted, len(shifts))
    parts = [
        f"**{headline(shifts)}** {rows[0]:,} clients with a known outcome (training)"
        f" were compared with {rows[1]:,} clients without one.",
        *([_on_the_score(shifts, scores)] if scores else []),
        f"**What to do**: {advice}",
        *([_table(drifted, important=scores is not None)] if drifted else []),
        RULE,
    ]
    return "\n\n".join(parts) + "\n"


def _table(drifted: Sequence[Shift], *, important: bool) -> str:
    lines = [
        "| column |" + (" importance |" if important else "") + " distance |"
        " of which | training | now | missing, training | missing, now |",
        "|---|---|---|---|---|---|---|" + ("---|" if important else ""),
        *(_row(shift, important) for shift in drifted[:LISTED]),
    ]
    if len(drifted) > LISTED:
        less = ", of less importance" if important else ""
        lines += ["", f"And {len(drifted) - LISTED} more{less}."]
    return "\n".join(lines)


def _row(shift: Shift, important: bool) -> str:
    share = "" if shift.column.share is None else f"{shift.column.share:.1%}"
    return (
        f"| {shift.column.label} |"
        + (f" {share} |" if important else "")
        + f" {shift.distance:.3f} | {shift.what}"
        f" | {_number(shift, shift.before)} | {_number(shift, shift.after)}"
        f" | {shift.missing_before:.1%} | {shift.missing_after:.1%} |"
    )


def _number(shift: Shift, value: float) -> str:
    if shift.column.category:
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _moved_importance(shifts: Sequence[Shift]) -> float:
    return sum(shift.column.share or 0.0 for shift in shifts if shift.drifted)


def _score_shift(scores: Scores) -> float:
    """Of the mean log-odds, in the reference's standard deviations."""
    bundle, now, _ = scores
    before = logit(bundle.frame["probability"].to_numpy().clip(1e-6, 1 - 1e-6))
    after = logit(now.clip(1e-6, 1 - 1e-6))
    return float((after.mean() - before.mean()) / before.std())


def _on_the_score(shifts: Sequence[Shift], scores: Scores) -> str:
    bundle, now, weight = scores
    before = bundle.frame["probability"].to_numpy()
    refused = before >= bundle.threshold, now >= bundle.threshold
    costs, weighed = bundle.costs, bundle.costs.weight(bundle.frame)
    was = expected_cost(before, refused[0], costs, weighed)
    becomes = expected_cost(now, refused[1], costs, weight)
    return (
        f"**For the score**: drifted features carry {_moved_importance(shifts):.1%} of"
        f" the model's importance. The score moved by {_score_shift(scores):+.2f}"
        f" standard deviations: the mean probability of default goes from"
        f" {before.mean():.1%} to {now.mean():.1%}, refusals from"
        f" {refused[0].mean():.1%} to {refused[1].mean():.1%}, the expected cost"
        f" {costs.per} from {was:.3f} to {becomes:.3f}. Training's scores are"
        " out of fold."
    )


def _by_score(shifts: Sequence[Shift], scores: Scores) -> str:
    """What to do, by what the model makes of the drift."""
    share, shift = _moved_importance(shifts), abs(_score_shift(scores))
    names = [
        shift.column.name for shift in shifts if shift.drifted and shift.column.share
    ]
    watched = f" Watch {', '.join(names[:5])}." if names else ""
    if shift < SMALL_SHIFT and share < LITTLE:
        return (
            "What moved hardly touches the score: the model may be used on these"
            f" clients as it is.{watched}"
        )
    if shift < LARGE_SHIFT and share < MUCH:
        return (
            "The model may be used, with its eyes open: part of what it rests on moved."
            f"{watched} Check the refusals above against what the lender expects, and"
            " recalibrate when the first outcomes are in."
        )
    return (
        "The model meets clients unlike those it learned from: its probabilities may no"
        " longer hold. Retrain on recent clients, or weight training towards them,"
        f" before relying on it.{watched}"
    )


def _by_count(drifted: Sequence[Shift], compared: int) -> str:
    if not drifted:
        return "The model may be used on these clients as it is."
    if len(drifted) < compared / 4:
        names = ", ".join(shift.column.name for shift in drifted[:5])
        return (
            "Most of the form is as it was in training, so the model may be used;"
            f" watch the columns that moved ({names}) and the score's own"
            " distribution, and retrain when outcomes show a higher cost."
        )
    return (
        "A large part of the form has moved: the model's probabilities may no longer"
        " hold. Retrain on recent clients before relying on it."
    )
