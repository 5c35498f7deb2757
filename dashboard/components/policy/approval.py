"""The curve that a credit committee asks for, with today's limit and a proposed one."""

from __future__ import annotations

import streamlit as st

from api_client.answers import ModelAnswer
from charts import lending
from charts.lending import Point
from components import markup, say
from components.layout import chart
from session.language import _
from texts.cells import Cell
from texts.formats import decimal, percent, whole
from texts.metrics import per

APPLICATIONS = 1000


# A proposed limit draws the curve anew, and asks nobody.
@st.fragment
def approval(model: ModelAnswer) -> None:
    st.html(markup.heading(_("Grant more, or lose less")))
    curve = lending.points(model.metrics.cost_curve)
    if not curve:
        say.caption(
            _(
                "The model that serves came without approval and default rates: one "
                "that is trained and exported now has them."
            )
        )
        return
    say.caption(
        _(
            "Measured on {clients} clients of whom the model had not learnt, by the "
            "model alone: rules of a policy refuse or refer more. Those who were never "
            "granted a loan are not among them.",
            clients=whole(model.data.clients),
        )
    )
    places = list(range(len(curve)))
    here = lending.nearest(curve, model.threshold)
    there = st.select_slider(
        _("Proposed limit on the risk of default"),
        places,
        value=here,
        format_func=lambda place: say.literal(percent(curve[place].limit, 2)),
        key=f"proposed_{model.bundle_sha256}",
    )
    today, proposed = curve[here], curve[int(str(there))]
    headers = [
        _("Risk of default"),
        _("Granted"),
        _("Of those granted, share that defaults"),
        _("Of {number} applications, loans that default", number=whole(APPLICATIONS)),
        _("Cost {per}", per=per(model)),
    ]
    rows = [[_("today"), *_row(today)], [_("proposed"), *_row(proposed)]]
    st.html(
        markup.table(
            [_("Limit"), *headers], rows, _("Today's limit and the proposed one")
        )
    )
    table = (headers, [_row(one) for one in curve])
    left, right = st.columns(2, gap="small")
    with left:
        chart(
            lending.defaults(curve, today, proposed),
            "approval_defaults",
            _sentence(today, proposed),
            lambda: table,
        )
    with right:
        chart(
            lending.costs(curve, today, proposed, model),
            "approval_costs",
            _cost_sentence(today, proposed, model),
            lambda: table,
        )
    say.info(
        _(
            "Nothing here changes the limit: it is part of the model, chosen in "
            "training for the costs of wrong decisions. To move it, train with other "
            "costs; to be stricter now, add a rule that refers or refuses above a risk."
        )
    )


def _row(point: Point) -> list[Cell]:
    rate = point.default_rate
    defaults = (rate or 0.0) * point.approval_rate * APPLICATIONS
    return [
        percent(point.limit, 2),
        percent(point.approval_rate),
        "–" if rate is None else percent(rate),
        decimal(defaults, 0),
        decimal(point.cost, 3),
    ]


def _sentence(today: Point, proposed: Point) -> str:
    share, rate = percent(today.approval_rate), percent(today.default_rate or 0.0)
    told = _(
        "Today {share} of applications are granted, and {rate} of those default.",
        share=share,
        rate=rate,
    )
    if today == proposed:
        return told
    share, rate = percent(proposed.approval_rate), percent(proposed.default_rate or 0.0)
    more = _(
        "With the proposed limit {share} would be granted, and {rate} of those "
        "default.",
        share=share,
        rate=rate,
    )
    return f"{told} {more}"


def _cost_sentence(today: Point, proposed: Point, model: ModelAnswer) -> str:
    told = _(
        "Wrong decisions cost {cost} {per} today.",
        cost=decimal(today.cost, 3),
        per=per(model),
    )
    if today == proposed:
        return told
    more = _("With the proposed limit: {cost}.", cost=decimal(proposed.cost, 3))
    return f"{told} {more}"
