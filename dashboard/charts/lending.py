"""What a lender grants and what comes of it, as the limit on the risk moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Counts:
    """How many clients a limit decides on rightly and wrongly."""

    granted_repaid: int
    granted_defaulted: int
    refused_repaid: int
    refused_defaulted: int


def counts(point: Point, clients: int, default_rate: float) -> Counts:
    """Of all the clients that the curve is of; its rates are exact."""
    granted = round(point.approval_rate * clients)
    late = round((point.default_rate or 0.0) * granted)
    all_late = round(default_rate * clients)
    return Counts(
        granted_repaid=granted - late,
        granted_defaulted=late,
        refused_repaid=clients - granted - (all_late - late),
        refused_defaulted=all_late - late,
    )


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
    yaxis = percent_axis(_("of those granted, share that defaults"), rangemode="tozero")

    def rate(point: Point) -> float | None:
        return None if point.default_rate is None else 100 * point.default_rate

    return _figure(curve, today, proposed, rate, yaxis)


def costs(
    curve: Sequence[Point], today: Point, proposed: Point, model: ModelAnswer
) -> go.Figure:
    """Approval rate against what wrong decisions cost."""
    yaxis = {
        "title": {"text": _("cost {per}", per=per(model))},
        "rangemode": "tozero",
        "gridcolor": GRID,
    }
    return _figure(curve, today, proposed, lambda point: point.cost, yaxis)


def _figure(
    curve: Sequence[Point],
    today: Point,
    proposed: Point,
    of: Callable[[Point], float | None],
    yaxis: Mapping[str, object],
) -> go.Figure:
    """A curve over the approval rate; today's point and, if it is another, a second."""
    drawn = go.Scatter(
        x=[100 * one.approval_rate for one in curve],
        y=[of(one) for one in curve],
        mode="lines",
        line={"color": LOWERS, "width": 3},
        hoverinfo="x+y",
    )
    styles = [(today, _("today"), "circle", NEUTRAL, "top left")]
    if proposed != today:
        styles.append((proposed, _("proposed"), "diamond", RAISES, "bottom right"))
    dots = [
        go.Scatter(
            x=[100 * point.approval_rate],
            y=[of(point)],
            mode="markers+text",
            marker={"size": 13, "symbol": symbol, "color": color},
            text=[name],
            textposition=place,
            hoverinfo="x+y",
        )
        for point, name, symbol, color, place in styles
    ]
    axis = percent_axis(_("share of applications that is granted"), range=[0, 104])
    layout = {"xaxis": axis, "yaxis": yaxis, **PLAIN}
    return go.Figure([drawn, *dots], layout)
