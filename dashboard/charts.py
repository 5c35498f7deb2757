"""Charts as pure functions: answers in, a plotly figure out."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from answers import Explanation
from axes import (
    TRANSPARENT,
    inside,
    lay_rows,
    mark_limit,
    name_rows,
    risk_ticks,
    room,
)
from explanation import Step
from formats import percent, percents_apart
from model_answers import Calibration, CostCurve
from palette import (
    GRID,
    LOWERS,
    LOWERS_ZONE,
    NEUTRAL,
    RAISES,
    RAISES_ZONE,
    UNSURE_ZONE,
)

SCALE_ENDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
HATCH = {"fillmode": "overlay", "fgcolor": "#ffffff", "size": 6, "solidity": 0.15}


def gauge(
    probability: float, threshold: float, interval: tuple[float, float]
) -> go.Figure:
    """The risk (in %) as a dial with the limit drawn across it.

    The dial ends where the limit still stands clear of both sides.
    """
    end = next(
        e for e in SCALE_ENDS if e >= min(1, 2.5 * threshold) and e >= probability
    )
    low, high = (min(end, edge) for edge in interval)
    dial = {
        "axis": {
            "range": [0, 100 * end],
            "tickvals": [0, 100 * threshold, 100 * end],
            "ticktext": ["0 %", f"limit<br>{percent(threshold)}", percent(end, 0)],
            "tickfont": {"size": 13},
            "ticks": "",
        },
        "bar": {
            "color": LOWERS if probability < threshold else RAISES,
            "thickness": 0.55,
        },
        "borderwidth": 0,
        "bgcolor": "rgba(0, 0, 0, 0)",
        "steps": [
            {"range": [0, 100 * low], "color": LOWERS_ZONE},
            {"range": [100 * low, 100 * high], "color": UNSURE_ZONE},
            {"range": [100 * high, 100 * end], "color": RAISES_ZONE},
        ],
        "threshold": {
            "line": {"color": NEUTRAL, "width": 5},
            "thickness": 1,
            "value": 100 * threshold,
        },
    }
    indicator = go.Indicator(mode="gauge", value=100 * probability, gauge=dial)
    figure = go.Figure(indicator)
    figure.update_layout(
        height=175, margin={"l": 44, "r": 44, "t": 38, "b": 8}, **TRANSPARENT
    )
    return figure


def waterfall(
    steps: Sequence[Step],
    explanation: Explanation,
    threshold: float,
    calibration: Calibration,
) -> go.Figure:
    """From the starting point to this client's margin, one bar per step.

    Positions are margins (log-odds); the axis names them by the risk they stand for.
    """
    limit = calibration.margin(inside(threshold))
    figure = go.Figure()
    figure.add_trace(_bars(steps, raises=True))
    figure.add_trace(_bars(steps, raises=False))
    figure.add_trace(_ends(explanation, len(steps), limit, calibration))
    for row in range(len(steps) + 1):
        at = steps[row].start if row < len(steps) else explanation.margin
        figure.add_shape(
            type="line",
            x0=at,
            x1=at,
            y0=row,
            y1=row + 1,
            line={"color": GRID, "width": 1},
        )
    low, high = room([s.start for s in steps] + [explanation.margin, limit])
    mark_limit(figure, limit, f"limit {percent(threshold)}")
    names = ["Starting point, before any fact"]
    names += [f"{s.label}: {s.value}" if s.value else s.label for s in steps]
    name_rows(figure, [*names, "This client"])
    ticks = risk_ticks(low, high, calibration)
    figure.update_xaxes(
        range=[low, high],
        tickvals=[calibration.margin(risk) for risk in ticks],
        ticktext=[f"{100 * risk:g} %" for risk in ticks],
        title={"text": "◀ lower risk of default · higher ▶", "font": {"size": 13}},
    )
    lay_rows(figure, len(steps) + 2)
    figure.update_layout(barmode="overlay", showlegend=False)
    return figure


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
        title={"text": "share of all that moves the model's answers"},
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
            hovertemplate="limit %{x:.1f} %: cost %{y:.3f}<extra></extra>",
        )
    )
    low, high = interval
    figure.add_vrect(
        x0=100 * low, x1=100 * high, fillcolor=UNSURE_ZONE, line_width=0, layer="below"
    )
    mark_limit(figure, 100 * threshold, f"limit {percent(threshold)}")
    figure.update_xaxes(
        title={"text": "limit on the risk of default"}, ticksuffix=" %", gridcolor=GRID
    )
    figure.update_yaxes(
        title={"text": "cost per application"}, rangemode="tozero", gridcolor=GRID
    )
    figure.update_layout(
        height=320,
        showlegend=False,
        margin={"l": 8, "r": 16, "t": 32, "b": 8},
        **TRANSPARENT,
    )
    return figure


def _bars(steps: Sequence[Step], raises: bool) -> go.Bar:
    rows = [(row, s) for row, s in enumerate(steps, 1) if (s.size > 0) == raises]
    return go.Bar(
        name="▲ raises the risk" if raises else "▼ lowers the risk",
        orientation="h",
        y=[row for row, _ in rows],
        base=[step.start for _, step in rows],
        x=[step.size for _, step in rows],
        width=0.34,
        text=[f"{'▲' if raises else '▼'} {abs(step.size):.2f}" for _, step in rows],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": RAISES if raises else LOWERS,
            "pattern": {"shape": "/" if raises else "", **HATCH},
        },
        customdata=[[step.label, step.value] for _, step in rows],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _ends(
    explanation: Explanation, count: int, limit: float, calibration: Calibration
) -> go.Scatter:
    """The starting point and the client, named by risk on the side off the limit."""
    margins = [explanation.base_value, explanation.margin]
    shown = percents_apart(*(calibration.probability(m) for m in margins))
    sides = ["left" if margin < limit else "right" for margin in margins]
    return go.Scatter(
        x=margins,
        y=[0, count + 1],
        mode="markers+text",
        marker={"color": NEUTRAL, "size": 12, "symbol": "diamond"},
        text=[f"  {risk}  " for risk in shown],
        textposition=[f"middle {side}" for side in sides],
        textfont={"size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
