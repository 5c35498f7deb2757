"""The chart of how the model did over time."""

from __future__ import annotations

import plotly.graph_objects as go

from axes import TRANSPARENT
from language import _
from palette import GRID, LOWERS, NEUTRAL
from performance import Measured


def performance_chart(measured: list[Measured]) -> go.Figure:
    """Cost per application by date: realised as a line, expected dashed."""
    figure = go.Figure()
    days = [one.at for one in measured]
    figure.add_trace(
        go.Scatter(
            x=days,
            y=[one.realised for one in measured],
            name=_("As it came"),
            mode="lines+markers",
            line={"color": LOWERS, "width": 3},
        )
    )
    figure.add_trace(
        go.Scatter(
            x=days,
            y=[one.expected for one in measured],
            name=_("As expected"),
            mode="lines+markers",
            line={"color": NEUTRAL, "width": 2, "dash": "dash"},
        )
    )
    figure.update_yaxes(
        title={"text": _("cost per application")}, rangemode="tozero", gridcolor=GRID
    )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        legend={"orientation": "h", "y": 1.15, "x": 0},
        **TRANSPARENT,
    )
    return figure
