"""Charts as pure functions: answers in, a plotly figure out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from api_client.answers import Calibration, Explanation
from charts.axes import above, inside, risk_ticks, room, row_layout, row_names, upright
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES
from session.language import _
from texts.client.waterfall_steps import Step
from texts.formats import decimal, percent, percents_apart

HATCH = {"fillmode": "overlay", "fgcolor": "#ffffff", "size": 6, "solidity": 0.15}


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
    low, high = room([s.start for s in steps] + [explanation.margin, limit])
    ticks = risk_ticks(low, high, calibration)
    title = _("◀ lower risk of default · higher ▶")
    axis = {
        "range": [low, high],
        "tickvals": [calibration.margin(risk) for risk in ticks],
        "ticktext": [tick_text(risk) for risk in ticks],
        "title": {"text": title, "font": {"size": 13}},
    }
    at = [step.start for step in steps] + [explanation.margin]
    limit_text = _("limit {limit}", limit=percent(threshold))
    layout = {
        "barmode": "overlay",
        "shapes": [*(_link(row, x) for row, x in enumerate(at)), upright(limit)],
        "annotations": [above(limit, limit_text), *row_names(_names(steps))],
        **row_layout(len(steps) + 2, axis),
    }
    bars = [_bars(steps, raises=True), _bars(steps, raises=False)]
    ends = _ends(explanation, len(steps), limit, calibration)
    return go.Figure([*bars, ends], layout)


def _names(steps: Sequence[Step]) -> list[str]:
    labels = [
        _("{fact}: {value}", fact=s.label, value=s.value) if s.value else s.label
        for s in steps
    ]
    return [_("Starting point, before any fact"), *labels, _("This client")]


def _link(row: int, x: float) -> dict[str, Any]:
    """From the end of a row's step to the start of the next one's."""
    line = {"color": GRID, "width": 1}
    return {"type": "line", "x0": x, "x1": x, "y0": row, "y1": row + 1, "line": line}


def tick_text(risk: float) -> str:
    """A round risk with no needless decimals."""
    decimals = next(n for n in range(5) if n == 4 or round(risk, n + 2) == risk)
    return percent(risk, decimals)


def _bars(steps: Sequence[Step], raises: bool) -> go.Bar:
    rows = [(row, s) for row, s in enumerate(steps, 1) if (s.size > 0) == raises]
    sign = "▲" if raises else "▼"
    return go.Bar(
        orientation="h",
        y=[row for row, _step in rows],
        base=[step.start for _row, step in rows],
        x=[step.size for _row, step in rows],
        width=0.34,
        text=[f"{sign} {decimal(abs(step.size), 2)}" for _row, step in rows],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": RAISES if raises else LOWERS,
            "pattern": {"shape": "/" if raises else "", **HATCH},
        },
        customdata=[[step.label, step.value] for _row, step in rows],
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
