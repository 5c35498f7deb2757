"""Charts of where the model is wrong, and of what its inputs say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from api_client.answers import ErrorBins
from charts.axes import TRANSPARENT, percent_axis, row_layout, row_names, shortened
from charts.palette import GRID, LOWERS, RAISES
from session.language import _
from texts.formats import decimal

ABOVE = {"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0}
MARGINS = {"l": 8, "r": 16, "t": 28, "b": 8}
TICK = 24
PLAIN = {"height": 400, "margin": MARGINS, "legend": ABOVE, **TRANSPARENT}


def interactions(names: Sequence[str], strengths: Sequence[float]) -> go.Figure:
    """One bar per pair of facts, as long as what they say only together (log-odds)."""
    bars = go.Bar(
        x=list(strengths),
        y=list(range(len(names))),
        orientation="h",
        width=0.3,
        marker={"color": LOWERS},
        text=[decimal(one, 3) for one in strengths],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    title = _("only together (log-odds)")
    axis = {
        "title": {"text": title},
        "range": [0, 1.15 * max([*strengths, 1e-9])],
    }
    layout = {"annotations": row_names(names), **row_layout(len(names), axis)}
    return go.Figure(bars, layout)


def risks(names: Sequence[str], bins: ErrorBins) -> go.Figure:
    """Per bin the share that defaulted, a bar, and the risk stated, a diamond, in %."""
    observed = go.Bar(
        x=list(range(len(names))),
        y=[100 * share for share in bins.observed],
        name=_("share that defaulted"),
        marker={"color": LOWERS},
        hoverinfo="y",
    )
    stated = go.Scatter(
        x=list(range(len(names))),
        y=[100 * share for share in bins.stated],
        mode="markers",
        name=_("risk that the model states"),
        marker={
            "symbol": "diamond",
            "size": 13,
            "color": RAISES,
            "line": {"width": 1, "color": "#ffffff"},
        },
        hoverinfo="y",
    )
    share = percent_axis(_("of the clients of the bin"), rangemode="tozero")
    return _by_bin(names, [observed, stated], share)


def wrong(names: Sequence[str], bins: ErrorBins) -> go.Figure:
    """Per bin the shares (in %) of clients who were granted or refused wrongly."""
    parts = (
        (_("granted, and defaulted"), bins.granted_defaults, RAISES, "/"),
        (_("refused, and repaid"), bins.refused_good, LOWERS, ""),
    )
    bars = [
        go.Bar(
            x=list(range(len(names))),
            y=[
                100 * one / all_ for one, all_ in zip(counts, bins.clients, strict=True)
            ],
            name=name,
            marker={
                "color": color,
                "pattern": {"shape": hatch, "fgcolor": "#ffffff"},
            },
            hoverinfo="y",
        )
        for name, counts, color, hatch in parts
    ]
    share = percent_axis(_("of the clients of the bin"), rangemode="tozero")
    return _by_bin(names, bars, share)


def costs(names: Sequence[str], bins: ErrorBins, title: str) -> go.Figure:
    """Per bin what the decisions on its clients cost on average."""
    bars = go.Bar(
        x=list(range(len(names))),
        y=list(bins.cost),
        marker={"color": LOWERS},
        hoverinfo="y",
    )
    cost = {"title": {"text": title}, "gridcolor": GRID, "rangemode": "tozero"}
    return _by_bin(names, [bars], cost)


def _by_bin(
    names: Sequence[str], traces: Sequence[object], yaxis: Mapping[str, object]
) -> go.Figure:
    ticks = [shortened(name, TICK) for name in names]
    layout = {
        "xaxis": {
            "automargin": True,
            "tickvals": list(range(len(ticks))),
            "ticktext": ticks,
        },
        "yaxis": yaxis,
        "barmode": "stack",
        "showlegend": len(traces) > 1,
        **PLAIN,
    }
    return go.Figure(traces, layout)
