"""Charts that stand one client beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from api_client.answers import Distribution, Scatter
from api_client.meaning import Value
from charts.axes import TRANSPARENT, above, percent_axis, upright
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES, SIMILAR
from session.language import _
from texts.client.comparison import Scale

COLOURS = {"all": NEUTRAL, "repaid": LOWERS, "defaulted": RAISES, "similar": SIMILAR}
DASHES = {"all": "solid", "repaid": "solid", "defaulted": "dash", "similar": "dot"}
HATCHES = {"all": "", "repaid": "", "defaulted": "/", "similar": "."}
MARGINS = {"l": 8, "r": 16, "t": 28, "b": 8}
# Below the chart: on a narrow screen it takes several lines.
LEGEND = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}
ABOVE = {"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0}
PLAIN = {"margin": MARGINS, "legend": LEGEND, **TRANSPARENT}


def group_name(group: str) -> str:
    names = {
        "all": _("all clients"),
        "repaid": _("repaid"),
        "defaulted": _("defaulted"),
        "similar": _("similar clients"),
    }
    return names[group]


def shares(counts: Sequence[int]) -> list[float]:
    """Each count as a share of them all, in %."""
    total = sum(counts) or 1
    return [100 * count / total for count in counts]


def distribution(
    answer: Distribution,
    names: Sequence[str],
    groups: Sequence[str],
    client: float | str | None,
    axis: Scale,
) -> go.Figure:
    """What share (in %) of each group has which value; the client's is marked.

    `names` are the bins in words, `client` a number, a bin's name, or unknown.
    """
    traces = []
    for group in groups:
        counts = answer.counts[group]
        if answer.edges:
            edges = [axis(edge) for edge in answer.edges]
            traces.append(_line(group, edges, counts))
        else:
            traces.append(_columns(group, names, counts))
    share = percent_axis(_("share of the group"), rangemode="tozero")
    layout = {
        "xaxis": {
            "title": {"text": axis.title},
            "gridcolor": GRID,
            "automargin": True,
        },
        "yaxis": share,
        "height": 360 if answer.edges else 420,
        "barmode": "group",
        **_mark(axis(client)),
        **PLAIN,
        # Names of categories may stand upright below: the legend keeps off.
        "legend": LEGEND if answer.edges else ABOVE,
    }
    return go.Figure(traces, layout)


def scatter(answer: Scatter, across: Scale, up: Scale) -> go.Figure:
    """Each dot a client; who defaulted is a cross, this client a large diamond."""
    axes = across, up
    traces = [_crowd(answer, axes, defaulted) for defaulted in (False, True)]
    if answer.client:
        traces.append(_one(across(answer.client[0]), up(answer.client[1])))
    layout = {
        "xaxis": {
            "title": {"text": across.title},
            "gridcolor": GRID,
            "zeroline": False,
        },
        "yaxis": {"title": {"text": up.title}, "gridcolor": GRID, "zeroline": False},
        "height": 420,
        **PLAIN,
        "legend": ABOVE,
    }
    return go.Figure(traces, layout)


def _crowd(answer: Scatter, axes: tuple[Scale, Scale], defaulted: bool) -> go.Scatter:
    points = [point for point in answer.points if point[2] == defaulted]
    group = "defaulted" if defaulted else "repaid"
    return go.Scatter(
        x=[axes[0](point[0]) for point in points],
        y=[axes[1](point[1]) for point in points],
        mode="markers",
        name=group_name(group),
        marker={
            "symbol": "x" if defaulted else "circle",
            "color": COLOURS[group],
            "size": 7 if defaulted else 5,
            "opacity": 0.85 if defaulted else 0.45,
        },
        hoverinfo="x+y",
    )


def _one(x: Value, y: Value) -> go.Scatter:
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        name=_("This client"),
        marker={
            "symbol": "diamond",
            "size": 17,
            "color": SIMILAR,
            "line": {"width": 2, "color": "#ffffff"},
        },
        hoverinfo="x+y",
    )


def _line(group: str, edges: Sequence[Value], counts: Sequence[int]) -> go.Scatter:
    heights = shares(counts)
    return go.Scatter(
        x=list(edges),
        y=[*heights, heights[-1]],
        mode="lines",
        name=group_name(group),
        line={
            "shape": "hv",
            "color": COLOURS[group],
            "dash": DASHES[group],
            "width": 2,
        },
        fill="tozeroy" if group == "all" else None,
        hoverinfo="x+y",
    )


def _columns(group: str, names: Sequence[str], counts: Sequence[int]) -> go.Bar:
    return go.Bar(
        x=list(names),
        y=shares(counts),
        name=group_name(group),
        marker={
            "color": COLOURS[group],
            "pattern": {"shape": HATCHES[group], "fgcolor": "#ffffff"},
        },
        hoverinfo="x+y",
    )


def _mark(client: float | str | None) -> dict[str, Any]:
    if client is None:
        return {}
    line = upright(client, 3, "solid", SIMILAR)
    return {"shapes": [line], "annotations": [above(client, _("This client"))]}
