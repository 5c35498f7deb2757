"""Records of several kinds on one line of time, up to the application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from charts.axes import TRANSPARENT, shortened
from charts.palette import GRID, LOWERS, SIMILAR
from session.language import _
from texts.client.records import Span
from texts.formats import DAYS_PER_YEAR, whole

# Colours alternate from kind to kind; each has its name above it.
COLOURS = (LOWERS, SIMILAR)
# Beside one another; more of them share places.
MOST_LEVELS = 12
LEVEL_PIXELS, NAME_LEVELS = 9, 3
MOST_TICKS = 8


def time_line(kinds: Mapping[str, Sequence[Span]]) -> go.Figure:
    """A line for each record, from its first date to its last."""
    traces, names, top = [], [], 0
    for number, (name, spans) in enumerate(kinds.items()):
        names.append(_name(name, top))
        levels = places(spans)
        first = top + NAME_LEVELS
        traces.append(_records(name, spans, [first + one for one in levels], number))
        top = first + max(levels) + 2
    oldest = min(span.first for spans in kinds.values() for span in spans)
    return go.Figure(traces, _layout(names, top, oldest / DAYS_PER_YEAR))


def places(spans: Sequence[Span]) -> list[int]:
    """On which level each record lies, so that none hides another."""
    ends: list[float] = []
    levels = [0] * len(spans)
    for at in sorted(range(len(spans)), key=lambda at: spans[at].first):
        free = (level for level, end in enumerate(ends) if end < spans[at].first)
        level = next(free, min(len(ends), MOST_LEVELS - 1))
        ends[level : level + 1] = [spans[at].last]
        levels[at] = level
    return levels


def _records(
    name: str, spans: Sequence[Span], heights: Sequence[int], number: int
) -> go.Scatter:
    x: list[float | None] = []
    y: list[int | None] = []
    told: list[str] = []
    for span, height in zip(spans, heights, strict=True):
        x += [span.first / DAYS_PER_YEAR, span.last / DAYS_PER_YEAR, None]
        y += [height, height, None]
        told += [span.words] * 3
    colour = COLOURS[number % len(COLOURS)]
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        text=told,
        hoverinfo="name+text",
        mode="lines+markers",
        line={"color": colour, "width": 3},
        marker={"color": colour, "size": 6},
    )


def _name(name: str, top: int) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": top + 1}
    words = {"text": shortened(name), "hovertext": name, "font": {"size": 13}}
    return {**place, **words, "showarrow": False}


def _layout(names: list[dict[str, Any]], top: int, oldest: float) -> dict[str, Any]:
    step = max(1, round(-oldest / MOST_TICKS))
    years = range(0, int(-oldest) + step + 1, step)
    return {
        "annotations": names,
        "xaxis": {
            "title": {"text": _("Years before the application")},
            "range": [oldest * 1.03 - 0.05, 0.1],
            "tickvals": [-year for year in years],
            "ticktext": [whole(year) for year in years],
            "gridcolor": GRID,
            "zeroline": False,
        },
        "yaxis": {"range": [top, -0.5], "visible": False},
        "height": LEVEL_PIXELS * top + 70,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        **TRANSPARENT,
    }
