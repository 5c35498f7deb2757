"""Who the clients are: the habits behind every table, and what each table has of them.

One latent risk leans on a few habits (means, stability, appetite for credit,
punctuality); what each history table shows leans on that risk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.draw import Columns, Flags, Integers, Rows, blend, draw, shapes


@dataclass(frozen=True)
class Clients:
    """One entry per client. `rows` holds the habits, standard normal numbers."""

    ids: Integers
    rows: Rows
    history: Columns

    def __getitem__(self, habit: str) -> np.ndarray:
        return self.rows.habits[habit]


def draw_clients(rng: np.random.Generator, ids: Integers, is_test: Flags) -> Clients:
    form = shapes("clients")
    habits: dict[str, np.ndarray] = {}
    rows = Rows(habits, is_test)
    for name, tilt in form["habits"].items():
        habits[name] = blend(rng, rows, tilt)
    return Clients(ids, rows, draw(rng, (), form["history"], rows))
