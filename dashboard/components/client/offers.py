"""Offers to a client: the grid to choose from, and the one that is put on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

import streamlit as st

from api_client.answers import OfferCell, OffersAnswer, Simulation
from api_client.cache import OpenedClient, offers_to, scoring_api
from api_client.errors import ApiError, Conflict, Refused
from components import markup, say
from components.error_panel import details, show_error
from components.forms import signature
from session.language import _, code
from texts.cells import as_csv
from texts.client import simulation
from texts.client.loan_terms import AMOUNT, INSTALMENTS, TERMS
from texts.client.policy import deciding, rule_says
from texts.formats import calendar_day, today

SCRIPT = Path(__file__).parents[1] / "offer_grid.js"
GRID, CHOICE = "offer_grid", "offer_choice"
GRID_OPENED, OFFER_MADE = "offer_grid_opened", "offer_made"
# How long an offer can stand, in days.
DAYS = (7, 14, 30, 60, 90)
USUAL_DAYS = 14
Terms = Mapping[str, float]


def offer_grid(
    opened: OpenedClient, wanted: Terms, choose: Callable[[OfferCell], None]
) -> None:
    """What the lender's prices allow and the model says of it, once it is asked for."""
    st.html(markup.heading(_("What could be offered")))
    asked_for = st.expander(
        _("Amounts and numbers of instalments at the lender's prices"),
        key=GRID_OPENED,
        on_change="rerun",
    )
    if not asked_for.open:
        return
    with asked_for:
        try:
            with st.spinner(_("Calculating…")):
                offers = offers_to(opened)
        except Conflict as error:
            say.info(_("The lender's prices are not known here, so there is no grid."))
            say.caption(details(error))
        except (Refused, ApiError) as error:
            show_error(error, "offers_again")
        else:
            _grid(offers, wanted, choose)


def _grid(
    offers: OffersAnswer, wanted: Terms, choose: Callable[[OfferCell], None]
) -> None:
    say.caption(
        _(
            "Of each offer what is recommended, the monthly instalment and the annual "
            "percentage rate. Choose one, by a click or with the arrows and Enter, to "
            "look at it closer: it sets the terms above."
        )
    )
    columns, rows = simulation.grid_headers(offers)
    cells = [
        (simulation.grid_class(one), simulation.grid_cell(one)) for one in offers.cells
    ]
    across = len(offers.instalments)
    lines = [cells[at : at + across] for at in range(0, len(cells), across)]

    def chosen() -> None:
        choose(offers.cells[st.session_state[CHOICE]["chosen"]])

    with st.container(key=GRID, gap=None):
        st.html(
            markup.offer_grid(
                _("What could be offered"),
                [_(TERMS[AMOUNT]), *columns],
                list(zip(rows, lines, strict=True)),
                _("no price"),
                as_csv(*simulation.grid_table(offers)),
            )
        )
        _choosing()(key=CHOICE, data=_marked(offers, wanted), on_chosen_change=chosen)


def _marked(offers: OffersAnswer, wanted: Terms) -> dict[str, int | None]:
    """Which cell has the terms that are looked at."""
    asked = {AMOUNT: offers.asked.amount, INSTALMENTS: offers.asked.instalments}
    terms = {**asked, **wanted}
    for number, cell in enumerate(offers.cells):
        if terms == {AMOUNT: cell.amount, INSTALMENTS: cell.instalments}:
            return {"chosen": number}
    return {"chosen": None}


@cache
def _choosing() -> Callable[..., object]:
    return st.components.v2.component(
        GRID, js=SCRIPT.read_text("utf-8"), isolate_styles=False
    )


def make_offer(opened: OpenedClient, wanted: Terms, answer: Simulation | None) -> None:
    """What stands, how other terms differ from what was asked for, and offering them.

    `answer`: what the model says of `wanted`, if there are any.
    """
    client = opened.client.client_id
    st.html(markup.heading(_("Make an offer")))
    if st.session_state.pop(OFFER_MADE, None) == client:
        say.success(_("The offer is on record, and stands in the letter."))
    if opened.offer is not None:
        say.text(simulation.offered_text(opened.offer))
    if answer is None or answer.terms is None:
        say.caption(_("Choose other terms above to offer them."))
        return
    say.text(_("As chosen: {offer}.", offer=simulation.terms_text(answer.terms)))
    if opened.client.terms is not None:
        say.text(simulation.difference_text(opened.client.terms, answer.terms))
    if not answer.granted:
        say.warning(_("The model would refuse these terms as well."))
    elif answer.recommended != answer.decision:
        for rule in deciding(answer):
            say.warning(rule_says(rule))
    _form(opened, wanted)


def _form(opened: OpenedClient, wanted: Terms) -> None:
    client = opened.client.client_id
    ends = {_until(days): _day(days) for days in DAYS}
    # Each language has its own: what it holds is formatted.
    until = st.selectbox(
        _("It stands for"),
        list(ends),
        index=DAYS.index(USUAL_DAYS),
        key=f"offer_days_{code()}",
        width=300,
    )
    name = signature("offer_reviewer")
    label = (
        _("Make this offer to client {client}", client=say.literal(client))
        if opened.offer is None
        else _("Replace the offer to client {client}", client=say.literal(client))
    )
    if st.button(label, type="primary", key="make_offer"):
        _make(opened, wanted, ends[until], name)


def _until(days: int) -> str:
    return _("{days} days, until {day}", days=days, day=calendar_day(_day(days)))


def _day(days: int) -> str:
    return (today() + timedelta(days)).isoformat()


def _make(opened: OpenedClient, wanted: Terms, valid_until: str, name: str) -> None:
    if not name:
        say.error(_("Give your name: it stays on record with the offer."))
        return
    client = opened.client.client_id
    try:
        with st.spinner(_("Recording…")):
            scoring_api().make_offer(client, wanted, valid_until, name)
    except Refused as error:
        say.error(details(error))
        return
    except ApiError as error:
        show_error(error, "offer_again")
        return
    st.session_state[OFFER_MADE] = client
    st.rerun()
