"""Where the model is wrong most, by the value of a fact."""

from __future__ import annotations

from functools import partial

import streamlit as st

from api_client.answers import ErrorBins, InputErrors, ModelAnswer
from api_client.meaning import Descriptor
from charts import model_errors as charts
from charts.axes import Table
from components import markup, say
from components.layout import chart
from components.model.inspected import inspected
from session.language import _
from texts import inspection as words
from texts.formats import decimal, percent, whole
from texts.metrics import per

WORST = 5


@st.fragment
def errors(model: ModelAnswer) -> None:
    found = inspected(model, "errors")
    if found is None or not found.errors:
        return
    by_fact = {one.feature: one for one in found.errors}
    worst = words.gaps(found.errors)[:WORST]
    say.caption(
        _(
            "Where the share of clients who defaulted is furthest off the risk stated, "
            "by how much chance would put it off; always on clients the model had not "
            "seen."
        )
    )
    st.html(markup.table(*_furthest(worst, by_fact, model)))
    name = st.selectbox(
        _("Fact"),
        list(by_fact),
        index=list(by_fact).index(worst[0].feature) if worst else 0,
        format_func=lambda one: model.describe(one).label,
        key="errors_fact",
    )
    _one_fact(by_fact[str(name)], model)


def _one_fact(one: InputErrors, model: ModelAnswer) -> None:
    feature, bins = model.describe(one.feature), one.bins
    names = [words.bin_name(bins, at, feature) for at in range(len(bins.clients))]
    ticks = [words.bin_tick(bins, at, feature) for at in range(len(names))]
    risk, decisions, cost = _("Risk"), _("Wrong decisions"), _("Cost")
    way = st.segmented_control(
        _("Shown"),
        [risk, decisions, cost],
        default=risk,
        required=True,
        key="errors_way",
        label_visibility="collapsed",
    )
    if way == decisions:
        figure = charts.wrong(ticks, bins)
    elif way == cost:
        figure = charts.costs(ticks, bins, _("cost {per}", per=per(model)))
    else:
        figure = charts.risks(ticks, bins)
    sentence = words.errors_text(bins, feature)
    chart(figure, "errors", sentence, partial(_table, names, bins, model))


def _table(names: list[str], bins: ErrorBins, model: ModelAnswer) -> Table:
    headers = [
        _("Value"),
        _("Clients"),
        _("Risk stated"),
        _("Share that defaulted"),
        _("Granted, and defaulted"),
        _("Refused, and repaid"),
        _("Cost {per}", per=per(model)),
    ]
    rows = [
        [
            name,
            whole(bins.clients[at]),
            percent(bins.stated[at]),
            percent(bins.observed[at]),
            whole(bins.granted_defaults[at]),
            whole(bins.refused_good[at]),
            decimal(bins.cost[at], 3),
        ]
        for at, name in enumerate(names)
    ]
    return headers, rows


def _furthest(
    worst: list[words.Gap], by_fact: dict[str, InputErrors], model: ModelAnswer
) -> Table:
    headers = [
        _("Fact"),
        _("Value"),
        _("Clients"),
        _("Risk stated"),
        _("Share that defaulted"),
        _("Off by, in standard errors"),
    ]
    rows = []
    for gap in worst:
        feature: Descriptor = model.describe(gap.feature)
        bins = by_fact[gap.feature].bins
        rows.append(
            [
                feature.label,
                words.bin_name(bins, gap.place, feature),
                whole(bins.clients[gap.place]),
                percent(bins.stated[gap.place]),
                percent(bins.observed[gap.place]),
                decimal(gap.errors, 1),
            ]
        )
    return headers, rows
