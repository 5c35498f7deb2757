"""The sentences that tell what a simulation changed."""

from __future__ import annotations

from collections.abc import Sequence

from babel.lists import format_list

from api_client.answers import (
    CounterOffer,
    ModelAnswer,
    Offer,
    OfferCell,
    OffersAnswer,
    Prediction,
    Simulation,
)
from session.language import _, listed, locale, mark, plural
from session.namesakes import told_apart
from texts.cells import Cell, Exact
from texts.client.decision import decision_word
from texts.client.loan_terms import AMOUNT, DOWN_PAYMENT, INSTALMENTS, TERMS, schedule
from texts.formats import amount, calendar_day, decimal, percent, percents_apart, whole

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
DIFFERENCES = {
    AMOUNT: (mark("{value} more to borrow"), mark("{value} less to borrow")),
    INSTALMENTS: (
        mark("number of instalments up by {value}"),
        mark("number of instalments down by {value}"),
    ),
    "instalment": (
        mark("each instalment {value} higher"),
        mark("each instalment {value} lower"),
    ),
    "total": (
        mark("{value} more to repay in all"),
        mark("{value} less to repay in all"),
    ),
}
SHOWN = 5
NOTICED = 0.005


def outcome_text(present: Prediction, simulated: Prediction | Simulation) -> str:
    """How the simulation differs from the present decision, in one sentence."""
    before, after = percents_apart(present.probability, simulated.probability)
    if present.recommended == simulated.recommended:
        told = _(
            "The risk would move from {before} to {after}; the decision would stay "
            "“{decision}”.",
            before=before,
            after=after,
            decision=decision_word(simulated.recommended),
        )
    else:
        told = _(
            "The risk would move from {before} to {after}; the decision would turn "
            "from “{old}” to “{new}”.",
            before=before,
            after=after,
            old=decision_word(present.recommended),
            new=decision_word(simulated.recommended),
        )
    if simulated.confidence.band == "borderline":
        told += " " + _("That is still too close to the limit to be sure.")
    return told


def moved_groups(
    present: Prediction, simulated: Simulation, model: ModelAnswer
) -> list[tuple[str, float]]:
    """The kinds of facts whose weight moved, and by how much, largest first."""
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


def difference_text(asked: Offer, offered: Offer) -> str:
    """What an offer is more or less than what was asked for; of what both know."""
    parts = []
    for name, (more, less) in DIFFERENCES.items():
        before, after = getattr(asked, name), getattr(offered, name)
        by = 0.0 if None in (before, after) else round(after - before, 2)
        value = decimal(abs(by), 0) if name == INSTALMENTS else amount(abs(by))
        parts += [_(more if by > 0 else less, value=value)] if by else []
    if not parts:
        return _("Nothing differs from what was asked for.")
    return _("Against what was asked for: {parts}.", parts=listed(parts))


def offered_text(made: CounterOffer) -> str:
    """An offer that stands, for an officer."""
    return _(
        "Offered by {reviewer}, until {day}: {offer}.",
        reviewer=told_apart(made.reviewer, made.signer),
        day=calendar_day(made.valid_until),
        offer=terms_text(made.offer),
    )


def terms_text(offer: Offer) -> str:
    """A loan on its terms, in a few words: as much of it as is known."""
    borrowed = amount(round(offer.amount, 2))
    if offer.instalment is None:
        return borrowed
    instalment = amount(round(offer.instalment, 2))
    if offer.instalments is None:
        return _(
            "{amount}, at {instalment} a month", amount=borrowed, instalment=instalment
        )
    return _(
        "{amount} in {number} monthly instalments of {instalment}",
        amount=borrowed,
        number=decimal(offer.instalments, 0),
        instalment=instalment,
    )


def grid_cell(cell: OfferCell) -> tuple[str, ...]:
    """The word, the instalment and the APR; nothing without a price."""
    offer, recommended = cell.offer, grid_class(cell)
    if offer is None or not recommended or offer.instalment is None:
        return ()
    lines = [decision_word(recommended), amount(round(offer.instalment, 2))]
    if offer.apr is not None:
        lines.append(_("APR {value}", value=percent(offer.apr)))
    return tuple(lines)


def grid_class(cell: OfferCell) -> str:
    """What is recommended of it: by the lender's rules where the API says that."""
    return cell.recommendation or cell.decision or ""


def grid_headers(offers: OffersAnswer) -> tuple[list[str], list[str]]:
    """Of the columns and of the rows; what was asked for is said to be."""
    asked = offers.asked
    columns = [
        _asked(
            plural(
                "{number} instalment",
                "{number} instalments",
                number,
                number=whole(number),
            ),
            number == asked.instalments,
        )
        for number in offers.instalments
    ]
    rows = [_asked(amount(one), one == asked.amount) for one in offers.amounts]
    return columns, rows


def _asked(told: str, asked: bool) -> str:
    return _("{value} (asked for)", value=told) if asked else told


def grid_table(offers: OffersAnswer) -> tuple[list[str], list[list[Cell]]]:
    """The grid as a table: a row for each offer that has a price."""
    names = (AMOUNT, INSTALMENTS, "instalment", "apr")
    headers = [*(_(TOLD[name]) for name in names), _("Risk of default"), _("Decision")]
    rows: list[list[Cell]] = []
    for cell in offers.cells:
        word = decision_word(grid_class(cell))
        if cell.offer and word and cell.probability is not None:
            risk = Exact(percent(cell.probability), cell.probability)
            told = [_told(cell.offer, name) for name in ("instalment", "apr")]
            number = Exact(whole(cell.instalments), cell.instalments)
            borrowed = Exact(amount(cell.amount), cell.amount)
            rows.append([borrowed, number, *told, risk, word])
    return headers, rows
