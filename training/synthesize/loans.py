"""Loans of this lender month by month, and the payments of their instalments."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from training.synthesize.draw import Columns, WordColumn, blank, spread
from training.synthesize.previous_application import PERIOD, keys

MONTH, OLDEST, SIGNED = 30.44, 96, 4  # days; months; place in STATUSES
STATUSES = (
    "Active,Completed,Demand,Amortized debt,Signed,Approved,Returned to the store"
)


def draw_pos_cash(rng: np.random.Generator, previous: Columns) -> Columns:
    """One row per loan and month, oldest first, up to the last month."""
    loans = np.flatnonzero(previous["lent"])
    paid, stopped = previous["paid_months"][loans], previous["stopped"][loans]
    due = -previous["DAYS_FIRST_DUE"][loans]
    first = np.minimum(due / MONTH + 1, OLDEST).astype(np.int32)
    # What is not paid back stays on the books, month after month.
    counts = np.where(stopped, first, np.minimum(paid + 1, first))
    owner, position = spread(counts)
    last = position == (counts - 1)[owner]
    ended = last & ((counts == paid + 1) & ~stopped)[owner]
    behind = np.where(stopped[owner], position - paid[owner], 0)
    # The others slip by some days now and then.
    risk = previous["loans"][loans]
    uniform, tolerated = rng.random((2, len(owner)), dtype=np.float32)
    slips = rng.random(len(owner), dtype=np.float32) < expit(-4.6 + 1.25 * risk)[owner]
    scale = 4.5 * np.exp(0.3 * risk)[owner]
    slip = np.minimum(np.ceil(rng.exponential(1, len(owner)) ** 1.5 * scale), 31)
    days = np.where(behind > 0, behind * PERIOD - 15, np.where(slips, slip, 0))
    lost, new = last & (behind > 5), position == 0
    tests = [ended & (uniform < 0.93), lost & (uniform < 0.4), lost & (uniform < 0.5)]
    tests += [new & (uniform < limit) for limit in (0.095, 0.1, 0.107)]
    status = np.select(tests, range(1, 7), 0)
    unknown = (status == SIGNED) & (tolerated < 0.25)
    term = previous["term"][loans][owner]
    left = np.where(status == 1, 0, np.maximum(term - position, 0))
    return {
        **keys(previous, loans[owner]),
        "MONTHS_BALANCE": position - first[owner],
        "CNT_INSTALMENT": blank(term, unknown),
        "CNT_INSTALMENT_FUTURE": blank(left, unknown),
        "NAME_CONTRACT_STATUS": WordColumn(tuple(STATUSES.split(",")), status),
        "SK_DPD": days,
        # Small debts are left aside, however old.
        "SK_DPD_DEF": np.where(tolerated < np.where(behind > 5, 0.9, 0.35), 0, days),
    }


def draw_loan_payments(rng: np.random.Generator, previous: Columns) -> Columns:
    """One row per payment, in the order of the clients."""
    loans = np.flatnonzero(previous["lent"])
    first = previous["DAYS_FIRST_DUE"][loans].astype(np.int32)
    reached = (-1 - first) // PERIOD + 1
    loan, position = spread(np.minimum(previous["paid_months"][loans], reached))
    due, risk = first[loan] + PERIOD * position, previous["payments"][loans]
    # Paid mostly some days early, sometimes late.
    spent = rng.standard_exponential(len(loan), dtype=np.float32)
    after = np.minimum(1 + 4.5 * np.exp(0.35 * risk)[loan] * spent**1.3, 400)
    before = 11.5 * np.exp(-0.3 * risk)[loan] * spent
    uniform, small = rng.random((2, len(loan)), dtype=np.float32)
    gap = np.where(uniform < expit(-2.75 + 1.05 * risk)[loan], after, -before)
    # A loan that changes gets a new version of its schedule, and another instalment.
    since = np.where(rng.random(len(loans)) < 0.13, 60 * rng.random(len(loans)), 999)
    changed = position >= since[loan]
    factor = np.where(changed, np.exp(0.5 * rng.standard_normal(len(loans)))[loan], 1)
    amount = np.round(previous["level"][loans][loan] * factor, 3)
    # Most who pay too little pay the rest later, in a row of its own.
    short = small < expit(-3.3 + risk)[loan]
    part = np.where(short, 0.05 + 0.9 * rng.random(len(loan)), 1)
    row, extra = spread(1 + (short & (rng.random(len(loan)) < 0.7)))
    day = due[row] + np.round(gap[row])
    day += extra * np.floor(1 + rng.exponential(9, len(row)))
    # Payments after the application are not known: the last ones came in time.
    day = np.where(day >= 0, np.minimum(due[row], -1), day)
    share = np.where(extra == 1, 1 - part[row], part[row])
    missing = rng.random(len(row), dtype=np.float32) < 0.0002
    return {
        **keys(previous, loans[loan[row]]),
        "NUM_INSTALMENT_VERSION": 1 + changed[row],
        "NUM_INSTALMENT_NUMBER": position[row] + 1,
        "DAYS_INSTALMENT": due[row],
        "DAYS_ENTRY_PAYMENT": blank(day, missing),
        "AMT_INSTALMENT": amount[row],
        "AMT_PAYMENT": blank(np.round(amount[row] * share, 3), missing),
    }
