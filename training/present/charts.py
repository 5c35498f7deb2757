"""The deck's charts: a run's facts in, a picture out, in the deck's language."""

from __future__ import annotations

import io
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from sklearn.metrics import precision_recall_curve, roc_curve

from training.present.facts import Facts
from training.present.words import Words

BLUE, ORANGE, GREY = "#2E7EB8", "#CF6A12", "#7A8696"
# Features shown, and letters of a label per inch of the chart.
SHOWN, LETTERS, DPI = 10, 4.2, 160


def draw(name: str, facts: Facts, words: Words, size: tuple[float, float]) -> bytes:
    """One of `CHARTS` as PNG; `size` in inches."""
    figure = Figure(figsize=size, layout="constrained", dpi=DPI)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    CHARTS[name](axes, facts, words)
    for each in figure.axes:
        each.tick_params(labelsize=11.5)
        each.xaxis.label.set_fontsize(13)
        each.yaxis.label.set_fontsize(13)
    target = io.BytesIO()
    figure.savefig(target, format="png")
    return target.getvalue()


def _label(axes: Axes, words: Words, across: str, up: str = "") -> None:
    """Name the axes; an axis with a name has numbers."""
    axes.set_xlabel(words.word(across), loc="right")
    axes.set_ylabel(up and words.word(up))
    number = FuncFormatter(lambda value, _: words.local(f"{value:,.4g}"))
    axes.xaxis.set_major_formatter(number)
    if up:
        axes.yaxis.set_major_formatter(number)


def _bars(axes: Axes, names: Sequence[str], values: Sequence[float]) -> None:
    """Horizontal, the first on top; what is above 0 in orange when there are both."""
    both = min(values) < 0 < max(values)
    colours = [ORANGE if both and one > 0 else BLUE for one in values]
    axes.barh(range(len(values)), values, color=colours)
    _rows(axes, names)


def _rows(axes: Axes, names: Sequence[str]) -> None:
    # By place: two features may have the same label.
    wrap = textwrap.TextWrapper(
        int(LETTERS * axes.figure.bbox.width / DPI), max_lines=2, placeholder="…"
    )
    axes.set_yticks(range(len(names)), [wrap.fill(one) for one in names])
    axes.invert_yaxis()


def groups_of_inputs(axes: Axes, facts: Facts, words: Words) -> None:
    counts = Counter(one["group"] for one in facts.manifest["features"])
    names, values = zip(*counts.most_common(SHOWN), strict=True)
    _bars(axes, [words.say(facts.reason(one)["labels"]) for one in names], values)
    _label(axes, words, "model inputs")


