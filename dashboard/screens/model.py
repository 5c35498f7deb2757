"""The model: what weighs in it, where its limit is, how good and how fair it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.cache import current_model
from components import markup, say
from components.layout import card, on_demand
from components.model.about import about
from components.model.calibration import calibration
from components.model.dependence import dependence
from components.model.errors import errors
from components.model.fairness import fairness
from components.model.importance import importance
from components.model.interactions import interactions
from components.model.limit import limit
from components.model.measures import measures
from components.model.points import show_points
from components.model.ranking import ranking
from components.model.segments import segments
from session.language import _
from texts.formats import decimal, percent, whole
from texts.metrics import per


def show() -> None:
    say.title(_("Model"))
    model = current_model()
    _headline(model)
    left, weights = st.columns(2, gap="small")
    with left:
        with card("limit"):
            limit(model)
        with card("calibration"):
            calibration(model.metrics.calibration_curve)
    with weights, card("importance"):
        importance(model)
    show_points(model)
    with card("fairness"):
        fairness(model)
    with card("measures"):
        measures(model)
    with card("closer"):
        _closer(model)
    with card("about"):
        about(model)


def _closer(model: ModelAnswer) -> None:
    """What takes long to draw, each part when it is opened."""
    st.html(markup.heading(_("A closer look")))
    _part("ranking", _("How well it ranks, beside simpler models"), ranking, model)
    _part("dependence", _("How the risk moves with one fact"), dependence, model)
    _part("interactions", _("What two facts say together"), interactions, model)
    _part("errors", _("Where it is wrong most"), errors, model)
    _part("segments", _("How good it is for some clients"), segments, model)


def _part(
    key: str, label: str, draw: Callable[[ModelAnswer], None], model: ModelAnswer
) -> None:
    opened = st.expander(label, key=key, on_change="rerun")
    on_demand(opened, partial(draw, model))


def _headline(model: ModelAnswer) -> None:
    figures = [
        (_("Limit on the risk of default"), percent(model.threshold)),
        (_("Learnt from"), _("{number} clients", number=whole(model.data.clients))),
        (_("Of whom defaulted"), percent(model.data.default_rate)),
    ]
    score = model.metrics.cv.business_score
    if score is not None:
        figures.append((_("Cost {per}", per=per(model)), decimal(score, 3)))
    say.text(
        _(
            "The model estimates for each client the risk of default: that they will "
            "have serious trouble repaying. It advises; people decide."
        )
    )
    with st.container(key="headline"):
        columns = st.columns(len(figures))
        for column, (label, value) in zip(columns, figures, strict=True):
            with column:
                say.metric(label, value)


if __name__ == "__main__":
    show()
