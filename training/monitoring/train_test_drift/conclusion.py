"""What the a-priori analysis concludes, in words computed from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scipy.special import logit

from training.arrays import Array
from training.evaluation.business_cost import expected_cost
from training.language import Labels, _, alike, figure, joined
from training.markdown import document, table
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


def rule() -> Labels:
    return _(
        "A column counts as drifted when it is empty on one side, when its distance is"
        " above {limit}, or above what chance alone could reach where clients are few,"
        " or when it is missing {points} percentage points more or less often."
        " Distance: of numbers, how far clients' values moved on average, in standard"
        " deviations, the usual spread between clients (Wasserstein distance); of"
        " categories, how far their shares moved, from 0, not at all, to {most},"
        " nothing in common (Jensen-Shannon distance). Neither grows with the number of"
        " clients, as a test's certainty does.",
        limit=figure(LIMIT, "g"),
        points=figure(100 * LEAST_SHARE, ".0f"),
        most=figure(0.83, "g"),
    )


def headline(shifts: Sequence[Shift]) -> Labels:
    drifted, compared = sum(shift.drifted for shift in shifts), len(shifts)
    if not drifted:
        return _("None of {compared} columns drifted.", compared=compared)
    if drifted == 1:
        return _("1 of {compared} columns has drifted.", compared=compared)
    return _(
        "{drifted} of {compared} columns have drifted.",
        drifted=drifted,
        compared=compared,
    )


def alert(shifts: Sequence[Shift]) -> list[Labels]:
    """A sentence on columns that are empty on one side, where there are any."""
    names = [shift.column.name for shift in shifts if shift.one_sided]
    if not names:
        return []
    told = alike(", ".join(names[:LISTED]))
    if len(names) == 1:
        return [_("A column is empty on one side: {names}.", names=told)]
    number = len(names)
    return [
        _("{number} columns are empty on one side: {names}.", number=number, names=told)
    ]


def conclude(
    shifts: Sequence[Shift], rows: tuple[int, int], scores: Scores | None
) -> Labels:
    """Markdown: what moved, what that does to the score, what to do, and the columns.

    `scores`: see `Scores`; None where no model is compared.
    """
    drifted = [shift for shift in shifts if shift.drifted]
    alerts = alert(shifts)
    if alerts:
        advice = _(
            "Find out first why these columns are empty, and bring their values back:"
            " until then do not rely on the model for these clients."
        )
    elif scores:
        advice = _by_score(shifts, scores)
    else:
        advice = _by_count(drifted, len(shifts))
    compared = _(
        "**{headline}** {known} clients with a known outcome (training) were compared"
        " with {others} clients without one.",
        headline=headline(shifts),
        known=figure(rows[0], ",d"),
        others=figure(rows[1], ",d"),
    )
    parts = [
        compared,
        *(_("**Alert**: {alert}", alert=one) for one in alerts),
        *([_on_the_score(shifts, scores)] if scores else []),
        _("**What to do**: {advice}", advice=advice),
        *([_table(drifted, important=scores is not None)] if drifted else []),
        rule(),
    ]
    return document(parts)


def _table(drifted: Sequence[Shift], *, important: bool) -> Labels:
    names = [
        _("column"),
        *([_("importance")] if important else []),
        _("distance"),
        _("of which"),
        _("training"),
        _("now"),
        _("missing, training"),
        _("missing, now"),
    ]
    listed = table(names, (_row(shift, important) for shift in drifted[:LISTED]))
    left = len(drifted) - LISTED
    if left <= 0:
        return listed
    more = (
        _("And {number} more, of less importance.", number=left)
        if important
        else _("And {number} more.", number=left)
    )
    return joined([listed, more], "\n\n")


def _row(shift: Shift, important: bool) -> list[Labels]:
    share = shift.column.share
    return [
        shift.column.label,
        *([alike("") if share is None else figure(share, ".1%")] if important else []),
        alike("–") if shift.one_sided else figure(shift.distance, ".3f"),
        shift.what,
        _number(shift, shift.before),
        _number(shift, shift.after),
        figure(shift.missing_before, ".1%"),
        figure(shift.missing_after, ".1%"),
    ]


def _number(shift: Shift, value: float) -> Labels:
    if shift.one_sided:
        return alike("–")
    if shift.column.category:
        return figure(value, ".1%")
    return figure(value, ",.0f" if abs(value) >= 1000 else ".3g")


def _moved_importance(shifts: Sequence[Shift]) -> float:
    return sum(shift.column.share or 0.0 for shift in shifts if shift.drifted)


def _score_shift(scores: Scores) -> float:
    """Of the mean log-odds, in the reference's standard deviations."""
    bundle, now, _weight = scores
    before = logit(bundle.frame["probability"].to_numpy().clip(1e-6, 1 - 1e-6))
    after = logit(now.clip(1e-6, 1 - 1e-6))
    return float((after.mean() - before.mean()) / before.std())


