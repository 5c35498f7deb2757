"""How the risk moves with one fact: on average, for a client, client by client."""

from __future__ import annotations

from functools import partial

import streamlit as st

from api_client.answers import ClientDependence, InspectedInput, ModelAnswer
from api_client.cache import dependence_of
from api_client.errors import ApiError
from api_client.meaning import Descriptor
from charts import dependence as charts
from charts.axes import Table
from components import say
from components.client import client_picker
from components.layout import chart
from components.model.inspected import inspected
from session.language import _
from session.user import OFFICER, person
from texts import inspection as words
from texts.client.comparison import worded_scale
from texts.formats import decimal, percent, value_text


@st.fragment
def dependence(model: ModelAnswer) -> None:
    found = inspected(model, "dependence")
    if found is None or not found.inputs:
        return
    inputs = {one.feature: one for one in found.inputs}
    name = st.selectbox(
        _("Fact"),
        list(inputs),
        format_func=lambda one: model.describe(one).label,
        key="dependence_fact",
    )
    average, each = _("On average"), _("Client by client")
    way = st.segmented_control(
        _("Shown"),
        [average, each],
        default=average,
        required=True,
        key="dependence_way",
        label_visibility="collapsed",
    )
    one = inputs[str(name)]
    if way == each:
        _points(one, model)
    else:
        _partial(one, model)


def _partial(one: InspectedInput, model: ModelAnswer) -> None:
    feature, told = model.describe(one.feature), one.dependence
    own = _own(one.feature, model)
    chart(
        charts.partial(told, worded_scale(feature, told.values), own),
        "partial",
        words.dependence_text(told, feature, own),
        partial(_means, one, feature, own),
    )
    if own is None:
        say.caption(
            _("With a client opened, this client's own line is drawn here, too.")
        )


def _own(name: str, model: ModelAnswer) -> ClientDependence | None:
    """Of the client who is open, for who may see clients."""
    someone = person()
    key = client_picker.read_key(client_picker.chosen(), model)
    if key is None or someone is None or OFFICER not in someone.roles:
        return None
    try:
        return dependence_of(name, key, model)
    except ApiError:
        return None


def _means(
    one: InspectedInput, feature: Descriptor, own: ClientDependence | None
) -> Table:
    told = one.dependence
    headers = [_("Value"), _("Mean risk"), _("Lowest tenth"), _("Highest tenth")]
    columns = [told.risk, told.low, told.high]
    if own is not None and list(own.values) == list(told.values):
        headers.append(_("This client"))
        columns.append(own.risk)
    rows = [
        [value_text(value, feature), *(percent(column[at], 2) for column in columns)]
        for at, value in enumerate(told.values)
    ]
    return headers, rows


def _points(one: InspectedInput, model: ModelAnswer) -> None:
    feature = model.describe(one.feature)
    second = None if one.second is None else model.describe(one.second)
    told = one.points
    if second is not None:
        in_words = worded_scale(second, ())
        other = [in_words(value) for value in told.other]
        told = told.model_copy(update={"other": other})
    shown = sum(value is not None for value in told.values)
    chart(
        charts.points(
            told,
            worded_scale(feature, told.values),
            second.label if second else "",
            bool(second and second.category),
        ),
        "points",
        words.points_text(feature, second, shown),
        partial(_moves, one, feature, second),
    )


def _moves(
    one: InspectedInput, feature: Descriptor, second: Descriptor | None
) -> Table:
    headers = [feature.label, _("Moves the margin by")]
    headers += [] if second is None else [second.label]
    told, rows = one.points, []
    for at, value in enumerate(told.values):
        row = [value_text(value, feature), decimal(told.contributions[at], 3)]
        row += [] if second is None else [value_text(told.other[at], second)]
        rows.append(row)
    return headers, rows
