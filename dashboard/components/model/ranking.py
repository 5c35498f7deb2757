"""How well the model ranks clients, beside the simpler ones it was compared with."""

from __future__ import annotations

from functools import partial

import streamlit as st

from api_client.answers import ModelAnswer, RankingCurves
from charts import lending
from charts import ranking as charts
from charts.axes import Table
from components.layout import chart
from components.model.inspected import inspected
from session.language import _
from texts import inspection as words
from texts.formats import decimal, percent
from texts.metrics import candidate_name


@st.fragment
def ranking(model: ModelAnswer) -> None:
    found = inspected(model, "ranking")
    if found is None:
        return
    kind = st.segmented_control(
        _("Curve"),
        list(charts.KINDS),
        default=charts.ROC,
        required=True,
        format_func=lambda one: _(charts.NAMES[one]),
        key="ranking_kind",
        label_visibility="collapsed",
    )
    chart(
        charts.ranking(found.curves, kind, _refused(model)),
        f"ranking_{kind}",
        words.ranking_text(found.curves, kind),
        partial(_table, found.curves, kind),
    )


def _refused(model: ModelAnswer) -> float | None:
    """Which share of clients the limit in use refuses, where that is known."""
    points = lending.points(model.metrics.cost_curve)
    if not points:
        return None
    return 1 - points[lending.nearest(points, model.threshold)].approval_rate


def _table(curves: RankingCurves, kind: str) -> Table:
    about = charts.KINDS[kind]
    columns = [about.y(curves.refused, one) for one in curves.candidates]

    def told(value: float | None) -> str:
        if value is None:
            return "–"
        return percent(value) if about.in_percent else decimal(value, 2)

    rows = [
        [percent(share, 0), *(told(column[at]) for column in columns)]
        for at, share in enumerate(curves.refused)
    ]
    names = [candidate_name(one) for one in curves.candidates]
    if kind != charts.ROC and kind != charts.PRECISION:
        return [_("Clients refused"), *names], rows
    # Of these each model has its own places across.
    across = [about.x(curves.refused, one) for one in curves.candidates]
    both = [
        [
            percent(share, 0),
            *(
                f"{told(x[at])} → {told(y[at])}"
                for x, y in zip(across, columns, strict=True)
            ),
        ]
        for at, share in enumerate(curves.refused)
    ]
    return [_("Clients refused"), *names], both
