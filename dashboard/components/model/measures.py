"""How good the model is, and which it was compared with."""

from __future__ import annotations

import streamlit as st

from api_client.answers import ModelAnswer
from components import markup, say
from session.language import _
from texts.metrics import candidate_row, measure_rows, measure_titles


def measures(model: ModelAnswer) -> None:
    st.html(markup.heading(_("How good it is")))
    say.caption(
        _("Measured by cross-validation: always on clients the model had not seen.")
    )
    headers = [_("Measure"), _("Value"), _("Meaning")]
    st.html(markup.table(headers, measure_rows(model)))
    with st.expander(_("Which models were compared"), key="candidates"):
        say.caption(_("All on the same clients; the lowest cost wins."))
        rows = [candidate_row(candidate) for candidate in model.metrics.candidates]
        titles = [_("Model"), *measure_titles(model)]
        st.html(markup.table(titles, rows))
