"""Global explanations, and the distributions that one client is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from training.arrays import Array
from training.features.define import Feature
from training.models.dataset import Labelled
from training.models.served import ServedModel

BEESWARM_ROWS, BEESWARM_FEATURES = 500, 20
BINS = 30
# Rows whose sums are made together, in memory that stays small.
BLOCK = 1_000


def sample_rows(rows: int, size: int) -> np.ndarray:
    """Up to `size` row numbers, ascending, without repetition."""
    random = np.random.default_rng(0)
    return np.sort(random.choice(rows, min(size, rows), replace=False))


@dataclass(frozen=True)
class Explained:
    """Sampled clients: inputs, outcomes, SHAP values (clients, features), margins."""

    inputs: pd.DataFrame
    target: Array
    values: Array
    margin: Array


def explain(model: ServedModel, data: Labelled, clients: int) -> Explained:
    """Explain up to so many of the clients that the model was fitted on."""
    rows = sample_rows(len(data.inputs), clients)
    inputs = data.inputs.iloc[rows]
    values = model.contributions(inputs.to_numpy(np.float32))
    margin = values.sum(axis=1)
    return Explained(inputs, data.target[rows], values[:, :-1], margin)


def importance(
    model: ServedModel, explained: Explained, features: Sequence[Feature]
) -> dict[str, Any]:
    """Mean absolute SHAP value per feature and per reason group, and a beeswarm."""
    inputs, values = explained.inputs, explained.values
    mean = np.abs(values).mean(axis=0)
    groups, sums = sums_by_group(values, [one.group for one in features])
    grouped = np.abs(sums).mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    top = [int(i) for i in order[:BEESWARM_FEATURES]]
    return {
        "features": [
            {
                "feature": features[i].name,
                "group": features[i].group,
                "mean_absolute": float(mean[i]),
            }
            for i in order
        ],
        "groups": [
            {"group": groups[i], "mean_absolute": float(grouped[i])}
            for i in np.argsort(-grouped, kind="stable")
        ],
        "beeswarm": _beeswarm(inputs, values, top),
        "permutation": permutation(
            model, explained, {features[i].name: [i] for i in top}
        ),
        "permutation_of_groups": permutation(
            model, explained, _places(features, groups, grouped)
        ),
    }


def sums_by_group(values: Array, group_of: Sequence[str]) -> tuple[list[str], Array]:
    """The groups, and each client's contributions summed: shape (clients, groups).

    `group_of`: that of each column of `values`. Added in the features' order, as the
    API does.
    """
    groups = sorted(set(group_of))
    places = np.array([groups.index(group) for group in group_of])
    sums = np.empty((len(values), len(groups)))
    for at in range(0, len(values), BLOCK):
        block = values[at : at + BLOCK]
        bins = np.arange(len(block))[:, None] * len(groups) + places
        added = np.bincount(bins.ravel(), block.ravel(), len(block) * len(groups))
        sums[at : at + BLOCK] = added.reshape(len(block), len(groups))
    return groups, sums


def _places(
    features: Sequence[Feature], groups: Sequence[str], weight: Array
) -> dict[str, list[int]]:
    """The columns of each group, the weightiest group first."""
    return {
        groups[i]: [at for at, one in enumerate(features) if one.group == groups[i]]
        for i in np.argsort(-weight, kind="stable")
    }


def permutation(
    model: ServedModel, explained: Explained, parts: Mapping[str, list[int]]
) -> dict[str, Any]:
    """How much AUC goes when the columns of a part are shuffled among the clients.

    Asks the model in another way than SHAP does; `rank_correlation` says how far both
    agree on the order of the parts, which SHAP put first to last; 0 when all lose the
    same, as for a model that has its clients by heart. Features that say
    nearly the same cover for each other when one is shuffled; groups do not, for
    theirs are shuffled together. The model was fitted on these clients: a comparison
    of parts, not a measure of how good it is.
    Source: Breiman, Random Forests, 2001.
    """
    inputs, target = explained.inputs.to_numpy(), explained.target
    whole = roc_auc_score(target, explained.margin)
    random = np.random.default_rng(0)
    lost = {}
    for name, places in parts.items():
        shuffled = inputs.copy()
        order = random.permutation(len(inputs))
        shuffled[:, places] = inputs[order][:, places]
        without = roc_auc_score(target, model.ordering(shuffled))
        lost[name] = float(whole - without)
    agreed = 0.0
    if len(set(lost.values())) > 1:
        agreed = spearmanr(np.arange(len(parts), 0, -1), [*lost.values()]).statistic
    return {"rank_correlation": float(agreed), "auc_lost": lost}


def _beeswarm(inputs: pd.DataFrame, values: Array, top: list[int]) -> dict[str, Any]:
    """Each feature's points in the order of its contributions: no row is a person."""
    rows = sample_rows(len(inputs), BEESWARM_ROWS)
    contributions = values[rows][:, top]
    order = np.argsort(contributions, axis=0, kind="stable")
    shown = np.take_along_axis(inputs.iloc[rows, top].to_numpy(object), order, axis=0)
    shown[pd.isna(shown)] = None
    return {
        "features": list(inputs.columns[top]),
        "values": shown.tolist(),
        "contributions": np.take_along_axis(contributions, order, axis=0).tolist(),
    }


def distributions(
    data: Labelled, features: Sequence[Feature]
) -> dict[str, dict[str, Any]]:
    """Counts of all, repaid and defaulted clients over each feature's values."""
    return {one.name: _distribution(data, one) for one in features}


def _distribution(data: Labelled, feature: Feature) -> dict[str, Any]:
    values = data.inputs[feature.name].to_numpy(np.float64)
    masks = {
        "all": np.ones(len(values), bool),
        "repaid": data.target == 0,
        "defaulted": data.target == 1,
    }
    missing = {who: int(np.isnan(values[mask]).sum()) for who, mask in masks.items()}
    known = {who: values[mask & ~np.isnan(values)] for who, mask in masks.items()}
    if feature.category:
        names = data.categories[feature.name]
        places = np.arange(len(names) + 1) - 0.5
        axis: Mapping[str, Any] = {"kind": "category", "categories": names}
    else:
        places = _edges(known["all"])
        axis = {"kind": "numeric", "edges": places.tolist()}
    counts = {
        who: np.histogram(np.clip(v, places[0], places[-1]), places)[0].tolist()
        for who, v in known.items()
    }
    return {**axis, **counts, "missing": missing}


def _edges(values: Array) -> Array:
    """Bins of equal width over the middle 98 %; the outer ones take the rest."""
    if not len(values):
        return np.array([0.0, 1.0])
    low, high = np.percentile(values, [1, 99])
    if low == high:
        low, high = values.min(), values.max()
    if low == high:
        low, high = low - 0.5, high + 0.5
    whole = np.all(values == np.round(values)) and high - low <= BINS
    if whole:
        return np.arange(np.floor(low), np.ceil(high) + 2) - 0.5
    return np.linspace(low, high, BINS + 1)
