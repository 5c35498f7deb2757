"""Pictures of what analysts look for, drawn of what the bundle says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SHOWN, COLUMNS = 12, 3
PAIRS = 15
NAME_LENGTH, BIN_LENGTH = 34, 14


def inspection_pictures(inspection: Mapping[str, Any]) -> dict[str, Figure]:
    """By file name; `inspection` as `inspect_model` makes it."""
    inputs, errors = inspection["inputs"][:SHOWN], inspection["errors"][:SHOWN]
    return {
        "ranking.png": ranking(inspection["curves"]),
        "partial_dependence.png": _grid(
            "Mean risk by one input, all else as it is", inputs, _partial
        ),
        "shap_dependence.png": _grid(
            "Contributions by one input, shaded by a second", inputs, _points
        ),
        "interactions.png": interactions(inspection["interactions"]),
        "errors_by_input.png": _grid(
            "Where the model is wrong: observed (bars), stated (dots)", errors, _errors
        ),
    }


def ranking(curves: Mapping[str, Any]) -> Figure:
    """ROC, precision and recall, gains and lift of every candidate."""
    figure = Figure(figsize=(10.0, 8.5), layout="constrained")
    (roc, precision), (gains, lift) = figure.subplots(2, 2)
    figure.suptitle("How the candidates rank, out of fold")
    refused = np.array(curves["refused"])
    for one in curves["candidates"]:
        caught = np.array(one["caught"])
        style: dict[str, Any] = {
            "label": one["label"],
            "linewidth": 2.5 if one["served"] else 1.2,
            "linestyle": "-" if one["served"] else "--",
        }
        roc.plot(one["good_refused"], caught, **style)
        precision.plot(caught[1:], one["precision"][1:], **style)
        gains.plot(refused, caught, **style)
        lift.plot(refused[1:], caught[1:] / refused[1:], **style)
    recall, share = "defaults refused (recall)", "clients refused, riskiest first"
    roc.set(xlabel="good clients refused", ylabel=recall, title="ROC")
    precision.set(xlabel=recall, ylabel="precision", title="Precision and recall")
    gains.set(xlabel=share, ylabel=recall, title="Gains")
    lift.set(xlabel=share, ylabel="times as by chance", title="Lift")
    gains.legend(fontsize=7)
    return figure


def interactions(pairs: Sequence[Mapping[str, Any]]) -> Figure:
    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    axes = figure.add_subplot()
    shown = list(reversed(pairs[:PAIRS]))
    names = [f"{one['first']} × {one['second']}" for one in shown]
    axes.barh(names, [one["strength"] for one in shown])
    axes.set(xlabel="only together, log-odds (Friedman's H)", title="Interactions")
    axes.tick_params(axis="y", labelsize=7)
    return figure


def _grid(
    title: str,
    told: Sequence[Mapping[str, Any]],
    draw: Callable[[Axes, Mapping[str, Any]], None],
) -> Figure:
    rows = max(1, -(-len(told) // COLUMNS))
    figure = Figure(figsize=(12.0, 2.6 * rows + 0.6), layout="constrained")
    figure.suptitle(title)
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, one in zip(panels, told, strict=False):
        draw(axes, one)
        axes.set_title(one["feature"][:NAME_LENGTH], fontsize=8)
        axes.tick_params(labelsize=6)
    for axes in panels[len(told) :]:
        axes.set_axis_off()
    return figure


def _partial(axes: Axes, one: Mapping[str, Any]) -> None:
    told = one["dependence"]
    places, names = _places(told["values"])
    known = [at for at, value in enumerate(told["values"]) if value is not None]

    def of(name: str) -> list[float]:
        return [told[name][at] for at in known]

    style = "o" if names else "-"
    axes.fill_between(places, of("low"), of("high"), alpha=0.2)
    axes.plot(places, of("risk"), style)
    for value, risk in zip(told["values"], told["risk"], strict=True):
        if value is None:
            axes.axhline(risk, linestyle=":", color="grey", label="missing")
            axes.legend(fontsize=6)
    _name(axes, names)


def _points(axes: Axes, one: Mapping[str, Any]) -> None:
    told = one["points"]
    rows = [at for at, value in enumerate(told["values"]) if value is not None]
    places, names = _places(told["values"])
    shade = None
    if told["other"]:
        others = [told["other"][at] for at in rows]
        order = sorted({value for value in others if value is not None})
        shade = [np.nan if v is None else order.index(v) for v in others]
        axes.set_xlabel(f"dark: high {one['second'][:NAME_LENGTH]}", fontsize=6)
    moved = [told["contributions"][at] for at in rows]
    axes.scatter(
        places, moved, c=shade, s=9, cmap=None if shade is None else "cividis_r"
    )
    axes.axhline(0, color="grey", linewidth=0.8)
    _name(axes, names)


def _errors(axes: Axes, one: Mapping[str, Any]) -> None:
    bins = one["bins"]
    ends = zip(bins["category"], bins["low"], bins["high"], strict=True)
    names = [_bin(*end) for end in ends]
    places = list(range(len(names)))
    axes.bar(places, bins["observed"], alpha=0.6)
    axes.plot(places, bins["stated"], "ko", markersize=4)
    axes.set_xticks(places, [name[:BIN_LENGTH] for name in names], rotation=60)


def _bin(category: str | None, low: float | None, high: float | None) -> str:
    if category is not None:
        return category
    if high is not None:
        return f"≤ {high:.4g}"
    return "missing" if low is None else f"> {low:.4g}"


def _places(values: Sequence[Any]) -> tuple[list[float], list[str]]:
    """Where known values stand, and the names of categories, none of numbers."""
    known = [value for value in values if value is not None]
    names = list(dict.fromkeys(value for value in known if isinstance(value, str)))
    return [names.index(v) if names else v for v in known], names


def _name(axes: Axes, names: Sequence[str]) -> None:
    if names:
        ticks = [name[:BIN_LENGTH] for name in names]
        axes.set_xticks(range(len(names)), ticks, rotation=60)
