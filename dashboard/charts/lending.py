"""What a lender grants and what comes of it, as the limit on the risk moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from api_client.answers import CostCurve, ModelAnswer
from charts.axes import percent_axis
from charts.model import PLAIN
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES
from session.language import _
from texts.metrics import per


@dataclass(frozen=True)
class Point:
    """Of a limit: how many it grants, how many of them default, and the cost.

    `default_rate` is None where nobody is granted.
    """

    limit: float
    approval_rate: float
    default_rate: float | None
    cost: float


def points(curve: CostCurve | None) -> list[Point]:
    """By rising limit; none of a model that came without them."""
    if curve is None or not (curve.approval_rate and curve.default_rate):
        return []
    rows = zip(
        curve.threshold,
        curve.approval_rate,
        curve.default_rate,
        curve.business_score,
        strict=True,
    )
    return [Point(*row) for row in rows]


def nearest(curve: Sequence[Point], limit: float) -> int:
    """The place of the point whose limit is nearest."""
    return min(range(len(curve)), key=lambda at: abs(curve[at].limit - limit))


def defaults(curve: Sequence[Point], today: Point, proposed: Point) -> go.Figure:
    """Approval rate against the share of those granted who default."""
    some = [one for one in curve if one.default_rate is not None]
    yaxis = percent_axis(_("of those granted, share that defaults"), rangemode="tozero")
    line = [(one.approval_rate, 100 * (one.default_rate or 0.0)) for one in some]
    marked = [
        (one.approval_rate, 100 * one.default_rate)
        if one.default_rate is not None
        else None
        for one in (today, proposed)
    ]
    return _figure(line, marked, yaxis)


def costs(
    curve: Sequence[Point], today: Point, proposed: Point, model: ModelAnswer
) -> go.Figure:
    """Approval rate against what wrong decisions cost."""
    yaxis: dict[str, object] = {
        "title": {"text": _("cost {per}", per=per(model))},
        "rangemode": "tozero",
        "gridcolor": GRID,
    }
    line = [(one.approval_rate, one.cost) for one in curve]
    marked = [(one.approval_rate, one.cost) for one in (today, proposed)]
    return _figure(line, marked, yaxis)


def _figure(
    line: Sequence[tuple[float, float]],
    marked: Sequence[tuple[float, float] | None],
    yaxis: dict[str, object],
) -> go.Figure:
    """A curve over the approval rate, with today's point and the proposed one."""
    drawn = go.Scatter(
        x=[100 * share for share, _y in line],
        y=[y for _share, y in line],
        mode="lines",
        line={"color": LOWERS, "width": 3},
        hoverinfo="x+y",
        showlegend=False,
    )
    styles = (
        (_("today"), "circle", NEUTRAL, "top left"),
        (_("proposed"), "diamond", RAISES, "bottom right"),
    )
    dots = [
        go.Scatter(
            x=[100 * at[0]],
            y=[at[1]],
            mode="markers+text",
            marker={"size": 13, "symbol": symbol, "color": color},
            text=[name],
            textposition=place,
            hoverinfo="x+y",
        )
        for at, (name, symbol, color, place) in zip(marked, styles, strict=True)
        if at is not None
    ]
    axis = percent_axis(_("share of applications that is granted"), range=[0, 104])
    return go.Figure([drawn, *dots], {"xaxis": axis, "yaxis": yaxis, **PLAIN})
