"""Pictures of why the model decides as it does: for all, by feature, for some clients.

They show sums and positions, never a client's number.
"""

from __future__ import annotations

from collections.abc import Callable

import matplotlib
import numpy as np
import shap
from matplotlib import pyplot
from matplotlib.figure import Figure

from training.arrays import Array
from training.evaluation.cross_validation import Assessment
from training.evaluation.shap_values import Explained, sums_by_group
from training.features.sql import FeatureSet
from training.language import SOURCE

TOP, DEPENDENCE = 20, 6


def explanation_pictures(
    explained: Explained, made: FeatureSet, chosen: Assessment
) -> dict[str, Figure]:
    """Figures by file name, as shap draws them, of LightGBM's own contributions."""
    # Without a screen, also where there is one.
    matplotlib.use("agg")
    order = np.argsort(-np.abs(explained.values).mean(axis=0), kind="stable")
    inputs = explained.inputs.iloc[:, order[:TOP]]
    top = shap.Explanation(
        explained.values[:, order[:TOP]],
        data=inputs.to_numpy(),
        feature_names=list(inputs.columns),
    )
    names, sums = sums_by_group(explained.values, [one.group for one in made.features])
    groups = shap.Explanation(
        sums,
        base_values=explained.margin - sums.sum(axis=1),
        feature_names=[made.layout.by_group[group].labels[SOURCE] for group in names],
    )
    probability = chosen.calibration(explained.margin)
    kinds = typical_clients(probability, explained.target, chosen.threshold.value)
    drawn = {
        "importance": _drawn("What moves the margin most", shap.plots.bar, top),
        "importance_of_groups": _drawn(
            "What moves the margin most, by reason", shap.plots.bar, groups
        ),
        "beeswarm": _drawn(
            "What each feature adds to the margin", shap.plots.beeswarm, top
        ),
        "dependence": _dependence(top),
    }
    for kind, row in kinds.items():
        drawn[f"waterfall_{kind.replace(' ', '_')}"] = _drawn(
            f"{kind}: {probability[row]:.1%}", shap.plots.waterfall, groups[row]
        )
    return {f"{name}.png": figure for name, figure in drawn.items()}


def _drawn(
    title: str, plot: Callable[..., object], explanation: shap.Explanation
) -> Figure:
    """What shap draws on pyplot's current figure, which is let go."""
    figure = pyplot.figure(layout="constrained")
    plot(explanation, max_display=TOP, show=False)
    figure.suptitle(title)
    pyplot.close(figure)
    return figure


def _dependence(top: shap.Explanation) -> Figure:
    """What the values of the features that matter most add; missing at the left."""
    figure, pages = pyplot.subplots(
        DEPENDENCE // 2, 2, figsize=(9.0, 10.0), layout="constrained"
    )
    figure.suptitle("What a feature's value adds to the margin")
    for index, axes in zip(range(top.shape[1]), pages.flat, strict=False):
        shap.plots.scatter(
            top[:, index],
            hist=False,
            dot_size=4,
            xmin="percentile(1)",
            xmax="percentile(99)",
            ax=axes,
            show=False,
        )
    pyplot.close(figure)
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
