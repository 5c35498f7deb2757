"""The table of points, where the model is one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from api_client.answers import ModelAnswer, Prediction
from api_client.cache import scorecard_of
from api_client.errors import ApiError
from components import markup, say
from components.error_panel import show_error
from components.layout import card, numbers
from session.language import _
from texts import points as words
from texts.formats import plain

SCORECARD = "scorecard"


def show_points(model: ModelAnswer) -> None:
    """Its card; nothing is shown, or asked for, where trees serve."""
    if model.form != SCORECARD:
        return
    with card("points"):
        title = _("The table of points")
        st.html(markup.heading(title))
        try:
            told = scorecard_of(model)
        except ApiError as error:
            show_error(error, "points_again")
            return
        say.text(words.scale_text(told, model))
        headers = [_("Fact"), _("Value"), _("Points")]
        headers += [_("Share of clients"), _("Defaulted")]
        numbers(
            "points_table",
            lambda: (headers, words.points_rows(told, model)),
            title,
            _("The points of each fact"),
        )


def points_of(prediction: Prediction, model: ModelAnswer) -> Mapping[str, str]:
    """What each fact of a client is worth; nothing where another model decided."""
    same = prediction.model.bundle_sha256 == model.bundle_sha256
    if model.form != SCORECARD or not same:
        return {}
    inputs = {one.feature: one for one in scorecard_of(model).inputs}
    return {
        item.feature: plain(inputs[item.feature].of(item.value))
        for item in prediction.explanation.contributions
        if item.feature in inputs
    }