def _on_the_score(shifts: Sequence[Shift], scores: Scores) -> Labels:
    bundle, now, weight = scores
    before = bundle.frame["probability"].to_numpy()
    refused = before >= bundle.threshold, now >= bundle.threshold
    costs, weighed = bundle.costs, bundle.costs.weight(bundle.frame)
    return _(
        "**For the score**: drifted features carry {importance} of the model's"
        " importance. The score moved by {shift} standard deviations: the mean"
        " probability of default goes from {risk} to {risk_now}, refusals from"
        " {refused} to {refused_now}, the expected cost {per} from {cost} to"
        " {cost_now}. Training's scores are out of fold.",
        importance=figure(_moved_importance(shifts), ".1%"),
        shift=figure(_score_shift(scores), "+.2f"),
        risk=figure(before.mean(), ".1%"),
        risk_now=figure(now.mean(), ".1%"),
        refused=figure(refused[0].mean(), ".1%"),
        refused_now=figure(refused[1].mean(), ".1%"),
        per=costs.per_labels,
        cost=figure(expected_cost(before, refused[0], costs, weighed), ".3f"),
        cost_now=figure(expected_cost(now, refused[1], costs, weight), ".3f"),
    )


def _by_score(shifts: Sequence[Shift], scores: Scores) -> Labels:
    """What to do, by what the model makes of the drift."""
    share, shift = _moved_importance(shifts), abs(_score_shift(scores))
    names = [
        shift.column.name for shift in shifts if shift.drifted and shift.column.share
    ]
    watched = alike("")
    if names:
        watched = _(" Watch {names}.", names=alike(", ".join(names[:5])))
    if shift < SMALL_SHIFT and share < LITTLE:
        return _(
            "What moved hardly touches the score: the model may be used on these"
            " clients as it is.{watched}",
            watched=watched,
        )
    if shift < LARGE_SHIFT and share < MUCH:
        return _(
            "The model may be used, with its eyes open: part of what it rests on moved."
            "{watched} Check the refusals above against what the lender expects, and"
            " recalibrate when the first outcomes are in.",
            watched=watched,
        )
    return _(
        "The model meets clients unlike those it learned from: its probabilities may no"
        " longer hold. Retrain on recent clients, or weight training towards them,"
        " before relying on it.{watched}",
        watched=watched,
    )


def _by_count(drifted: Sequence[Shift], compared: int) -> Labels:
    if not drifted:
        return _("The model may be used on these clients as it is.")
    if len(drifted) < compared / 4:
        names = ", ".join(shift.column.name for shift in drifted[:5])
        return _(
            "Most of the form is as it was in training, so the model may be used; watch"
            " the columns that moved ({names}) and the score's own distribution, and"
            " retrain when outcomes show a higher cost.",
            names=alike(names),
        )
    return _(
        "A large part of the form has moved: the model's probabilities may no longer"
        " hold. Retrain on recent clients before relying on it."
    )
