"""Whether the risk that the model states is true."""

from __future__ import annotations

import streamlit as st

from api_client.answers import CalibrationCurve
from charts import model as model_charts
from components import markup, say
from components.layout import chart
from session.language import _
from texts import model as model_words
from texts.formats import percent, whole


def calibration(curve: CalibrationCurve | None) -> None:
    st.html(markup.heading(_("Is the risk it states true?")))
    if curve is None:
        say.caption(_("This model came without that check."))
        return
    rows = [
        [percent(stated), percent(observed), whole(clients)]
        for stated, observed, clients in zip(
            curve.predicted, curve.observed, curve.clients, strict=True
        )
    ]
    headers = [_("Risk stated"), _("Share that defaulted"), _("Clients")]
    chart(
        model_charts.calibration(curve),
        "calibration",
        model_words.calibration_text(curve),
        lambda: (headers, rows),
    )
