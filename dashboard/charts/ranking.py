"""How well models rank clients: ROC, precision and recall, gains, lift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from api_client.answers import CandidateCurves, RankingCurves
from charts.axes import TRANSPARENT, percent_axis
from charts.palette import GRID, LOWERS, NEUTRAL, RAISES, SIMILAR
from session.language import _, mark
from texts.metrics import candidate_name

ROC, PRECISION, GAINS, LIFT = "roc", "precision", "gains", "lift"
NAMES = {
    ROC: mark("ROC"),
    PRECISION: mark("Precision and recall"),
    GAINS: mark("Gains"),
    LIFT: mark("Lift"),
}
# Of the model that serves a full line of its own; rivals differ in dash and colour.
RIVALS = (
    (RAISES, "dash"),
    (SIMILAR, "dot"),
    (NEUTRAL, "dashdot"),
    (RAISES, "longdash"),
    (SIMILAR, "longdashdot"),
)
LEGEND = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}
MARGINS = {"l": 8, "r": 16, "t": 28, "b": 8}
Number = float | None


@dataclass(frozen=True)
class Kind:
    """What a curve is drawn over and of, each from the shares refused and a model."""

    across: str
    up: str
    x: Callable[[Sequence[float], CandidateCurves], Sequence[Number]]
    y: Callable[[Sequence[float], CandidateCurves], Sequence[Number]]
    in_percent: bool = True


def lift(refused: Sequence[float], caught: Sequence[float]) -> list[Number]:
    """How many times as many defaults as among as many clients taken by chance."""
    pairs = zip(refused, caught, strict=True)
    return [found / share if share else None for share, found in pairs]


REFUSED = mark("share of clients refused, riskiest first")
CAUGHT = mark("share of defaults refused")
KINDS = {
    ROC: Kind(
        mark("share of good clients refused"),
        CAUGHT,
        lambda _refused, one: one.good_refused,
        lambda _refused, one: one.caught,
    ),
    PRECISION: Kind(
        mark("share of defaults refused (recall)"),
        mark("of those refused, share that defaults (precision)"),
        lambda _refused, one: one.caught,
        lambda _refused, one: one.precision,
    ),
    GAINS: Kind(
        REFUSED,
        CAUGHT,
        lambda refused, _one: refused,
        lambda _refused, one: one.caught,
    ),
    LIFT: Kind(
        REFUSED,
        mark("times as many defaults as by chance"),
        lambda refused, _one: refused,
        lambda refused, one: lift(refused, one.caught),
        in_percent=False,
    ),
}


def ranking(curves: RankingCurves, kind: str, at: float | None = None) -> go.Figure:
    """A curve of each model; `at`: the share refused at the limit in use, marked."""
    about = KINDS[kind]
    ordered = sorted(curves.candidates, key=lambda one: one.served)
    rivals = iter(RIVALS * len(ordered))
    lines = []
    for one in ordered:
        color, dash = (LOWERS, "solid") if one.served else next(rivals)
        x, y = _drawn(about, curves.refused, one)
        lines.append(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                name=candidate_name(one),
                line={"color": color, "dash": dash, "width": 3 if one.served else 2},
                hoverinfo="x+y+name",
            )
        )
        if one.served and at is not None:
            lines.append(_marked(x, y, nearest(curves.refused, at)))
    up = about.up
    yaxis = (
        percent_axis(_(up), range=[0, 102])
        if about.in_percent
        else {"title": {"text": _(up)}, "gridcolor": GRID, "rangemode": "tozero"}
    )
    layout = {
        "xaxis": percent_axis(_(about.across), range=[0, 102]),
        "yaxis": yaxis,
        "height": 420,
        "legend": LEGEND,
        "margin": MARGINS,
        **TRANSPARENT,
    }
    return go.Figure(lines, layout)


def nearest(refused: Sequence[float], at: float) -> int:
    return min(range(len(refused)), key=lambda place: abs(refused[place] - at))


def _drawn(
    about: Kind, refused: Sequence[float], one: CandidateCurves
) -> tuple[list[Number], list[Number]]:
    """In %, but what counts times."""
    up = 100 if about.in_percent else 1
    across = [None if x is None else 100 * x for x in about.x(refused, one)]
    return across, [None if y is None else up * y for y in about.y(refused, one)]


def _marked(x: Sequence[Number], y: Sequence[Number], place: int) -> go.Scatter:
    return go.Scatter(
        x=[x[place]],
        y=[y[place]],
        mode="markers",
        name=_("at the limit in use"),
        marker={"size": 13, "color": LOWERS, "symbol": "diamond"},
        hoverinfo="x+y",
    )
