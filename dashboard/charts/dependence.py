"""How the risk moves with one fact: on average, for one client, client by client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from api_client.answers import ClientDependence, DependencePoints, PartialDependence
from api_client.meaning import Value
from charts.axes import TRANSPARENT, percent_axis, shortened
from charts.model import ranks
from charts.palette import GRID, LOWERS, LOWERS_ZONE, NEUTRAL, RAISES, SIMILAR, VALUES
from session.language import _
from texts.client.comparison import Scale

LEGEND = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}
MARGINS = {"l": 8, "r": 16, "t": 28, "b": 8}
# As long as a title below a chart can be on a narrow screen.
TELEPHONE = 36
PLAIN = {"height": 400, "margin": MARGINS, "legend": LEGEND, **TRANSPARENT}
# How kinds of the second fact are told apart: the commonest, then all others.
KINDS = (
    ("circle", LOWERS),
    ("x", RAISES),
    ("diamond", SIMILAR),
    ("square-open", NEUTRAL),
)
OTHERS = ("cross-thin-open", NEUTRAL)


def partial(
    told: PartialDependence, axis: Scale, own: ClientDependence | None = None
) -> go.Figure:
    """The mean risk (in %) over a fact, where most clients lie, and one client's line.

    What is not known is a line of its own height over the whole width.
    """
    known = [at for at, value in enumerate(told.values) if value is not None]
    x = [axis(told.values[at]) for at in known]
    category = any(isinstance(value, str) for value in x)
    band = _band(x, told, known)
    mean = go.Scatter(
        x=x,
        y=[100 * told.risk[at] for at in known],
        mode="markers" if category else "lines",
        name=_("all clients, on average"),
        line={"color": LOWERS, "width": 3},
        marker={"size": 12, "color": LOWERS},
        hoverinfo="x+y",
    )
    figures = [*band, mean]
    shapes = []
    for values, risks, name, color in _lines(told, own):
        missing = [r for v, r in zip(values, risks, strict=True) if v is None]
        if missing and not category:
            shapes.append(_level(100 * missing[0], color))
            figures.append(_key(_("{who}: not given", who=name), color))
    if own is not None:
        figures += _own(own, axis, category)
    layout = {
        "xaxis": {
            "title": {"text": shortened(axis.title, TELEPHONE)},
            "gridcolor": GRID,
            "automargin": True,
            "zeroline": False,
        },
        "yaxis": percent_axis(_("risk of default"), rangemode="tozero"),
        "shapes": shapes,
        **PLAIN,
    }
    return go.Figure(figures, layout)


def _lines(
    told: PartialDependence, own: ClientDependence | None
) -> list[tuple[Sequence[Value], Sequence[float], str, str]]:
    lines = [(told.values, told.risk, _("all clients"), LOWERS)]
    if own is not None:
        lines.append((own.values, own.risk, _("this client"), SIMILAR))
    return lines


def _band(
    x: Sequence[Value], told: PartialDependence, known: Sequence[int]
) -> list[go.Scatter]:
    """From the lowest tenth of the clients to the highest."""
    style = {
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    low = [100 * told.low[at] for at in known]
    high = [100 * told.high[at] for at in known]
    return [
        go.Scatter(x=x, y=low, showlegend=False, **style),
        go.Scatter(
            x=x,
            y=high,
            fill="tonexty",
            fillcolor=LOWERS_ZONE,
            name=_("eight clients in ten"),
            **style,
        ),
    ]


def _own(own: ClientDependence, axis: Scale, category: bool) -> list[go.Scatter]:
    pairs = [
        (axis(value), 100 * risk)
        for value, risk in zip(own.values, own.risk, strict=True)
        if value is not None
    ]
    line = go.Scatter(
        x=[value for value, _risk in pairs],
        y=[risk for _value, risk in pairs],
        mode="markers" if category else "lines",
        name=_("this client, all else as it is"),
        line={"color": SIMILAR, "width": 3, "dash": "dash"},
        marker={"size": 12, "color": SIMILAR, "symbol": "diamond-open"},
        hoverinfo="x+y",
    )
    here = go.Scatter(
        x=[] if own.value is None else [axis(own.value)],
        y=[] if own.value is None else [100 * own.probability],
        mode="markers",
        name=_("this client as it is"),
        marker={
            "symbol": "diamond",
            "size": 16,
            "color": SIMILAR,
            "line": {"width": 2, "color": "#ffffff"},
        },
        hoverinfo="x+y",
    )
    return [line, here]


def _level(risk: float, color: str) -> dict[str, Any]:
    line = {"color": color, "width": 2, "dash": "dot"}
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": risk, "y1": risk}
    return {"type": "line", "line": line, **ends}


def _key(name: str, color: str) -> go.Scatter:
    """Of a line that is a shape, what stands in the legend."""
    line = {"color": color, "width": 2, "dash": "dot"}
    return go.Scatter(x=[None], y=[None], mode="lines", name=name, line=line)


def points(told: DependencePoints, axis: Scale, second: str, kinds: bool) -> go.Figure:
    """Each dot a client: how far the fact moved its margin, shaded by a second fact.

    `second`: its name, empty where there is none; `kinds`: it is a category.
    """
    rows = [at for at, value in enumerate(told.values) if value is not None]
    x = [axis(told.values[at]) for at in rows]
    y = [told.contributions[at] for at in rows]
    other = [told.other[at] for at in rows] if second and told.other else []
    if other and kinds:
        dots = _by_kind(x, y, other)
    else:
        dots = [_shaded(x, y, other, second)]
    title = _("moves the risk by (log-odds): ▼ lower · higher ▲")
    layout = {
        "xaxis": {
            "title": {"text": shortened(axis.title, TELEPHONE)},
            "gridcolor": GRID,
            "automargin": True,
            "zeroline": False,
        },
        "yaxis": {"title": {"text": title}, "gridcolor": GRID, "zeroline": False},
        "shapes": [_level(0, NEUTRAL)],
        **PLAIN,
        "height": 440,
        "showlegend": bool(other) and kinds,
    }
    return go.Figure(dots, layout)


def _shaded(
    x: Sequence[Value], y: Sequence[float], other: Sequence[Value], second: str
) -> go.Scatter:
    """Dark where the second fact is high."""
    marker: dict[str, Any] = {"size": 7, "color": LOWERS}
    if other:
        numbers = [value if isinstance(value, float) else None for value in other]
        marker |= {
            "color": ranks(numbers),
            "colorscale": VALUES,
            "cmin": 0,
            "cmax": 1,
            "line": {"width": 0.5, "color": NEUTRAL},
            "colorbar": {
                "orientation": "h",
                "y": -0.28,
                "yanchor": "top",
                "thickness": 10,
                "tickvals": [0, 1],
                "ticktext": [_("low"), _("high")],
                "title": {"text": shortened(second, TELEPHONE), "side": "bottom"},
            },
        }
    return go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="x+y")


def _by_kind(
    x: Sequence[Value], y: Sequence[float], other: Sequence[Value]
) -> list[go.Scatter]:
    counted = Counter(value for value in other if value is not None)
    common = [value for value, _count in counted.most_common(len(KINDS))]
    styles = dict(zip(common, KINDS, strict=False))
    groups = [(str(value), value, styles[value]) for value in common]
    dots = [
        _kind(name, [at for at, one in enumerate(other) if one == value], style, x, y)
        for name, value, style in groups
    ]
    rest = [at for at, one in enumerate(other) if one not in styles]
    if rest:
        dots.append(_kind(_("others, or not given"), rest, OTHERS, x, y))
    return dots


def _kind(
    name: str,
    rows: Sequence[int],
    style: tuple[str, str],
    x: Sequence[Value],
    y: Sequence[float],
) -> go.Scatter:
    symbol, color = style
    return go.Scatter(
        x=[x[at] for at in rows],
        y=[y[at] for at in rows],
        mode="markers",
        name=shortened(name),
        marker={"symbol": symbol, "color": color, "size": 8},
        hoverinfo="x+y+name",
    )