def ladder(axes: Axes, facts: Facts, words: Words) -> None:
    """Business score of each model, with one standard error each way."""
    found = facts.manifest["metrics"]["candidates"]
    values, errors = ([one[key] for one in found] for key in SCORE)
    axes.errorbar(
        values, range(len(found)), xerr=errors, fmt="o", color=BLUE, capsize=4
    )
    _rows(axes, [words.say(one["label"]) for one in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    _label(axes, words, "cost per client")


def cost(axes: Axes, facts: Facts, words: Words) -> None:
    manifest, curve = facts.manifest, facts.manifest["metrics"]["cost_curve"]
    axes.plot(curve["threshold"], curve["business_score"], color=BLUE)
    interval, label = manifest["threshold_interval"], words.word
    axes.axvspan(
        *interval, color=BLUE, alpha=0.15, label=label("nine in ten resamples")
    )
    axes.axvline(manifest["threshold"], color="black", label=label("chosen"))
    true = label("with true probabilities")
    axes.axvline(facts.break_even, color=GREY, linestyle=":", label=true)
    axes.set_xlim(0, min(0.5, max(curve["threshold"])))
    axes.legend(fontsize=12)
    _label(axes, words, "threshold", "cost per client")


def roc(axes: Axes, facts: Facts, words: Words) -> None:
    false, true, _ = roc_curve(facts.outcomes["TARGET"], facts.outcomes["probability"])
    axes.plot(false, true, color=BLUE)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label=words.word("by chance"))
    axes.legend(fontsize=12, loc="lower right")
    _label(axes, words, "good clients refused", "defaults refused")


def precision(axes: Axes, facts: Facts, words: Words) -> None:
    target, probability = facts.outcomes["TARGET"], facts.outcomes["probability"]
    right, found, _ = precision_recall_curve(target, probability)
    axes.plot(found[:-1], right[:-1], color=BLUE)
    chance = words.word("by chance")
    axes.axhline(target.mean(), color=GREY, linestyle=":", label=chance)
    refused = probability >= facts.manifest["threshold"]
    point = target[refused].sum() / target.sum(), target[refused].mean()
    axes.plot(*point, "o", color="black", label=words.word("at the threshold"))
    axes.legend(fontsize=12)
    _label(axes, words, "defaults refused", "defaults among the refused")


def calibration(axes: Axes, facts: Facts, words: Words) -> None:
    """Observed against predicted rates, with 95 % bars."""
    curve = facts.manifest["metrics"]["calibration_curve"]
    predicted, observed, clients = (np.array(one) for one in curve.values())
    error = 1.96 * np.sqrt(observed * (1 - observed) / clients)
    top = 1.05 * max(predicted.max(), (observed + error).max())
    axes.plot([0, top], [0, top], color=GREY, linestyle=":")
    axes.errorbar(predicted, observed, error, fmt="o", color=BLUE, capsize=2)
    _label(axes, words, "predicted probability of default", "observed default rate")


def feature(axes: Axes, facts: Facts, words: Words, place: int = 0) -> None:
    """One of the numeric features that weigh most, by what became of the loans."""
    name = facts.numeric[place]
    for outcome, colour in (("repaid", BLUE), ("defaulted", ORANGE)):
        counts = np.array(facts.distributions[name][outcome], dtype=float)
        share, edges = counts / max(counts.sum(), 1), facts.distributions[name]["edges"]
        label = words.word(outcome)
        axes.stairs(share, edges, color=colour, fill=True, alpha=0.45, label=label)
    axes.legend(fontsize=12)
    _label(axes, words, "value", "share of clients")
    axes.set_xlabel(words.say(name), loc="right")


def reasons(axes: Axes, facts: Facts, words: Words) -> None:
    found = facts.importance["groups"][:SHOWN]
    names = [words.say(facts.reason(one["group"])["labels"]) for one in found]
    _bars(axes, names, [one["mean_absolute"] for one in found])
    _label(axes, words, "mean absolute contribution (log-odds)")


def beeswarm(axes: Axes, facts: Facts, words: Words) -> None:
    """A dot per sampled client, coloured by the rank of the feature's value."""
    found = facts.importance["beeswarm"]
    values, shares = (np.array(found[k], float) for k in ("values", "contributions"))
    random, names = np.random.default_rng(0), found["features"][:SHOWN]
    for place in range(len(names)):
        rank = values[:, place].argsort().argsort() / max(len(values) - 1, 1)
        colour = np.where(np.isnan(values[:, place]), np.nan, rank)
        height = place + random.uniform(-0.3, 0.3, len(values))
        dots = axes.scatter(
            shares[:, place], height, s=5, c=colour, cmap=COLOURS, plotnonfinite=True
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    _rows(axes, [words.say(one) for one in names])
    _label(axes, words, "contribution (log-odds)")
    bar = axes.figure.colorbar(dots, ax=axes, ticks=[0, 1], aspect=40)
    bar.ax.set_yticklabels([words.word("lowest"), words.word("highest")])


def local(axes: Axes, facts: Facts, words: Words) -> None:
    shown = facts.applicant.features[:SHOWN]
    _bars(axes, [words.say(name) for name, _ in shown], [value for _, value in shown])
    axes.axvline(0, color=GREY, linewidth=0.8)
    _label(axes, words, "contribution (log-odds)")


SCORE = ("business_score", "business_score_se")
COLOURS = colormaps["cividis"].with_extremes(bad=GREY)
CHARTS: dict[str, Callable[..., None]] = {
    one.__name__: one
    for one in (groups_of_inputs, ladder, cost, roc, precision, calibration, feature)
} | {one.__name__: one for one in (reasons, beeswarm, local)}
CHARTS["feature_2"] = partial(feature, place=1)
