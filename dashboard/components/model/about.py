"""Where the model comes from, with its card."""

from __future__ import annotations

from functools import partial

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.cache import model_card_of
from api_client.errors import ApiError, NotFound
from components import markup, say
from components.error_panel import show_error
from components.layout import on_demand
from config import settings
from session.language import _, code
from texts import model as model_words
from texts.formats import moment


def about(model: ModelAnswer) -> None:
    rows = [
        (_("Name"), model.name),
        (_("Version"), model.version),
        (_("Made on"), moment(model.created_at)),
        (_("MLflow run"), model.mlflow_run_id or _("not given")),
        (_("Fingerprint (SHA-256)"), model.bundle_sha256),
        *((_("Independent validation"), one) for one in model_words.validation(model)),
    ]
    st.html(markup.heading(_("Where this model comes from")))
    st.html(markup.table([_("Item"), _("Value")], rows))
    run = settings().run_address(model.mlflow_run_id)
    if run:
        st.html(markup.link(run, _("Open the run in MLflow")))
    opened = st.expander(_("The model card"), key="card", on_change="rerun")
    on_demand(opened, partial(_card, model))


def _card(model: ModelAnswer) -> None:
    try:
        with st.spinner(_("Fetching…")):
            text = model_card_of(model, code())
    except NotFound:
        say.caption(_("This model came without a card."))
    except ApiError as error:
        show_error(error, "card_again")
    else:
        say.written(text)
