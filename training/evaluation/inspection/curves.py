"""How well each candidate ranks: ROC, precision and recall, gains and lift in one.

Clients are refused from the riskiest on, one in a hundred more at each point: by how
many are refused every one of these curves follows from the defaults among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.arrays import Array
from training.evaluation.cross_validation import Assessment

POINTS = 101
DIGITS = 4


def curves(
    target: Array, assessments: Sequence[Assessment], chosen: Assessment
) -> dict[str, Any]:
    """The out-of-fold curves of candidates on the same clients.

    `refused`: the shares of clients; of each candidate, at each of them, `caught`: the
    share of the defaults that is among them (recall, gain), `good_refused`: the share
    of those who repaid, `precision`: how many of them are defaults, null of nobody.
    """
    refused, rate = np.linspace(0.0, 1.0, POINTS), float(target.mean())
    candidates = []
    for one in assessments:
        found = caught(target, one.probability, refused)
        good = (refused - rate * found) / (1 - rate)
        precision = rate * found[1:] / refused[1:]
        candidates.append(
            {
                "name": one.candidate.name,
                "label": one.candidate.label,
                "served": one is chosen,
                "auc": round(one.metrics.auc, DIGITS),
                "average_precision": round(one.metrics.average_precision, DIGITS),
                "caught": rounded(found),
                "good_refused": rounded(np.clip(good, 0.0, 1.0)),
                "precision": [None, *rounded(precision)],
            }
        )
    return {"refused": rounded(refused), "candidates": candidates}


def caught(target: Array, probability: Array, refused: Array) -> Array:
    """Which share of the defaults is among these shares of clients, riskiest first.

    Of clients with the same probability each is as likely to be the next. All arrays of
    clients have shape (clients,).
    """
    order = np.argsort(-probability, kind="stable")
    last = np.flatnonzero(np.append(np.diff(probability[order]) != 0, True))
    found = np.cumsum(target[order])[last]
    places = np.append(0, last + 1) / len(target)
    return np.asarray(np.interp(refused, places, np.append(0, found)) / target.sum())


def rounded(values: Array, digits: int = DIGITS) -> list[float]:
    return [float(value) for value in np.round(values, digits)]
