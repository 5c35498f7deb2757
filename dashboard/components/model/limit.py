"""What the limit costs, and what another one would: approvals, defaults, decisions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import ModelAnswer
from charts import lending
from charts import model as model_charts
from charts.lending import Point
from components import markup, say
from components.layout import chart
from session.language import _
from texts import model as model_words
from texts.formats import decimal, percent, whole
from texts.metrics import per


# A limit that is tried draws the curve anew, and asks nobody.
@st.fragment
def limit(model: ModelAnswer) -> None:
    st.html(markup.heading(_("The limit and what it costs")))
    say.text(model_words.costs_text(model))
    curve = model.metrics.cost_curve
    sentence = model_words.cost_curve_text(curve, model)
    if not curve or not curve.threshold:
        say.caption(sentence)
        return
    points = lending.points(curve)
    tried = _tried(points, model) if points else None
    rows = [
        [percent(limit, 2), decimal(score, 4)]
        for limit, score in zip(curve.threshold, curve.business_score, strict=True)
    ]
    chart(
        model_charts.cost_curve(
            curve, model, (tried.limit, tried.cost) if tried else None
        ),
        "cost_curve",
        sentence,
        lambda: ([_("Limit"), _("Cost {per}", per=per(model))], rows),
    )


def _tried(points: Sequence[Point], model: ModelAnswer) -> Point:
    """The limit that the slider is at; what it would do beside the one in use."""
    here = lending.nearest(points, model.threshold)
    there = st.select_slider(
        _("Try another limit"),
        list(range(len(points))),
        value=here,
        format_func=lambda place: say.literal(percent(points[place].limit, 2)),
        key=f"tried_{model.bundle_sha256}",
    )
    used, tried = points[here], points[int(str(there))]
    headers = [
        _("At the limit"),
        _("in use, {limit}", limit=percent(used.limit, 2)),
        _("tried, {limit}", limit=percent(tried.limit, 2)),
    ]
    told = zip(_told(used, model), _told(tried, model), strict=True)
    rows = [[name, now, then] for (name, now), (_name, then) in told]
    caption = _("What the limit in use does, and the one that is tried")
    st.html(markup.table(headers, rows, caption))
    return tried


def _told(point: Point, model: ModelAnswer) -> list[tuple[str, str]]:
    """What a limit does, by name."""
    counts = lending.counts(point, model.data.clients, model.data.default_rate)
    rate = point.default_rate
    return [
        (_("Granted"), percent(point.approval_rate)),
        (_("Of those granted, share that defaults"), _share(rate)),
        (_("Cost {per}", per=per(model)), decimal(point.cost, 4)),
        (_("Rightly granted: they repaid"), whole(counts.granted_repaid)),
        (_("Wrongly granted: they defaulted"), whole(counts.granted_defaulted)),
        (_("Wrongly refused: they repaid"), whole(counts.refused_repaid)),
        (_("Rightly refused: they defaulted"), whole(counts.refused_defaulted)),
    ]


def _share(rate: float | None) -> str:
    return "–" if rate is None else percent(rate)
