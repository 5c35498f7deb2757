"""Pictures of a model's out-of-fold results, drawn without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from training.evaluation.business_cost import Costs, cost_curve
from training.evaluation.cross_validation import Assessment
from training.evaluation.metrics import calibration_curve
from training.models.dataset import Labelled


def pictures(assessment: Assessment, data: Labelled, costs: Costs) -> dict[str, Figure]:
    """One figure per question that out-of-fold predictions answer, by file name."""
    target, weight = data.target, costs.weight(data.inputs)
    return {
        "roc.png": roc(assessment, target),
        "precision_recall.png": precision_recall(assessment, target),
        "calibration.png": calibration(assessment, target),
        "cost_curve.png": cost(assessment, target, costs, weight),
        "confusion.png": confusion(assessment, target),
    }


def roc(assessment: Assessment, target: Array) -> Figure:
    figure, axes = _page(f"{assessment.candidate.label}: ROC, out of fold")
    for number in np.unique(assessment.fold):
        held_out = assessment.fold == number
        RocCurveDisplay.from_predictions(
            target[held_out],
            assessment.probability[held_out],
            ax=axes,
            name=f"fold {int(number) + 1}",
            curve_kwargs={"linewidth": 1},
        )
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="by chance")
    axes.set(xlabel="good clients refused", ylabel="defaults refused")
    axes.legend(loc="lower right")
    return figure


def precision_recall(assessment: Assessment, target: Array) -> Figure:
    figure, axes = _page(
        f"{assessment.candidate.label}: precision and recall, out of fold"
    )
    PrecisionRecallDisplay.from_predictions(
        target,
        assessment.probability,
        ax=axes,
        name="out of fold",
        plot_chance_level=True,
    )
    at = assessment.probability >= assessment.threshold.value
    if at.any():
        precision, recall = target[at].mean(), at[target == 1].mean()
        axes.plot(recall, precision, "o", color="black", label="at the threshold")
    axes.set(xlabel="defaults refused (recall)", ylabel="defaults among the refused")
    axes.legend(loc="upper right")
    return figure


def calibration(assessment: Assessment, target: Array) -> Figure:
    """Observed against predicted rate in bins of equal mass, with 95 % bars."""
    figure, axes = _page(f"{assessment.candidate.label}: calibration, out of fold")
    curve = calibration_curve(target, assessment.probability)
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
    axes.legend(title=f"ECE {assessment.metrics.ece:.4f}", loc="upper left")
    return figure


def cost(
    assessment: Assessment, target: Array, costs: Costs, weight: Array | None
) -> Figure:
    figure, axes = _page(
        f"{assessment.candidate.label}: cost of each threshold, out of fold"
    )
    curve = cost_curve(target, assessment.probability, costs, weight)
    axes.plot(curve.threshold[:-1], curve.business_score[:-1])
    axes.axvspan(*assessment.threshold.interval, alpha=0.15, label="90 % of resamples")
    chosen = assessment.threshold.value
    axes.axvline(chosen, color="black", label=f"chosen {chosen:.4f}")
    axes.axvline(
        costs.break_even,
        color="grey",
        ls=":",
        label=f"in theory {costs.break_even:.4f}",
    )
    right = max(float(np.quantile(assessment.probability, 0.99)), 3 * costs.break_even)
    axes.set(
        xlabel="threshold",
        ylabel="cost per client",
        xlim=(0, min(right, 1.0)),
        ylim=(curve.business_score.min() * 0.95, curve.business_score[0] * 1.02),
    )
    axes.legend()
    return figure


def confusion(assessment: Assessment, target: Array) -> Figure:
    figure, axes = _page(f"{assessment.candidate.label}: decisions, out of fold")
    ConfusionMatrixDisplay.from_predictions(
        target,
        (assessment.probability >= assessment.threshold.value).astype(float),
        ax=axes,
        display_labels=["repaid", "defaulted"],
        cmap="Blues",
        values_format=",d",
        colorbar=False,
    )
    axes.set(xlabel="decision", ylabel="what happened")
    axes.set_xticklabels(["granted", "refused"])
    return figure


def learning_curve(clients: Sequence[int], held_out: Array, known: Array) -> Figure:
    """AUC by the number of clients learned from; arrays of shape (sizes, folds)."""
    figure, axes = _page("AUC by the number of clients learned from")
    LearningCurveDisplay(
        train_sizes=clients, train_scores=known, test_scores=held_out, score_name="AUC"
    ).plot(ax=axes, line_kw={"marker": "o"})
    axes.set(xlabel="clients", xscale="log")
    axes.set_xticks(clients, [f"{count:,}" for count in clients])
    axes.minorticks_off()
    axes.legend(["learned from", "held out"], title="mean ± deviation of folds")
    return figure


def selection_curve(points: Sequence[Mapping[str, float]], served: int) -> Figure:
    """Cost and AUC by number of features; bars: errors of the distance to the best."""
    figure = Figure(figsize=(7.0, 6.0), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.set_title("Cost and AUC by number of features")
    numbers = [point["features"] for point in points]
    for axes, name, error, label in (
        (above, "business_score", "business_score_above_least_se", "business score"),
        (below, "auc", "auc_below_highest_se", "AUC"),
    ):
        values, errors = ([point[key] for point in points] for key in (name, error))
        axes.errorbar(numbers, values, errors, marker="o", capsize=3)
        axes.axvline(served, color="black", linestyle="--", label=f"{served} served")
        axes.set(ylabel=label, xscale="log")
    below.set_xlabel("features")
    below.set_xticks(numbers, [f"{number:,.0f}" for number in numbers])
    below.minorticks_off()
    below.legend()
    return figure


def errors_by_segment(segments: Sequence[Mapping[str, Any]]) -> Figure:
    """Observed over predicted default rate, with 95 % bars, and the AUC."""
    figure = Figure(figsize=(8.0, 9.0), layout="constrained")
    figure.suptitle("Where the model fails, and for whom")
    left, right = figure.subplots(1, 2)
    shown = list(reversed(segments))
    labels = [segment["segment"] for segment in shown]
    expected = np.array(
        [segment["predicted_rate"] * segment["clients"] for segment in shown]
    )
    off = [segment["default_rate"] / segment["predicted_rate"] for segment in shown]
    left.errorbar(off, labels, xerr=1.96 / np.sqrt(expected), fmt="o", capsize=2)
    left.axvline(1, color="grey", linestyle=":")
    left.set(xlabel="observed over predicted default rate")
    ranked = [np.nan if segment["auc"] is None else segment["auc"] for segment in shown]
    right.plot(ranked, labels, "o")
    right.set(xlabel="AUC", yticklabels=[])
    left.tick_params(axis="y", labelsize=6)
    return figure


def _page(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.0, 5.0), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    return figure, axes
