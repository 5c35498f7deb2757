"""The sentences that tell what a simulation changed."""

from __future__ import annotations

from collections.abc import Sequence

from api_client.answers import (
    Counterfactual,
    ModelAnswer,
    MovedLever,
    Prediction,
    Simulation,
)
from session.language import _
from texts.decision import decision_word
from texts.formats import amount, decimal, percents_apart
from texts.loan_terms import Terms

SHOWN = 5
NOTICED = 0.005


def outcome_text(present: Prediction, simulated: Prediction | Simulation) -> str:
    """How the simulation differs from the present decision, in one sentence."""
    before, after = percents_apart(present.probability, simulated.probability)
    if present.decision == simulated.decision:
        told = _(
            "The risk would move from {before} to {after}; the decision would stay "
            "“{decision}”.",
            before=before,
            after=after,
            decision=decision_word(simulated.decision),
        )
    else:
        told = _(
            "The risk would move from {before} to {after}; the decision would turn "
            "from “{old}” to “{new}”.",
            before=before,
            after=after,
            old=decision_word(present.decision),
            new=decision_word(simulated.decision),
        )
    if simulated.confidence.band == "borderline":
        told += " " + _("That is still too close to the limit to be sure.")
    return told


def moved_groups(
    present: Prediction, simulated: Simulation, model: ModelAnswer
) -> list[tuple[str, float]]:
    """The kinds of facts whose weight moved, and by how many points, largest first."""
    moved = {one.group: one.contribution for one in simulated.by_group.contributions}
    for item in present.explanation.contributions:
        group = model.describe(item.feature).group
        moved[group] = moved.get(group, 0.0) - item.contribution
    ranked = sorted(moved.items(), key=lambda pair: -abs(pair[1]))
    return [
        (model.group_label(group), size)
        for group, size in ranked[:SHOWN]
        if abs(size) >= NOTICED
    ]


def moved_rows(moved: Sequence[tuple[str, float]]) -> list[list[str]]:
    rows = []
    for label, size in moved:
        effect = _("▲ raises the risk") if size > 0 else _("▼ lowers the risk")
        rows.append([label, effect, decimal(size, 2)])
    return rows


def terms_rows(present: Terms, simulated: Terms) -> list[list[str]]:
    def told(value: float | None, money: bool = True) -> str:
        if value is None:
            return "–"
        return amount(round(value, 2)) if money else decimal(value, 0)

    return [
        [_("Loan amount"), told(present.credit), told(simulated.credit)],
        [_("Instalment"), told(present.annuity), told(simulated.annuity)],
        [
            _("Number of instalments (interest apart)"),
            told(present.instalments, money=False),
            told(simulated.instalments, money=False),
        ],
        [_("Price of the goods"), told(present.goods), told(simulated.goods)],
        [_("Down payment"), told(present.down_payment), told(simulated.down_payment)],
    ]


def way_rows(way: Counterfactual, model: ModelAnswer) -> list[list[str]]:
    return [
        [
            model.column(lever.name).label,
            amount(lever.from_) if lever.from_ is not None else "–",
            _after(lever),
        ]
        for lever in way.levers
    ]


def _after(lever: MovedLever) -> str:
    if lever.to is None:
        return "–"
    return _("unchanged") if lever.to == lever.from_ else amount(lever.to)
