"""The application on the page, as the client made it."""

from __future__ import annotations

import streamlit as st

from api_client.answers import ClientAnswer, ModelAnswer
from components import markup, say
from session.language import _
from texts.cells import as_csv
from texts.client.application import facts_table, group_facts
from texts.formats import moment


def show_application(client: ClientAnswer, model: ModelAnswer) -> None:
    since = _("Entered here.")
    if client.imported_at is not None:
        since = _("Imported on {moment}.", moment=moment(client.imported_at))
    applied = _(
        "As the client applied. Times are counted from the day of the application."
    )
    say.caption(f"{applied} {since}")
    groups = group_facts(client.application, model)
    st.html(markup.columns([markup.fact_group(group) for group in groups]))
    st.html(markup.csv_button(_("Application"), as_csv(*facts_table(groups))))
