"""Charts of the model: what weighs in it, what its limit costs, how true it is."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from axes import ROW_HEIGHT, TRANSPARENT, lay_rows, mark_limit, name_rows
from formats import percent
from importance_answers import Beeswarm
from language import _
from model_answers import CalibrationCurve, CostCurve
from palette import GRID, LOWERS, NEUTRAL, UNSURE_ZONE, VALUES

MARGINS = {"l": 8, "r": 16, "t": 32, "b": 8}
SPREAD = 0.3


def importance(names: Sequence[str], weights: Sequence[float]) -> go.Figure:
    """One bar per name, as long as its share of the summed weights shown (in %)."""
    figure = go.Figure(
        go.Bar(
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
    )
    name_rows(figure, names)
    lay_rows(figure, len(names))
    figure.update_xaxes(
        range=[0, 115 * max(weights, default=1)],
        ticksuffix=" %",
        title={"text": _("share of all that moves the model's answers")},
    )
    figure.update_layout(showlegend=False)
    return figure


def cost_curve(
    curve: CostCurve, threshold: float, interval: tuple[float, float]
) -> go.Figure:
    """Cost per application if the limit stood elsewhere, with the limit marked."""
    figure = go.Figure(
        go.Scatter(
            x=[100 * t for t in curve.thresholds],
            y=list(curve.business_scores),
            mode="lines",
            line={"color": LOWERS, "width": 3},
            hoverinfo="x+y",
        )
    )
    low, high = interval
    figure.add_vrect(
        x0=100 * low, x1=100 * high, fillcolor=UNSURE_ZONE, line_width=0, layer="below"
    )
    mark_limit(figure, 100 * threshold, _("limit {limit}", limit=percent(threshold)))
    figure.update_xaxes(
        title={"text": _("limit on the risk of default")},
        ticksuffix=" %",
        gridcolor=GRID,
    )
    figure.update_yaxes(
        title={"text": _("cost per application")}, rangemode="tozero", gridcolor=GRID
    )
    figure.update_layout(
        height=320,
        showlegend=False,
        margin=MARGINS,
        **TRANSPARENT,
    )
    return figure


def calibration(curve: CalibrationCurve) -> go.Figure:
    """Risk stated against share that defaulted (both in %), with the line of truth."""
    top = 105 * max(*curve.predicted, *curve.observed, 0.01)
    figure = go.Figure()
    line = {"color": NEUTRAL, "width": 2, "dash": "dash"}
    figure.add_trace(
        go.Scatter(x=[0, top], y=[0, top], mode="lines", line=line, hoverinfo="skip")
    )
    figure.add_trace(
        go.Scatter(
            x=[100 * share for share in curve.predicted],
            y=[100 * share for share in curve.observed],
            mode="markers+lines",
            line={"color": LOWERS, "width": 1},
            marker={"size": 10, "color": LOWERS},
            hoverinfo="x+y",
        )
    )
    figure.update_xaxes(
        title={"text": _("risk that the model states")},
        ticksuffix=" %",
        range=[0, top],
        gridcolor=GRID,
    )
    figure.update_yaxes(
        title={"text": _("share that defaulted")},
        ticksuffix=" %",
        range=[0, top],
        gridcolor=GRID,
    )
    figure.update_layout(height=320, showlegend=False, margin=MARGINS, **TRANSPARENT)
    return figure


def beeswarm(names: Sequence[str], swarm: Beeswarm) -> go.Figure:
    """One row per feature, one dot per client: where it moved, dark for high values."""
    figure = go.Figure()
    for row in range(len(names)):
        moves = [client[row] for client in swarm.contributions]
        shades = ranks([client[row] for client in swarm.values])
        figure.add_trace(
            go.Scattergl(
                x=moves,
                y=[row + SPREAD * apart(i) for i in range(len(moves))],
                mode="markers",
                marker={
                    "size": 4,
                    "color": shades,
                    "colorscale": VALUES,
                    "cmin": 0,
                    "cmax": 1,
                },
                hoverinfo="skip",
            )
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    name_rows(figure, names)
    lay_rows(figure, len(names))
    figure.update_xaxes(title={"text": _("◀ lowers the risk · raises it ▶")})
    figure.update_layout(showlegend=False, height=ROW_HEIGHT * len(names) + 100)
    return figure


def ranks(values: Sequence[float | None]) -> list[float]:
    """Each value's place among the others, from 0 to 1; missing ones in the middle."""
    order = sorted({value for value in values if value is not None})
    last = max(len(order) - 1, 1)
    places = {value: i / last for i, value in enumerate(order)}
    return [places.get(value, 0.5) if value is not None else 0.5 for value in values]


def apart(i: int) -> float:
    """The same scatter at every drawing, from -1 to 1, so that dots do not hide."""
    return 2 * ((i * 0.618034) % 1) - 1
