"""Whether the model treats people alike."""

from __future__ import annotations

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.meaning import in_words
from components import markup, say
from session.language import _
from texts import model as model_words
from texts.formats import percent, whole


def fairness(model: ModelAnswer) -> None:
    st.html(markup.heading(_("Does it treat people alike?")))
    audited = model.metrics.fairness
    if not audited:
        say.caption(_("This model came without that check."))
        return
    headers = [
        _("Group"),
        _("Clients"),
        _("Defaulted"),
        _("Granted"),
        _("Granted, of those who repay"),
    ]
    columns = st.columns(len(audited), gap="medium")
    for column, audit in zip(columns, audited, strict=True):
        rows = [
            [
                model_words.group_text(group.group, model.column(audit.attribute)),
                whole(group.clients),
                percent(group.default_rate),
                percent(group.approval_rate),
                percent(group.good_approval_rate),
            ]
            for group in audit.groups
        ]
        label = in_words(audit.label, audit.attribute)
        with column:
            st.html(markup.heading(label, 3))
            st.html(markup.table(headers, rows, label))
            say.caption(model_words.fairness_text(audit))
