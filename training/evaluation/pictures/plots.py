"""Pictures of a model's out-of-fold results, drawn without a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    RocCurveDisplay,
)
from sklearn.model_selection import LearningCurveDisplay

from training.arrays import Array
from training.evaluation.business_cost import (
    CostCurve,
    Costs,
    Threshold,
    cost_curve,
)
from training.evaluation.cross_validation import Assessment
from training.evaluation.metrics import calibration_curve
from training.models.dataset import Labelled


def pictures(assessment: Assessment, data: Labelled, costs: Costs) -> dict[str, Figure]:
    """One figure per question that out-of-fold predictions answer, by file name."""
    target, found, threshold = data.target, assessment.probability, assessment.threshold
    curve = cost_curve(target, found, costs, costs.weight(data.inputs))
    bins = calibration_curve(target, found)
    drawn: dict[str, Figure] = {}

    def draw(name: str, plot: Callable[..., None], *given: object) -> None:
        title = f"{assessment.candidate.label}: {name.replace('_', ' ')}, out of fold"
        drawn[f"{name}.png"], axes = _page(title)
        plot(axes, *given)

    draw("roc", roc, target, found, assessment.fold)
    draw("precision_recall", precision_recall, target, found, threshold.value)
    draw("calibration", calibration, bins, assessment.metrics.ece)
    draw("cost_curve", cost, curve, threshold, costs)
    draw("confusion", confusion, target, found >= threshold.value)
    return drawn


def roc(axes: Axes, target: Array, probability: Array, fold: Array) -> None:
    for number in np.unique(fold):
        held_out = fold == number
        RocCurveDisplay.from_predictions(
            target[held_out],
            probability[held_out],
            ax=axes,
            name=f"fold {int(number) + 1}",
            curve_kwargs={"linewidth": 1},
        )
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="by chance")
    axes.set(xlabel="good clients refused", ylabel="defaults refused")
    axes.legend(loc="lower right")


def precision_recall(
    axes: Axes, target: Array, probability: Array, threshold: float
) -> None:
    PrecisionRecallDisplay.from_predictions(
        target, probability, ax=axes, name="out of fold", plot_chance_level=True
    )
    at = probability >= threshold
    if at.any():
        precision, recall = target[at].mean(), at[target == 1].mean()
        axes.plot(recall, precision, "o", color="black", label="at the threshold")
    axes.set(xlabel="defaults refused (recall)", ylabel="defaults among the refused")
    axes.legend(loc="upper right")


def calibration(axes: Axes, curve: Mapping[str, Sequence[float]], ece: float) -> None:
    """Observed against predicted rate in bins of equal mass, with 95 % bars."""
    predicted, observed, clients = (np.array(curve[name]) for name in curve)
    margin = 1.96 * np.sqrt(observed * (1 - observed) / clients)
    top = max(predicted.max(), (observed + margin).max()) * 1.05
    axes.plot([0, top], [0, top], color="grey", linestyle=":", label="as promised")
    axes.errorbar(predicted, observed, margin, fmt="o", capsize=2, label="bins")
    axes.set(
        xlabel="predicted probability of default",
        ylabel="observed default rate",
        xlim=(0, top),
        ylim=(0, top),
    )
    axes.legend(title=f"ECE {ece:.4f}", loc="upper left")


def cost(axes: Axes, curve: CostCurve, chosen: Threshold, costs: Costs) -> None:
    thresholds, scores = curve.threshold[:-1], curve.business_score[:-1]
    axes.plot(thresholds, scores)
    axes.axvspan(*chosen.interval, alpha=0.15, label="90 % of resamples")
    axes.axvline(chosen.value, color="black", label=f"chosen {chosen.value:.4f}")
    axes.axvline(
        costs.break_even,
        color="grey",
        ls=":",
        label=f"in theory {costs.break_even:.4f}",
    )
    right = min(3 * max(chosen.value, costs.break_even), 1.0)
    shown = scores[thresholds <= right]
    axes.set(
        xlabel="threshold",
        ylabel=f"cost {costs.per}",
        xlim=(0, right),
        ylim=(shown.min() * 0.95, shown.max() * 1.02),
    )
    axes.legend()


def confusion(axes: Axes, target: Array, refused: Array) -> None:
    ConfusionMatrixDisplay.from_predictions(
        target,
        refused.astype(float),
        ax=axes,
        display_labels=["repaid", "defaulted"],
        cmap="Blues",
        values_format=",d",
        colorbar=False,
    )
    axes.set(xlabel="decision", ylabel="what happened")
    axes.set_xticklabels(["granted", "refused"])


def learning_curve(clients: Sequence[int], held_out: Array, known: Array) -> Figure:
    """AUC by the number of clients learned from; arrays of shape (sizes, folds)."""
    figure, axes = _page("AUC by the number of clients learned from")
    LearningCurveDisplay(
        train_sizes=clients, train_scores=known, test_scores=held_out, score_name="AUC"
    ).plot(ax=axes, line_kw={"marker": "o"})
    axes.set(xlabel="clients", xscale="log")
    axes.set_xticks(clients, [f"{one:,}" for one in clients])
    axes.minorticks_off()
    axes.legend(["learned from", "held out"], title="mean ± deviation of folds")
    return figure


def selection_curve(points: Sequence[Mapping[str, float]], served: int) -> Figure:
    """Cost and AUC by number of features; bars: errors of the distance to the best."""
    figure = Figure(figsize=(7.0, 6.0), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.set_title("Cost and AUC by number of features")
    numbers = [one["features"] for one in points]
    for axes, name, error, label in (
        (above, "business_score", "business_score_above_least_se", "business score"),
        (below, "auc", "auc_below_highest_se", "AUC"),
    ):
        values, errors = ([one[key] for one in points] for key in (name, error))
        axes.errorbar(numbers, values, errors, marker="o", capsize=3)
        axes.axvline(served, color="black", linestyle="--", label=f"{served} served")
        axes.set(ylabel=label, xscale="log")
    below.set_xlabel("features")
    below.set_xticks(numbers, [f"{one:,.0f}" for one in numbers])
    below.minorticks_off()
    below.legend()
    return figure


def errors_by_segment(segments: Sequence[Mapping[str, Any]]) -> Figure:
    """Observed over predicted default rate, with 95 % bars, and the AUC."""
    figure = Figure(figsize=(8.0, 9.0), layout="constrained")
    figure.suptitle("Where the model fails, and for whom")
    left, right = figure.subplots(1, 2)
    shown = list(reversed(segments))
    labels = [one["segment"] for one in shown]
    expected = np.array([one["predicted_rate"] * one["clients"] for one in shown])
    off = [one["default_rate"] / one["predicted_rate"] for one in shown]
    left.errorbar(off, labels, xerr=1.96 / np.sqrt(expected), fmt="o", capsize=2)
    left.axvline(1, color="grey", linestyle=":")
    left.set(xlabel="observed over predicted default rate")
    ranked = [np.nan if one["auc"] is None else one["auc"] for one in shown]
    right.plot(ranked, labels, "o")
    right.set(xlabel="AUC", yticklabels=[])
    left.tick_params(axis="y", labelsize=6)
    return figure


def _page(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.0, 5.0), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    return figure, axes
