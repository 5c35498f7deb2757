"""Previous applications: what was asked for, what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.previous_amounts import draw_amounts
from training.synthesize.previous_dates import draw_dates
from training.synthesize.previous_words import draw_words
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    Integers,
    pick,
    pick_by,
    spread,
)

FIRST_ID = 1_000_001
DAY_LIMIT = 2922
TYPES = ("Cash loans", "Consumer loans", "Revolving loans", "XNA")
TYPE_SHARES = (0.4476, 0.4367, 0.1155, 0.0002)
CASH, CONSUMER, REVOLVING, NO_TYPE = range(4)
STATUSES = ("Approved", "Canceled", "Refused", "Unused offer")
APPROVED, CANCELED, REFUSED, UNUSED = range(4)
STATUS_SHARES = np.array(
    [
        [0.418, 0.36, 0.221, 0.001],
        [0.86, 0.002, 0.1, 0.038],
        [0.545, 0.225, 0.2295, 0.0005],
        [0.0, 0.93, 0.07, 0.0],
    ]
)
# How strongly decisions crowd before the application: days = limit * uniform**power.
RECENCY = np.array(
    [
        [2.1, 10.0, 4.0, 1.2],
        [1.35, 3.3, 1.15, 2.2],
        [1.55, 8.5, 3.5, 8.0],
        [5.0, 5.0, 5.0, 5.0],
    ]
)


@dataclass(frozen=True)
class Previous:
    """One entry per previous application: what its balances need, and the columns.

    `paid_months` counts the instalments until the loan ended, early or not, or until
    the client stopped paying (`stopped`); it is the term for a loan that still runs.
    """

    client: Integers
    ids: Integers
    kind: Integers
    disbursed: Flags
    decided: Integers
    term: Integers
    paid_months: Integers
    stopped: Flags
    annuity: Floats
    limit: Floats
    columns: Columns


def draw_previous(
    rng: np.random.Generator, clients: Clients, income: Floats, first_id: int
) -> Previous:
    """One row per application; `first_id` is the first SK_ID_PREV to give."""
    client, _ = spread(clients.previous_applications)
    count = len(client)
    urgency = clients.previous[client]
    kind = pick(rng.random(count), TYPE_SHARES)
    status = _status(rng, kind, urgency)
    decided = _decided(rng, kind, status, urgency)
    amounts = draw_amounts(rng, kind, status, urgency, income[client])
    dates = draw_dates(
        rng, kind, status == APPROVED, decided, amounts.term, clients.pos[client]
    )
    ids = first_id + np.arange(count)
    columns: Columns = {
        "SK_ID_PREV": ids,
        "SK_ID_CURR": clients.ids[client],
        "NAME_CONTRACT_TYPE": Categories(TYPES, kind),
        "NAME_CONTRACT_STATUS": Categories(STATUSES, status),
        "DAYS_DECISION": -decided,
        **amounts.columns,
        **dates.columns,
        **draw_words(rng, kind, status, urgency, amounts, _oldest(client, decided)),
    }
    return Previous(
        client=client,
        ids=ids,
        kind=kind,
        disbursed=dates.disbursed,
        decided=decided,
        term=amounts.term,
        paid_months=dates.paid_months,
        stopped=dates.stopped,
        annuity=amounts.annuity,
        limit=amounts.credit,
        columns=columns,
    )


def _status(rng: np.random.Generator, kind: Integers, urgency: Floats) -> Integers:
    shares = STATUS_SHARES[kind]
    # 0.75 * urgency: the urgent are refused more often; the rest keeps the mean.
    shares[:, REFUSED] *= np.exp(0.75 * urgency - 0.24)
    return pick_by(rng.random(len(kind)), shares)


def _decided(
    rng: np.random.Generator, kind: Integers, status: Integers, urgency: Floats
) -> Integers:
    """Days before the application; the urgent come back sooner."""
    power = RECENCY[kind, status] * np.exp(0.12 * urgency)
    days = 2 + (DAY_LIMIT - 2) * rng.random(len(kind)) ** power
    return np.floor(days).astype(int)


def _oldest(client: Integers, decided: Integers) -> Flags:
    """Each client's first application (rows of a client are neighbours)."""
    if not len(client):
        return np.zeros(0, dtype=bool)
    starts = np.flatnonzero(np.diff(client, prepend=-1))
    first = np.maximum.reduceat(decided, starts)
    lengths = np.diff(np.append(starts, len(client)))
    return decided == np.repeat(first, lengths)
