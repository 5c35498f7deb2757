"""What the charts have in common: rows named above their bars, axes told in risk."""

from __future__ import annotations

from collections.abc import Sequence

# Plotly looks at whatever pandas another session's thread has half imported: import
# all of it before any figure is drawn.
import pandas  # noqa: F401
import plotly.graph_objects as go

from model_answers import Calibration
from palette import GRID, NEUTRAL

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


def name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Each row's name above its bar, so that narrow screens keep the whole width."""
    for row, name in enumerate(names):
        figure.add_annotation(
            text=shortened(name),
            hovertext=name,
            x=0,
            xref="paper",
            xanchor="left",
            y=row,
            yshift=17,
            showarrow=False,
            font={"size": 13},
        )


def lay_rows(figure: go.Figure, count: int) -> None:
    figure.update_yaxes(range=[count - 0.5, -0.8], visible=False)
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_layout(
        height=ROW_HEIGHT * count + 90,
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        **TRANSPARENT,
    )


def mark_limit(figure: go.Figure, x: float, text: str) -> None:
    figure.add_vline(x=x, line={"color": NEUTRAL, "width": 2, "dash": "dash"})
    figure.add_annotation(
        text=text, x=x, y=1, yref="paper", yanchor="bottom", showarrow=False
    )


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


def shortened(text: str, limit: int = 52) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
