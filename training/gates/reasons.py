"""Are the told reasons true: does the risk fall when they are taken away?

Of clients who are refused, the groups of features that raise the risk most against the
borderline clients are what they are told. Here those features get the values of a
typical granted client, all else stays, and the model is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.arrays import Array
from training.evaluation.borderline import typical_values
from training.evaluation.shap_values import sample_rows, sums_by_group
from training.evaluation.trained_model import TrainedModel
from training.features.define import Feature
from training.gates.gate import Gate, at_least
from training.language import _, figure

SAMPLE = 2_000
# As many as an answer of the API tells of each direction.
TOLD = 4
LEAST_SHARE = 0.99


def reasons(trained: TrainedModel, borderline: Mapping[str, Any]) -> Gate:
    """The told reasons must be what the refusal rests on."""
    name = "reasons_lower_risk"
    inputs, chosen = trained.data.inputs, trained.chosen
    margin = trained.model.margins(inputs.to_numpy())
    refused = np.flatnonzero(chosen.calibration(margin) >= chosen.threshold.value)
    if not 0 < len(refused) < len(margin):
        same = _("Everyone gets the same decision.")
        return Gate(name, None, LEAST_SHARE, True, same)
    granted = np.setdiff1d(np.arange(len(margin)), refused)
    rows = refused[sample_rows(len(refused), SAMPLE)]
    typical = typical_values(inputs.iloc[granted], set(trained.data.categories))
    usual = np.array([one["contribution"] for one in borderline["features"]])
    values = trained.model.contributions(inputs.iloc[rows].to_numpy())[:, :-1]
    values = values - usual

    def lowered(count: int) -> float:
        """The share of these clients whose margin falls without so many reasons."""
        blamed = most_raising(values, trained.feature_set.features, count)
        changed = np.where(blamed, typical, inputs.iloc[rows].to_numpy())
        after = trained.model.margins(changed)
        return float((after < margin[rows]).mean())

    share = lowered(TOLD)
    return at_least(
        name,
        share,
        LEAST_SHARE,
        _(
            "Share of {clients} refused clients whose risk falls when the features"
            " behind their reasons, up to {told}, become those of a typical granted"
            " client; of the first reason alone {first}.",
            clients=figure(len(rows), ",d"),
            told=TOLD,
            first=figure(lowered(1), ".4f"),
        ),
    )


def most_raising(values: Array, features: Sequence[Feature], count: int) -> np.ndarray:
    """Which features are in the groups that raise each client's risk most.

    `values`: SHAP values less their usual ones, shape (clients, features); so is the
    answer, true or false.
    """
    group_of = [feature.group for feature in features]
    names, sums = sums_by_group(values, group_of)
    order = np.argsort(-sums, axis=1, kind="stable")
    place = np.argsort(order, axis=1, kind="stable")
    blamed = (place < count) & (sums > 0)
    return blamed[:, [names.index(group) for group in group_of]]
