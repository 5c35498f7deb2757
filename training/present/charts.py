"""The deck's charts as PNG: data in, picture out, in the language of the deck."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from training.present.words import Words

BLUE, ORANGE, GREY = "#2E7EB8", "#CF6A12", "#7A8696"
DPI, SIZE = 200, 11
# Letters of a label per inch of the chart.
LABEL = 5.2
Document = Mapping[str, Any]


def bars(
    names: Sequence[str],
    values: Sequence[float],
    axis: str,
    words: Words,
    size: tuple[float, float],
) -> bytes:
    """Horizontal bars, the first name on top; below 0 in blue when there are both."""
    figure, axes = _figure(size)
    both = min(values) < 0 < max(values)
    colours = [ORANGE if both and one > 0 else BLUE for one in values]
    # By place: two features may have the same label.
    places = range(len(values) - 1, -1, -1)
    axes.barh(places, values, color=colours)
    axes.set_yticks(places, [_short(one, size[0]) for one in names], fontsize=9)
    if both:
        axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel(axis, loc="right")
    _numbers(axes.xaxis, words)
    return _png(figure)


def ladder(
    candidates: Sequence[Document], words: Words, size: tuple[float, float]
) -> bytes:
    """Business score and AUC of each model, with one standard error each way."""
    figure = Figure(figsize=size, layout="constrained", dpi=DPI)
    names = [one.get("label", one["name"]) for one in candidates][::-1]
    places = np.arange(len(names))
    for at, (metric, axis) in enumerate(
        (("business_score", words("cost_per_client")), ("auc", "AUC"))
    ):
        axes = figure.add_subplot(1, 2, at + 1)
        _plain(axes)
        found = [one[metric] for one in candidates][::-1]
        error = [one[f"{metric}_se"] for one in candidates][::-1]
        axes.errorbar(found, places, xerr=error, fmt="o", color=BLUE, capsize=4)
        axes.set_yticks(places, names if at == 0 else [""] * len(names))
        axes.set_ylim(-0.5, len(names) - 0.5)
        axes.set_xlabel(axis)
        axes.grid(axis="x", alpha=0.3)
        _numbers(axes.xaxis, words)
    return _png(figure)


def cost(manifest: Document, words: Words, size: tuple[float, float]) -> bytes:
    curve, costs = manifest["metrics"]["cost_curve"], manifest["costs"]
    figure, axes = _figure(size)
    even = costs["false_positive"] / (costs["false_positive"] + costs["false_negative"])
    axes.plot(curve["threshold"], curve["business_score"], color=BLUE)
    axes.axvspan(
        *manifest["threshold_interval"],
        color=BLUE,
        alpha=0.15,
        label=words("nine_in_ten"),
    )
    axes.axvline(manifest["threshold"], color="black", label=words("chosen"))
    axes.axvline(even, color=GREY, linestyle=":", label=words("in_theory"))
    axes.set(
        xlabel=words("threshold"),
        ylabel=words("cost_per_client"),
        xlim=(0, min(0.5, max(curve["threshold"]))),
    )
    axes.legend()
    _numbers(axes.xaxis, words)
    _numbers(axes.yaxis, words)
    return _png(figure)


def calibration(curve: Document, words: Words, size: tuple[float, float]) -> bytes:
    """Observed against predicted rates, with 95 % bars."""
    predicted, observed = np.array(curve["predicted"]), np.array(curve["observed"])
    error = 1.96 * np.sqrt(observed * (1 - observed) / np.array(curve["clients"]))
    figure, axes = _figure(size)
    top = 1.05 * max(predicted.max(), (observed + error).max())
    axes.plot([0, top], [0, top], color=GREY, linestyle=":")
    axes.errorbar(predicted, observed, error, fmt="o", color=BLUE, capsize=2)
    axes.set(
        xlabel=words("predicted"),
        ylabel=words("observed"),
        xlim=(0, top),
        ylim=(0, top),
    )
    _numbers(axes.xaxis, words)
    _numbers(axes.yaxis, words)
    return _png(figure)


def distribution(
    found: Document, label: str, words: Words, size: tuple[float, float]
) -> bytes:
    """A numeric feature among those who repaid and those who defaulted."""
    figure, axes = _figure(size)
    for outcome, colour in (("repaid", BLUE), ("defaulted", ORANGE)):
        counts = np.array(found[outcome], dtype=float)
        share = counts / max(counts.sum(), 1.0)
        axes.stairs(
            share,
            found["edges"],
            color=colour,
            fill=True,
            alpha=0.45,
            label=words(outcome),
        )
    axes.set(xlabel=label, ylabel=words("share_of_clients"))
    axes.legend()
    _numbers(axes.xaxis, words)
    _numbers(axes.yaxis, words)
    return _png(figure)


def beeswarm(
    found: Document, labels: Sequence[str], words: Words, size: tuple[float, float]
) -> bytes:
    """Contributions of the first features, a dot per sampled client.

    Coloured by the feature's value, from its lowest to its highest.
    """
    figure, axes = _figure(size)
    values = np.array(found["values"], dtype=float)
    shares = np.array(found["contributions"], dtype=float)
    random = np.random.default_rng(0)
    dots = None
    for place in range(len(labels)):
        known = ~np.isnan(values[:, place])
        rank = values[known, place].argsort().argsort() / max(known.sum() - 1, 1)
        height = len(labels) - 1 - place + random.uniform(-0.3, 0.3, len(values))
        axes.scatter(shares[~known, place], height[~known], s=5, color=GREY)
        dots = axes.scatter(
            shares[known, place], height[known], s=5, c=rank, cmap="cividis"
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    shown = [_short(one, size[0]) for one in labels][::-1]
    axes.set_yticks(range(len(labels)), shown, fontsize=9)
    axes.set_xlabel(words("contribution"), loc="right")
    _numbers(axes.xaxis, words)
    assert dots is not None
    bar = figure.colorbar(dots, ax=axes, ticks=[0, 1], aspect=40)
    bar.ax.set_yticklabels([words("lowest"), words("highest")])
    return _png(figure)


def _figure(size: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=size, layout="constrained", dpi=DPI)
    axes = figure.add_subplot()
    _plain(axes)
    return figure, axes


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=SIZE - 1)
    axes.xaxis.label.set_fontsize(SIZE)
    axes.yaxis.label.set_fontsize(SIZE)


def _numbers(axis: Any, words: Words) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: words.tick(value)))


def _short(text: str, width: float) -> str:
    """On two lines at most."""
    letters = int(LABEL * width)
    return "\n".join(textwrap.wrap(text, letters, max_lines=2, placeholder="…"))


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()
