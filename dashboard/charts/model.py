"""Charts of the model: what weighs in it, what its limit costs, how true it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from api_client.answers import Beeswarm, CalibrationCurve, CostCurve, ModelAnswer
from charts.axes import (
    TRANSPARENT,
    above,
    percent_axis,
    row_layout,
    row_names,
    upright,
)
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES, UNSURE_ZONE, VALUES
from session.language import _
from texts.formats import percent
from texts.metrics import per

MARGINS = {"l": 8, "r": 16, "t": 32, "b": 8}
PLAIN = {"height": 320, "showlegend": False, "margin": MARGINS, **TRANSPARENT}
SPREAD = 0.3


def importance(names: Sequence[str], weights: Sequence[float]) -> go.Figure:
    """One bar per name, as long as its share of the summed weights shown (in %)."""
    bars = go.Bar(
        x=[100 * weight for weight in weights],
        y=list(range(len(names))),
        orientation="h",
        width=0.3,
        marker={"color": LOWERS},
        text=[percent(weight) for weight in weights],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    title = _("share of all that moves the model's answers")
    axis = percent_axis(title, range=[0, 115 * max(weights, default=1)])
    layout = {"annotations": row_names(names), **row_layout(len(names), axis)}
    return go.Figure(bars, layout)


def cost_curve(
    curve: CostCurve, model: ModelAnswer, tried: tuple[float, float] | None = None
) -> go.Figure:
    """Cost if the limit stood elsewhere; the model's and the `tried` one are marked."""
    line = go.Scatter(
        x=[100 * t for t in curve.threshold],
        y=list(curve.business_score),
        mode="lines",
        line={"color": LOWERS, "width": 3},
        hoverinfo="x+y",
    )
    dot = go.Scatter(
        x=[100 * tried[0]] if tried else [],
        y=[tried[1]] if tried else [],
        mode="markers",
        marker={"size": 13, "symbol": "diamond", "color": RAISES},
        hoverinfo="x+y",
    )
    limit = _("limit {limit}", limit=percent(model.threshold))
    at = 100 * model.threshold
    layout = {
        "shapes": [_band(model.threshold_interval), upright(at)],
        "annotations": [above(at, limit)],
        "xaxis": percent_axis(_("limit on the risk of default")),
        "yaxis": {
            "title": {"text": _("cost {per}", per=per(model))},
            "rangemode": "tozero",
            "gridcolor": GRID,
        },
        **PLAIN,
    }
    return go.Figure([line, dot], layout)


def _band(interval: tuple[float, float]) -> dict[str, Any]:
    low, high = interval
    return {
        "type": "rect",
        "x0": 100 * low,
        "x1": 100 * high,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "fillcolor": UNSURE_ZONE,
        "line": {"width": 0},
        "layer": "below",
    }


def calibration(curve: CalibrationCurve) -> go.Figure:
    """Risk stated against share that defaulted (both in %), with the line of truth."""
    top = 105 * max(*curve.predicted, *curve.observed, 0.01)
    dashes = {"color": NEUTRAL, "width": 2, "dash": "dash"}
    truth = go.Scatter(
        x=[0, top], y=[0, top], mode="lines", line=dashes, hoverinfo="skip"
    )
    observed = go.Scatter(
        x=[100 * share for share in curve.predicted],
        y=[100 * share for share in curve.observed],
        mode="markers+lines",
        line={"color": LOWERS, "width": 1},
        marker={"size": 10, "color": LOWERS},
        hoverinfo="x+y",
    )
    layout = {
        "xaxis": percent_axis(_("risk that the model states"), range=[0, top]),
        "yaxis": percent_axis(_("share that defaulted"), range=[0, top]),
        **PLAIN,
    }
    return go.Figure([truth, observed], layout)


def beeswarm(names: Sequence[str], swarm: Beeswarm) -> go.Figure:
    """One row per feature, one dot per client: where it moved, dark for high values."""
    axis = {"title": {"text": _("◀ lowers the risk · raises it ▶")}}
    layout = {
        "shapes": [upright(0, 1, "solid")],
        "annotations": row_names(names),
        **row_layout(len(names), axis),
    }
    return go.Figure([_swarm(row, swarm) for row in range(len(names))], layout)


def _swarm(row: int, swarm: Beeswarm) -> go.Scattergl:
    moves = [client[row] for client in swarm.contributions]
    shades = ranks([client[row] for client in swarm.values])
    scale = {"colorscale": VALUES, "cmin": 0, "cmax": 1}
    return go.Scattergl(
        x=moves,
        y=[row + SPREAD * apart(i) for i in range(len(moves))],
        mode="markers",
        marker={"size": 4, "color": shades, **scale},
        hoverinfo="skip",
    )


def ranks(values: Sequence[float | None]) -> list[float]:
    """Each value's place among the others, from 0 to 1; missing ones in the middle."""
    order = sorted({value for value in values if value is not None})
    last = max(len(order) - 1, 1)
    places = {value: i / last for i, value in enumerate(order)}
    return [places.get(value, 0.5) if value is not None else 0.5 for value in values]


def apart(i: int) -> float:
    """The same scatter at every drawing, from -1 to 1, so that dots do not hide."""
    return 2 * ((i * 0.618034) % 1) - 1
