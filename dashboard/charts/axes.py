"""What the charts have in common: rows named above their bars, axes told in risk."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

# Plotly looks at whatever pandas another session's thread has half imported: import
# all of it before any figure is drawn.
import pandas  # noqa: F401
import plotly.graph_objects as go

from api_client.answers import Calibration
from charts.palette import GRID, NEUTRAL
from texts.cells import Cell
from texts.formats import percent_sign

# The numbers of a chart: the names of the columns, then the rows.
Table = tuple[Sequence[str], Sequence[Sequence[Cell]]]
ROW_HEIGHT = 42
TRANSPARENT = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
# From round numbers to finer grids; the first that gives enough ticks is taken.
TICK_GRIDS: tuple[tuple[float, ...], ...] = (
    (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98),
    tuple(n / 100 for n in range(1, 100)),
    tuple(n / 1000 for n in range(5, 1000, 5)),
    tuple(n / 10_000 for n in range(1, 10_000)),
)
ENOUGH_TICKS = 3
TICK_SPACING = 0.11
NO_RISK, FULL_RISK = 1e-6, 1 - 1e-6


# Whatever plotly is given piece by piece it checks anew each time, all of it: layouts
# are made whole.
def row_names(names: Sequence[str]) -> list[dict[str, Any]]:
    """Each row's name above its bar, so that narrow screens keep the whole width."""
    return [
        {
            "text": shortened(name),
            "hovertext": name,
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": row,
            "yshift": 17,
            "showarrow": False,
            "font": {"size": 13},
        }
        for row, name in enumerate(names)
    ]


def row_layout(count: int, xaxis: dict[str, Any]) -> dict[str, Any]:
    return {
        "xaxis": {"gridcolor": GRID, "zeroline": False, **xaxis},
        "yaxis": {"range": [count - 0.5, -0.8], "visible": False},
        "height": ROW_HEIGHT * count + 90,
        "margin": {"l": 8, "r": 8, "t": 32, "b": 8},
        "showlegend": False,
        **TRANSPARENT,
    }


def upright(
    x: float | str, width: int = 2, dash: str = "dash", color: str = NEUTRAL
) -> dict[str, Any]:
    """A line over the whole height, at a number or a category."""
    line = {"color": color, "width": width, "dash": dash}
    position = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", "line": line, **position}


def above(x: float | str, text: str) -> dict[str, Any]:
    """A name over an upright line."""
    position = {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, **position}


def percent_axis(title: str, **more: object) -> dict[str, Any]:
    """An axis of numbers in %."""
    return {
        "title": {"text": title},
        "ticksuffix": percent_sign(),
        "gridcolor": GRID,
        **more,
    }


def room(margins: Sequence[float]) -> tuple[float, float]:
    low, high = min(margins), max(margins)
    pad = 0.16 * (high - low) or 1.0
    return low - pad, high + pad


def risk_ticks(low: float, high: float, calibration: Calibration) -> list[float]:
    """Round risks between two margins, none too close to the one before."""
    ticks: list[float] = []
    for grid in TICK_GRIDS:
        ticks = _spaced(grid, low, high, calibration)
        if len(ticks) >= ENOUGH_TICKS:
            break
    return ticks


def _spaced(
    grid: Sequence[float], low: float, high: float, calibration: Calibration
) -> list[float]:
    ticks: list[float] = []
    free_from = low
    for risk in grid:
        at = calibration.margin(risk)
        if free_from <= at <= high:
            ticks.append(risk)
            free_from = at + TICK_SPACING * (high - low)
    return ticks


def inside(risk: float) -> float:
    return min(max(risk, NO_RISK), FULL_RISK)


def plain(figure: go.Figure) -> go.Figure:
    """The figure with every text shown as it is: plotly reads HTML in texts.

    Templates are the charts' own; what is put into them is escaped where it stands.
    """
    document = figure.to_plotly_json()
    safe = _escaped(document)
    return figure if safe == document else go.Figure(safe)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return escape(value, quote=False)
    if isinstance(value, dict):
        return {
            name: item if name == "hovertemplate" else _escaped(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(map(_escaped, value))
    return value


def shortened(text: str, limit: int = 52) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
