"""The deck's charts: a run's facts in, a picture out, in the deck's language."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import shap
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, ScalarFormatter
from sklearn.metrics import precision_recall_curve, roc_curve

from training.present.facts import Facts
from training.present.words import Words

BLUE, ORANGE = "#2E7EB8", "#CF6A12"
DOTTED: dict[str, Any] = {"color": "#7A8696", "linestyle": ":"}
STYLE: Any = {
    "font.size": 12,
    "ytick.labelsize": 10,
    "xaxis.labellocation": "right",
    "axes.spines.right": False,
    "axes.spines.top": False,
}
# Features shown, and letters of a line of their names.
SHOWN, LETTERS = 10, 28


def draw(name: str, facts: Facts, words: Words, size: tuple[float, float]) -> bytes:
    """One of `CHARTS` as PNG; `size` in inches."""
    number = FuncFormatter(lambda value, _: words.number(value, ",.4g"))
    target = io.BytesIO()
    with rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained", dpi=160)
        axes = figure.add_subplot()
        CHARTS[name](axes, facts, words)
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), ScalarFormatter):
                axis.set_major_formatter(number)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
        figure.savefig(target, format="png")
    return target.getvalue()


def cost(axes: Axes, facts: Facts, words: Words) -> None:
    curve, say = facts["cost_curve"], words.say
    axes.plot(curve["threshold"], curve["business_score"], color=BLUE)
    resamples = say("nine in ten resamples")
    axes.axvspan(*facts["threshold_interval"], color=BLUE, alpha=0.15, label=resamples)
    axes.axvline(facts["threshold"], color="black", label=say("chosen"))
    true = say("with true probabilities")
    axes.axvline(facts["break_even"], **DOTTED, label=true)
    axes.set_xlim(0, min(0.5, max(curve["threshold"])))
    axes.set(xlabel=say("threshold"), ylabel=say("cost per client"))


def roc(axes: Axes, facts: Facts, words: Words) -> None:
    clients, say = facts["outcomes"], words.say
    false, true, _ = roc_curve(clients["TARGET"], clients["probability"])
    axes.plot(false, true, color=BLUE)
    axes.plot([0, 1], [0, 1], **DOTTED, label=say("by chance"))
    axes.set(xlabel=say("good clients refused"), ylabel=say("defaults refused"))


def precision(axes: Axes, facts: Facts, words: Words) -> None:
    target, probability = facts["outcomes"]["TARGET"], facts["outcomes"]["probability"]
    right, recall, _ = precision_recall_curve(target, probability)
    axes.plot(recall[:-1], right[:-1], color=BLUE)
    axes.axhline(target.mean(), **DOTTED, label=words.say("by chance"))
    refused = probability >= facts["threshold"]
    point = target[refused].sum() / target.sum(), target[refused].mean()
    axes.plot(*point, "o", color="black", label=words.say("at the threshold"))
    axes.set_xlabel(words.say("defaults refused"))
    axes.set_ylabel(words.say("defaults among the refused"))


def calibration(axes: Axes, facts: Facts, words: Words) -> None:
    """Observed against predicted rates, with 95 % bars."""
    curve = facts["calibration_curve"]
    predicted, observed, clients = (np.array(values) for values in curve.values())
    error = 1.96 * np.sqrt(observed * (1 - observed) / clients)
    axes.axline((0, 0), slope=1, **DOTTED)
    axes.errorbar(predicted, observed, error, fmt="o", color=BLUE, capsize=2)
    axes.set_xlabel(words.say("predicted probability of default"))
    axes.set_ylabel(words.say("observed default rate"))


def feature(axes: Axes, facts: Facts, words: Words, index: int = 0) -> None:
    """One of the numeric features that weigh most, by what became of the loans."""
    name = facts["drawn"][index]
    distribution = facts["distributions"][name]
    for outcome, colour in (("repaid", BLUE), ("defaulted", ORANGE)):
        share = np.array(distribution[outcome]) / max(sum(distribution[outcome]), 1)
        label = words.say(outcome)
        axes.stairs(
            share,
            distribution["edges"],
            color=colour,
            label=label,
            fill=True,
            alpha=0.45,
        )
    axes.set(xlabel=words.say(name), ylabel=words.say("share of clients"))


def reasons(axes: Axes, facts: Facts, words: Words) -> None:
    groups = facts["importance"]["groups"][:SHOWN]
    names = [words.say(facts["reasons"][group["group"]]["labels"]) for group in groups]
    _bars(axes, names, [group["mean_absolute"] for group in groups])
    axes.set_xlabel(words.say("mean absolute contribution (log-odds)"))


def beeswarm(axes: Axes, facts: Facts, words: Words) -> None:
    swarm = facts["importance"]["beeswarm"]
    values, shares = (
        np.array(swarm[name], float)[:, :SHOWN] for name in ("values", "contributions")
    )
    names = [_wrapped(words.say(labels)) for labels in swarm["features"][:SHOWN]]
    explained = shap.Explanation(shares, data=values, feature_names=names)
    shown = {"color_bar": False, "plot_size": None, "show": False}
    shap.plots.beeswarm(explained, max_display=SHOWN, ax=axes, **shown)
    axes.tick_params(labelsize=10)
    axes.set_xlabel(words.say("contribution (log-odds)"), fontsize=12)


def local(axes: Axes, facts: Facts, words: Words) -> None:
    names, values = zip(*facts["applicant"]["features"][:SHOWN], strict=True)
    _bars(axes, [words.say(name) for name in names], values)
    axes.set_xlabel(words.say("contribution (log-odds)"))


def _bars(axes: Axes, names: Sequence[str], values: Sequence[float]) -> None:
    """Horizontal, the first on top; what raises the risk in orange."""
    both = min(values) < 0
    colours = [ORANGE if both and value > 0 else BLUE for value in values]
    # By place: two features may have the same label.
    places = range(len(values))
    axes.barh(places, values, color=colours)
    axes.set_yticks(places, [_wrapped(name) for name in names])
    axes.invert_yaxis()


def _wrapped(name: str) -> str:
    return textwrap.fill(name, LETTERS, max_lines=2, placeholder="…")


CHARTS: dict[str, Callable[..., None]] = {
    chart.__name__: chart
    for chart in (cost, roc, precision, calibration, feature, reasons, beeswarm, local)
} | {"second_feature": partial(feature, index=1)}
