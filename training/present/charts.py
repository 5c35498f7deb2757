"""The deck's charts: a run's facts in, a picture out, in the deck's language."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import shap
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter

from training.errors import ConfigurationError
from training.evaluation.business_cost import CostCurve, Threshold
from training.evaluation.cross_validation import folds
from training.evaluation.pictures import plots
from training.present.facts import Facts
from training.present.script import Words
from training.tables.layout import TARGET

STYLE: Any = {"font.size": 12, "axes.spines.right": False, "axes.spines.top": False}
# Features shown, and letters of a line of their names.
SHOWN, LETTERS = 10, 28


def draw(name: str, facts: Facts, words: Words, size: tuple[float, float]) -> bytes:
    """A chart as PNG, its texts said in `words`; `size` in inches.

    Raises:
        ConfigurationError: there is none of that name.
    """
    target = io.BytesIO()
    wrap = partial(textwrap.fill, width=LETTERS, max_lines=2, placeholder="…")
    number = FuncFormatter(lambda value, _: words.number(value, ",.4g"))
    with rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained", dpi=160)
        axes = figure.add_subplot()
        _plot(name, axes, facts)
        for text in figure.findobj(Text):
            text.set_text(words.say(text.get_text()))
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_locator(), FixedLocator):
                said = [
                    wrap(words.say(one.get_text())) for one in axis.get_ticklabels()
                ]
                axis.set_ticks(axis.get_ticklocs(), said, fontsize=10)
            else:
                axis.set_major_formatter(number)
        figure.savefig(target, format="png")
    return target.getvalue()


def _plot(name: str, axes: Axes, facts: Facts) -> None:
    target, probability = facts["outcomes"][TARGET], facts["outcomes"]["probability"]
    threshold, found = facts["threshold"], facts["importance"]
    match name:
        case "cost":
            curve = CostCurve(
                *(np.array(facts["cost_curve"][one.name]) for one in fields(CostCurve))
            )
            chosen = Threshold(threshold, facts["threshold_interval"])
            plots.cost(axes, curve, chosen, facts["counted"])
        case "roc":
            plots.roc(axes, target, probability, folds(target))
        case "precision":
            plots.precision_recall(axes, target, probability, threshold)
        case "calibration":
            plots.calibration(axes, facts["calibration_curve"], facts["cv"]["ece"])
        case "feature" | "second_feature":
            drawn = facts["drawn"][name == "second_feature"]
            _outcomes(axes, drawn, facts["distributions"][drawn])
        case "reasons":
            _bars(
                axes, [(one["group"], one["mean_absolute"]) for one in found["groups"]]
            )
            axes.set_xlabel("mean contribution (log-odds)")
        case "beeswarm":
            _beeswarm(axes, **found["beeswarm"])
        case "local":
            _bars(axes, facts["applicant"]["features"])
            axes.set_xlabel("contribution (log-odds)")
        case _:
            raise ConfigurationError(f"picture {name!r}: there is none of that name")


def _outcomes(axes: Axes, name: str, found: Mapping[str, Any]) -> None:
    """A numeric feature by what became of the loans."""
    for who in ("repaid", "defaulted"):
        share = np.array(found[who]) / max(sum(found[who]), 1)
        axes.stairs(share, found["edges"], label=who, fill=True, alpha=0.45)
    axes.set(xlabel=name, ylabel="share of clients")
    axes.legend()


def _bars(axes: Axes, found: Sequence[tuple[str, float]]) -> None:
    names, values = zip(*found, strict=True)
    explained = shap.Explanation(np.array(values), feature_names=names)
    shap.plots.bar(explained, max_display=SHOWN + 1, ax=axes, show=False)
    # Room for the numbers at the bars' ends.
    axes.set_xlim(*(1.2 * one for one in axes.get_xlim()))


def _beeswarm(axes: Axes, features: list[str], values: Any, contributions: Any) -> None:
    inputs, shares = (np.array(one, float) for one in (values, contributions))
    explained = shap.Explanation(shares, data=inputs, feature_names=features)
    look = {"color_bar": False, "plot_size": None, "group_remaining_features": False}
    shap.plots.beeswarm(explained, max_display=SHOWN, ax=axes, show=False, **look)
    axes.set_xlabel("contribution (log-odds)")
