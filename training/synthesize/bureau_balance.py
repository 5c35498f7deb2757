"""Monthly reports of the bureau's credits: paid, late by how much, closed."""

from __future__ import annotations

import numpy as np

from training.synthesize.bureau import Credits
from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Categories,
    Columns,
    Floats,
    Integers,
    chance,
    spread,
)

STATUSES = ("0", "1", "2", "3", "4", "5", "C", "X")
CLOSED, UNKNOWN = 6, 7
WORST = 5
LONGEST = 97
DAYS_PER_MONTH = 30.44


def draw_bureau_balance(
    rng: np.random.Generator, clients: Clients, credits: Credits
) -> Columns:
    """One row per credit and month, newest first, for clients with monthly reports."""
    rows = np.flatnonzero(clients.monthly_reports[credits.client])
    age = (credits.started[rows] / DAYS_PER_MONTH).astype(np.int32)
    closed = (credits.ended[rows] / DAYS_PER_MONTH).astype(np.int32)
    active = credits.active[rows]
    # Some lenders stop reporting once a credit is closed.
    silent = ~active & (rng.random(len(rows)) < 0.13)
    newest = np.where(silent, closed, 0)
    lost = (rng.random(len(rows)) < 0.02) * rng.integers(0, 30, len(rows))
    counts = np.clip(age + 1 - newest - lost, 1, LONGEST).astype(np.int32)
    owner, position = spread(counts)
    month = position + newest.astype(np.int32)[owner]
    trait = clients.bureau_balance[credits.client[rows]]
    status = _paid(rng, owner, trait)
    status = _episodes(rng, status, owner, month, counts, closed, trait)
    status = _overdue_now(status, owner, month, credits.overdue[rows])
    over = ~active[owner] & (month < closed[owner])
    status = np.where(over, CLOSED, status).astype(np.int8)
    return {
        "SK_ID_BUREAU": credits.columns["SK_ID_BUREAU"][rows][owner],
        "MONTHS_BALANCE": -month,
        "STATUS": Categories(STATUSES, status),
    }


def _paid(rng: np.random.Generator, owner: Integers, trait: Floats) -> Integers:
    """Paid, late by up to a month, or unknown; some lenders report little."""
    vague = rng.random(len(trait))
    unknown = np.where(vague < 0.37, 0.93, np.where(vague < 0.62, 0.3, 0.03))
    late = chance(-4.2 + 1.15 * trait)
    uniform = rng.random(len(owner), dtype=np.float32)
    below = (unknown + (1 - unknown) * late).astype(np.float32)
    status = (uniform < below[owner]).astype(np.int8)
    return np.where(uniform < unknown.astype(np.float32)[owner], UNKNOWN, status)


def _episodes(
    rng: np.random.Generator,
    status: Integers,
    owner: Integers,
    month: Integers,
    counts: Integers,
    closed: Integers,
    trait: Floats,
) -> Integers:
    """Some credits slide month by month, to five months late at the worst."""
    sliding = rng.random(len(counts)) < chance(-3.9 + 0.95 * trait)
    first = closed + (rng.random(len(counts)) * counts).astype(np.int32)
    length = rng.integers(2, 12, len(counts))
    rows = np.flatnonzero(sliding[owner])
    since = first[owner[rows]] - month[rows]
    inside = (since >= 0) & (since < length[owner[rows]])
    changed = status.copy()
    changed[rows[inside]] = np.minimum(since[inside] + 1, WORST)
    return changed


def _overdue_now(
    status: Integers, owner: Integers, month: Integers, overdue: Integers
) -> Integers:
    """A credit that is overdue today was late in its last months too."""
    rows = np.flatnonzero(overdue[owner] > 0)
    months_late = np.ceil(overdue[owner[rows]] / 30).astype(np.int32) - month[rows]
    changed = status.copy()
    late = months_late > 0
    changed[rows[late]] = np.minimum(months_late[late], WORST)
    return changed
