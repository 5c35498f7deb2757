"""Where the model fails, and for whom: the same metrics by segment of clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from training.arrays import Array
from training.evaluation.cross_validation import Assessment
from training.evaluation.uncertainty import auc
from training.language import SOURCE, Labels, _, alike
from training.models.dataset import Labelled
from training.tables.layout import Layout

# A ranking of fewer defaults than this is noise.
LEAST_DEFAULTS = 20
MOST_ID_BLOCKS = 5
SIZES = {
    "small": _("Loan amount: small third"),
    "middle": _("Loan amount: middle third"),
    "large": _("Loan amount: large third"),
}


def segment_metrics(
    layout: Layout, applications: pd.DataFrame, data: Labelled, chosen: Assessment
) -> list[dict[str, Any]]:
    """Metrics at the threshold of every segment with at least 20 defaults.

    Entries as in the manifest's `metrics.segments`: name and label, clients, AUC and
    business score, with the default rates observed and predicted. Rows of
    `applications` are the clients of the data.
    """
    target, probability = data.target, chosen.probability
    return [
        {
            "segment": label[SOURCE],
            "label": label,
            "clients": int(mask.sum()),
            "default_rate": float(target[mask].mean()),
            "predicted_rate": float(probability[mask].mean()),
            "auc": auc(target[mask], probability[mask]),
            "business_score": float(chosen.cost[mask].mean()),
        }
        for label, mask in segments(layout, applications, data.client, target)
        if target[mask].sum() >= LEAST_DEFAULTS and (1 - target[mask]).any()
    ]


def segments(
    layout: Layout, applications: pd.DataFrame, client: np.ndarray, target: Array
) -> Iterator[tuple[Labels, np.ndarray]]:
    """The label of each segment and its clients, as a mask; splits overlap.

    By the application's categories, the size of the loan, what is known of the
    client's scores elsewhere, and consecutive client numbers.
    """
    for name in layout.segments:
        column = layout.application[name]
        for value in sorted(applications[name].dropna().unique()):
            word = column.words.get(value, alike(str(value)))
            label = _("{column}: {value}", column=column.labels, value=word)
            yield label, (applications[name] == value).to_numpy()
    sizes = applications[layout.amount].rank(method="first")
    thirds = pd.qcut(sizes, 3, list(SIZES))
    for size, label in SIZES.items():
        yield label, (thirds == size).to_numpy()
    known = applications[list(layout.scores)].notna().sum(axis=1).to_numpy()
    for count in range(len(layout.scores) + 1 if layout.scores else 0):
        of = len(layout.scores)
        label = _("Outside scores known: {count} of {of}", count=count, of=of)
        yield label, known == count
    yield from id_blocks(client, target)


def id_blocks(client: np.ndarray, target: Array) -> Iterator[tuple[Labels, np.ndarray]]:
    """Clients by consecutive numbers: what should not matter.

    Five blocks, or as many as leave twice the defaults that a ranking needs.
    """
    enough = int(target.sum()) // (2 * LEAST_DEFAULTS)
    blocks = max(1, min(MOST_ID_BLOCKS, enough))
    for number, rows in enumerate(np.array_split(np.argsort(client), blocks), 1):
        mask = np.zeros(len(client), bool)
        mask[rows] = True
        label = _("Client numbers: part {part} of {parts}", part=number, parts=blocks)
        yield label, mask
