"""The chart of a measure over time."""

from __future__ import annotations

import plotly.graph_objects as go

from charts.axes import TRANSPARENT, percent_axis
from charts.over_time_series import Course
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES, SIMILAR
from session.language import timezone

# Colour, dash and width: lines differ by more than their colour.
STYLES = (
    (LOWERS, "solid", 3),
    (NEUTRAL, "dash", 2),
    (NEUTRAL, "dot", 2),
    (RAISES, "dashdot", 2),
    (SIMILAR, "longdash", 2),
    (LOWERS, "dot", 2),
)


def course_chart(course: Course) -> go.Figure:
    """One line per name, by moment."""
    styles = course.styles or tuple(range(len(course.lines)))
    times = 100 if course.share else 1
    traces = [
        _line(course, name, [None if v is None else times * v for v in values], style)
        for (name, values), style in zip(course.lines.items(), styles, strict=True)
    ]
    plain = {"title": {"text": course.axis}, "gridcolor": GRID}
    axis = percent_axis(course.axis) if course.share else plain
    layout = {
        "yaxis": {**axis, "rangemode": "tozero"},
        "xaxis": {"gridcolor": GRID},
        "height": 340,
        "margin": {"l": 8, "r": 16, "t": 16, "b": 8},
        "legend": {"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0},
        "showlegend": True,
        **TRANSPARENT,
    }
    return go.Figure(traces, layout)


def _line(
    course: Course, name: str, values: list[float | None], style: int
) -> go.Scatter:
    colour, dash, width = STYLES[style % len(STYLES)]
    return go.Scatter(
        x=[at.astimezone(timezone()) for at in course.at],
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": width},
    )
