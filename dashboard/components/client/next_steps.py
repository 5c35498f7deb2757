"""Where an officer goes from here, and what is to be known there: one line each."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from api_client.answers import ModelAnswer, Prediction
from api_client.cache import OpenedClient
from components import markup, say
from components.client.client_picker import PARAMETER, score_again_button
from components.layout import card
from session import work_view
from session.language import PARAMETER as LANGUAGE
from session.language import _, code
from texts.client import decision


def recall(opened: OpenedClient, model: ModelAnswer) -> bool:
    """What stands and why, in short, on the pages that go into something else.

    Whether it can be compared with what the model says now, of the data as they are.
    """
    prediction, standing = opened.prediction, opened.standing
    numbers, why = decision.numbers(prediction), decision.weighing(prediction, model)
    lines = (f"{numbers[:1].upper()}{numbers[1:]}.", why)
    st.html(
        markup.standing(
            decision.standing_text(standing), " ".join(lines), standing.result
        )
    )
    for note in decision.changed_since(standing):
        say.warning(note)
    if standing.latest.outdated:
        score_again_button(opened.client.client_id, standing)
    return not standing.latest.outdated


def next_steps(prediction: Prediction, here: str, upright: bool = False) -> None:
    """What can be done now, as links that keep the client, in a row or `upright`."""
    address = {PARAMETER: str(prediction.client_id), LANGUAGE: code()}
    address |= work_view.of_address()
    pages = _pages(prediction.granted)
    del pages[here]
    with card("next"):
        st.html(markup.heading(_("What can be done")))
        places = iter(_places(len(pages), upright))
        for page, (label, why, icon) in pages.items():
            with next(places):
                st.page_link(
                    f"screens/{page}.py", label=label, icon=icon, query_params=address
                )
                say.caption(why)


def _places(number: int, upright: bool) -> list[DeltaGenerator]:
    if upright:
        return [st.container(gap="xxsmall") for _place in range(number)]
    return st.columns(number, gap="small")


def _pages(granted: bool) -> dict[str, tuple[str, str, str]]:
    """Label, what is there, and icon of each page."""
    terms = _("Try other terms") if granted else _("Find terms that would be granted")
    return {
        "client": (
            _("See the reasons"),
            _("The decision, why, and how sure it is."),
            ":material/person:",
        ),
        "compare": (
            _("See clients like this one"),
            _("How many of them repaid, and where this client stands among them."),
            ":material/group:",
        ),
        "simulate": (
            terms,
            _("Another amount, term or down payment, before anything is decided."),
            ":material/tune:",
        ),
        "decide": (
            _("Decide, and write to the client"),
            _("Follow the model or not, with your reason; then hand over the letter."),
            ":material/gavel:",
        ),
        "across": (
            _("Turn the screen to the client"),
            _("All of it in plain words, in their language, to read or to print."),
            ":material/co_present:",
        ),
    }
