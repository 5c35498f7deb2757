"""Pictures of why the model decides as it does: for all, by feature, for some clients.

They show sums and positions, never a client's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.features.define import Feature
from training.models.cost import Array
from training.models.explanation import Explained, sums_by_group
from training.models.validation import Assessment
from training.reasons import BY_GROUP

TOP_FEATURES, DEPENDENCE, SHOWN_GROUPS = 20, 6, 8
RAISES, LOWERS = "#c2410c", "#1d4ed8"
OFF = 1.96


def explanation_pictures(
    found: Mapping[str, Any],
    explained: Explained,
    features: Sequence[Feature],
    chosen: Assessment,
    segments: Sequence[Mapping[str, Any]],
) -> dict[str, Figure]:
    """Figures by file name; `found` is as in importance.json."""
    return {
        "importance_of_groups.png": groups(found),
        "beeswarm.png": beeswarm(found),
        "dependence.png": dependence(found, explained),
        "archetypes.png": archetypes(explained, features, chosen),
        "segments.png": errors_by_segment(segments),
    }


def groups(found: Mapping[str, Any]) -> Figure:
    figure, (axes,) = _pages("What moves the margin most, by reason", 7.0)
    shown = found["groups"][::-1]
    labels = [BY_GROUP[one["group"]].label_en for one in shown]
    axes.barh(labels, [one["mean_absolute"] for one in shown])
    axes.set(xlabel="mean absolute sum of SHAP values (log-odds)")
    axes.tick_params(axis="y", labelsize=8)
    return figure


def beeswarm(found: Mapping[str, Any]) -> Figure:
    """A point per client and feature; red where the feature's value is high."""
    figure, (axes,) = _pages("What each feature adds to the margin", 7.0)
    swarm = found["beeswarm"]
    names = swarm["features"][:TOP_FEATURES]
    random = np.random.default_rng(0)
    for place in range(len(names)):
        values = np.array([row[place] for row in swarm["values"]], dtype=np.float64)
        added = [row[place] for row in swarm["contributions"]]
        rank = np.searchsorted(np.sort(values), values) / len(values)
        spread = len(names) - 1 - place + random.uniform(-0.3, 0.3, len(added))
        axes.scatter(added, spread, c=rank, cmap="coolwarm", s=3)
    axes.axvline(0, color="grey", linewidth=0.5)
    axes.set_yticks(np.arange(len(names)), names[::-1], fontsize=7)
    axes.set(xlabel="SHAP value (log-odds)")
    return figure


def dependence(found: Mapping[str, Any], explained: Explained) -> Figure:
    """What the values of the features that matter most add; missing at the left."""
    figure, pages = _pages("What a feature's value adds to the margin", 8.0, DEPENDENCE)
    top = [one["feature"] for one in found["features"][:DEPENDENCE]]
    for axes, name in zip(pages, top, strict=False):
        place = explained.inputs.columns.get_loc(name)
        values = explained.inputs[name].to_numpy(np.float64)
        known = values[~np.isnan(values)]
        low, high = np.percentile(known, [1, 99]) if len(known) else (0.0, 1.0)
        missing = low - 0.1 * (high - low)
        shown = np.where(np.isnan(values), missing, np.clip(values, low, high))
        axes.scatter(shown, explained.values[:, place], s=2, alpha=0.4)
        axes.axhline(0, color="grey", linewidth=0.5)
        axes.set_title(name, fontsize=8)
        axes.tick_params(labelsize=7)
    return figure


def archetypes(
    explained: Explained, features: Sequence[Feature], chosen: Assessment
) -> Figure:
    """Clients of each kind, and what raised and lowered their risk."""
    probability = chosen.calibration(explained.margin)
    kinds = typical_clients(probability, explained.target, chosen.threshold.value)
    names, sums = sums_by_group(explained.values, features)
    figure, pages = _pages("Why clients of each kind get their answer", 9.0, len(kinds))
    for axes, (kind, row) in zip(pages, kinds.items(), strict=True):
        order = np.argsort(np.abs(sums[row]), kind="stable")[-SHOWN_GROUPS:]
        added = sums[row, order]
        axes.barh(
            [BY_GROUP[names[i]].label_en for i in order],
            added,
            color=np.where(added > 0, RAISES, LOWERS),
        )
        axes.axvline(0, color="grey", linewidth=0.5)
        axes.set_title(f"{kind}: {probability[row]:.1%}", fontsize=8)
        axes.tick_params(labelsize=6)
    return figure


def typical_clients(
    probability: Array, target: Array, threshold: float
) -> dict[str, int]:
    """Rows of the safest, the median, the closest call, the riskiest client.

    And of the two that the model got most wrong. All arrays: shape (clients,).
    """
    repaid = np.where(target == 0, probability, -1.0)
    defaulted = np.where(target == 1, probability, 2.0)
    middle = np.argsort(probability, kind="stable")[len(probability) // 2]
    return {
        "safest": int(np.argmin(probability)),
        "median": int(middle),
        "closest call": int(np.argmin(np.abs(probability - threshold))),
        "riskiest": int(np.argmax(probability)),
        "least expected default": int(np.argmin(defaulted)),
        "least expected repayer": int(np.argmax(repaid)),
    }


def errors_by_segment(segments: Sequence[Mapping[str, Any]]) -> Figure:
    """Observed over predicted default rate, with 95 % bars, and the AUC."""
    figure, (left, right) = _pages("Where the model fails, and for whom", 9.0, 2, 2)
    shown = list(reversed(segments))
    labels = [one["segment"] for one in shown]
    expected = np.array([one["predicted_rate"] * one["clients"] for one in shown])
    off = [one["default_rate"] / one["predicted_rate"] for one in shown]
    left.errorbar(off, labels, xerr=OFF / np.sqrt(expected), fmt="o", capsize=2)
    left.axvline(1, color="grey", linestyle=":")
    left.set(xlabel="observed over predicted default rate")
    ranked = [np.nan if one["auc"] is None else one["auc"] for one in shown]
    right.plot(ranked, labels, "o")
    right.set(xlabel="AUC", yticklabels=[])
    left.tick_params(axis="y", labelsize=6)
    return figure


def _pages(
    title: str, height: float, count: int = 1, columns: int = 2
) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(8.0, height), layout="constrained")
    figure.suptitle(title)
    if count == 1:
        return figure, [figure.add_subplot()]
    rows = -(-count // columns)
    return figure, [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
