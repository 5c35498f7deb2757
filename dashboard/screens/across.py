"""To turn to the applicant: their application in plain words, in their language."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from api_client.answers import Counterfactual, ModelAnswer
from api_client.cache import OpenedClient, current_model, way_through
from api_client.errors import ApiError
from components import markup, say
from components.client.client_picker import PARAMETER, chosen, the_client
from components.client.remarks import waiting
from components.layout import PRODUCT, language_switch
from session.language import PARAMETER as LANGUAGE
from session.language import _, code, timezone
from texts.client import across
from texts.client.loan_terms import movable
from texts.formats import day


def show() -> None:
    with st.container(key="bar", horizontal=True, vertical_alignment="center"):
        st.page_link(
            "screens/client.py",
            label=_("Back"),
            icon=":material/arrow_back:",
            query_params={PARAMETER: chosen(), LANGUAGE: code()},
        )
        language_switch()
        st.html(markup.print_button(_("Print")))
    opened = the_client()
    if opened:
        with st.container(key="across", border=True):
            _told(opened, current_model())


def _told(opened: OpenedClient, model: ModelAnswer) -> None:
    say.title(_("Your loan application"))
    named = model.key_label(_("Client number"))
    today = day(datetime.now(timezone()))
    st.html(markup.small(f"{PRODUCT} · {named} {opened.client.client_id} · {today}"))
    for part in across.parts(opened, _way(opened, model), waiting(opened), model):
        st.html(markup.part(part.title, part.sentences, part.points))


def _way(opened: OpenedClient, model: ModelAnswer) -> Counterfactual | None:
    """What would be granted in place of what is refused, unless it is no question."""
    standing, names = opened.standing, [t.name for t in movable(opened.client, model)]
    open_question = standing.result == across.REFUSED and opened.offer is None
    if opened.prediction.granted or standing.latest.outdated or not names:
        return None
    if not open_question:
        return None
    try:
        with st.spinner(_("Searching…")):
            return way_through(opened, tuple(names))
    except ApiError:
        return None  # The rest can be told without it.


if __name__ == "__main__":
    show()
