"""Three external scores: what other agencies know, each seen through noise.

The label depends on the hidden standing, known or not; the columns show it on the
real columns' scales, with their gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Columns,
    Flags,
    Floats,
    Integers,
    blank,
    blend,
    quantile,
    share_below,
)

SHAPES = {
    "EXT_SOURCE_1": (
        (0.015, 0.082, 0.157, 0.211, 0.332, 0.506, 0.675, 0.786, 0.833, 0.89, 0.947)
    ),
    "EXT_SOURCE_2": (
        (0.0001, 0.031, 0.136, 0.22, 0.391, 0.565, 0.663, 0.722, 0.747, 0.782, 0.855)
    ),
    "EXT_SOURCE_3": (
        (0.001, 0.063, 0.154, 0.226, 0.371, 0.534, 0.669, 0.749, 0.788, 0.833, 0.888)
    ),
}


@dataclass(frozen=True)
class Scores:
    """One entry per client: the hidden standings (standard normal) and the columns."""

    standings: tuple[Floats, Floats, Floats]
    columns: Columns
    no_enquiries: Flags


def draw_scores(rng: np.random.Generator, clients: Clients, rating: Integers) -> Scores:
    count = len(clients)
    own = rng.standard_normal((3, count))
    uniform = rng.random((4, count))
    age = (clients.age - 43.9) / 12
    place = (2.05 - rating) * 2
    standings = (
        blend(own[0], (0.6, age), (0.25, clients.capacity), (0.2, clients.discipline)),
        blend(
            own[1], (0.2, clients.capacity), (0.25, clients.discipline), (0.2, place)
        ),
        blend(own[2], (0.2, clients.discipline), (-0.25, clients.bureau)),
    )
    no_bureau = clients.bureau_credits == 0
    no_enquiries = uniform[3] < np.where(no_bureau, 0.78, 0.03)
    gaps = (
        uniform[0] < np.where(clients.is_test, 0.421, 0.566),
        uniform[1] < np.where(clients.is_test, 0.0002, 0.0021),
        no_enquiries | (uniform[2] < np.where(no_bureau, 0.5, 0.05)),
    )
    columns: Columns = {}
    for (name, values), standing, gap in zip(
        SHAPES.items(), standings, gaps, strict=True
    ):
        score = quantile(share_below(standing), values)
        # EXT_SOURCE_3 takes few distinct values in the source, the others many.
        digits = 4 if name == "EXT_SOURCE_3" else 12
        columns[name] = blank(np.round(score, digits), gap)
    return Scores(standings, columns, no_enquiries)
