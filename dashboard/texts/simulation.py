"""The sentences that tell what a simulation changed."""

from __future__ import annotations

from collections.abc import Sequence

from babel.lists import format_list

from api_client.answers import ModelAnswer, Offer, Prediction, Simulation
from session.language import _, locale, mark
from texts.cells import Cell, Exact
from texts.decision import decision_word
from texts.formats import amount, decimal, percent, percents_apart
from texts.loan_terms import AMOUNT, DOWN_PAYMENT, INSTALMENTS, TERMS, schedule

# Of an offer, in the order in which it is read.
TOLD = {
    AMOUNT: TERMS[AMOUNT],
    DOWN_PAYMENT: TERMS[DOWN_PAYMENT],
    INSTALMENTS: TERMS[INSTALMENTS],
    "instalment": mark("Instalment"),
    "total": mark("Total to repay"),
    "cost": mark("Cost of the credit"),
    "yearly_rate": mark("Nominal yearly rate"),
    "apr": mark("Annual percentage rate (APR)"),
}
RATES = {"yearly_rate", "apr"}
# What follows from the number of instalments and the rate.
FOLLOWING = {"total", "cost", "apr"}
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


def offer_rows(*offers: Offer) -> list[list[Cell]]:
    """What a borrower is told of each offer, side by side."""
    return [
        [_(label), *(_told(offer, name) for offer in offers)]
        for name, label in TOLD.items()
    ]


def _told(offer: Offer, name: str) -> Cell:
    value = getattr(offer, name)
    if value is None:
        return _("not known")
    text = term_text(name, value)
    if name not in RATES:
        value = round(value, 2)
    if name in offer.estimated or (offer.estimated and name in FOLLOWING):
        return _("{value} (estimated)", value=text)
    return Exact(text, value)


def term_text(name: str, value: float) -> str:
    if name in RATES:
        return percent(value)
    return decimal(value, 0) if name == INSTALMENTS else amount(round(value, 2))


def estimate_text(offer: Offer) -> str:
    """What of an offer is an estimate and how sure that is; empty where nothing is."""
    if not offer.estimated:
        return ""
    told = _(
        "Estimated from the amounts, as the application does not say it, and held "
        "while the terms are moved."
    )
    if offer.as_likely:
        numbers = format_list(
            [str(number) for number in offer.as_likely], "or", locale()
        )
        told += " " + _(
            "{numbers} instalments fit the amounts nearly as well.", numbers=numbers
        )
    return told


def schedule_table(offer: Offer) -> tuple[list[str], list[list[Cell]]]:
    headers = [_("Month"), _("Instalment"), _("Interest"), _("Capital"), _("Left")]
    rows: list[list[Cell]] = [
        [
            str(payment.month),
            *(
                Exact(amount(value), value)
                for value in (
                    payment.instalment,
                    payment.interest,
                    payment.capital,
                    payment.left,
                )
            ),
        ]
        for payment in schedule(offer)
    ]
    return headers, rows
