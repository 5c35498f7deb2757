"""Monthly balances of previous cash and consumer loans."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.previous import Previous
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    Integers,
    blank,
    chance,
    spread,
)

CONSUMER_OR_CASH = 2  # contract types below this have instalments
STATUSES = (
    "Active",
    "Completed",
    "Signed",
    "Approved",
    "Demand",
    "Returned to the store",
    "Amortized debt",
    "Canceled",
)
ACTIVE, COMPLETED, SIGNED, APPROVED, DEMAND, RETURNED, AMORTIZED = range(7)
DAYS_PER_MONTH = 30.44
OLDEST = 96


def draw_pos_cash(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> Columns:
    """One row per loan and month, oldest first, up to the last month."""
    loans = np.flatnonzero(previous.disbursed & (previous.kind < CONSUMER_OR_CASH))
    due = -previous.columns["DAYS_FIRST_DUE"][loans]
    paid = previous.paid_months[loans]
    first = np.minimum((due / DAYS_PER_MONTH).astype(np.int32) + 1, OLDEST)
    stopped = previous.stopped[loans]
    # What is not paid back stays on the books, month after month.
    counts = np.where(stopped, first, np.minimum(paid + 1, first)).astype(np.int32)
    ended = (counts == paid + 1) & ~stopped
    owner, position = spread(counts)
    last = position == (counts - 1)[owner]
    trait = clients.pos[previous.client[loans]]
    behind = np.where(stopped, paid, 999)[owner]
    behind = position - behind
    days = _days_past_due(rng, trait, owner, behind)
    defaulted = behind >= 6
    term = previous.term[loans]
    left = np.maximum(term[owner] - position, 0)
    status = _status(rng, len(loans), owner, position, last, ended, defaulted)
    left = np.where(status == COMPLETED, 0, left)
    unknown = ((status == SIGNED) | (status == RETURNED)) & (
        rng.random(len(owner), dtype=np.float32) < 0.25
    )
    return {
        "SK_ID_PREV": previous.ids[loans][owner],
        "SK_ID_CURR": clients.ids[previous.client[loans]][owner],
        "MONTHS_BALANCE": position - first[owner],
        "CNT_INSTALMENT": blank(term[owner], unknown),
        "CNT_INSTALMENT_FUTURE": blank(left, unknown),
        "NAME_CONTRACT_STATUS": Categories(STATUSES, status),
        **_tolerated(rng, days, defaulted),
    }


def _days_past_due(
    rng: np.random.Generator, trait: Floats, owner: Integers, behind: Integers
) -> Integers:
    """Some days late now and then; `behind` months late for good where positive."""
    often = chance(-4.6 + 1.25 * trait).astype(np.float32)
    late = np.flatnonzero(rng.random(len(owner), dtype=np.float32) < often[owner])
    scale = (4.5 * np.exp(0.3 * trait))[owner[late]]
    days = np.zeros(len(owner), dtype=np.int32)
    drawn = np.ceil(rng.exponential(1, len(late)) ** 1.5 * scale)
    days[late] = np.minimum(drawn, 31)
    return np.where(behind > 0, behind * 30 - 15, days)


def _status(
    rng: np.random.Generator,
    loans: int,
    owner: Integers,
    position: Integers,
    last: Flags,
    ended: Flags,
    defaulted: Flags,
) -> Integers:
    closing = rng.random(loans)
    opening = rng.random(loans)
    complete = (ended & (closing < 0.93))[owner] & last & ~defaulted
    first = position == 0
    return np.select(
        [
            complete,
            defaulted & last & (closing[owner] < 0.4),
            defaulted & last & (closing[owner] < 0.5),
            first & (opening[owner] < 0.095),
            first & (opening[owner] < 0.1),
            first & (opening[owner] < 0.107),
        ],
        [COMPLETED, DEMAND, AMORTIZED, SIGNED, APPROVED, RETURNED],
        ACTIVE,
    ).astype(np.int8)


def _tolerated(rng: np.random.Generator, days: Integers, defaulted: Flags) -> Columns:
    """SK_DPD_DEF leaves out small debts, however old."""
    small = rng.random(len(days), dtype=np.float32) < np.where(defaulted, 0.9, 0.35)
    return {"SK_DPD": days, "SK_DPD_DEF": np.where(small, 0, days)}
