"""Credit cards of this lender month by month, and the payments on them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from training.synthesize.draw import Array, Columns, WordColumn, blank, spread
from training.synthesize.previous_application import NEVER, keys

MONTH, OLDEST = 30.44, 96  # days; months
# A card's monthly rate, and the least that is due of its balance.
RATE, MINIMUM, LEAST = 0.021, 0.053, 2250.0
PLACES = {"ATM": 0.72, "POS": 0.995, "OTHER": 1.0}  # shares, added up


def draw_cards(rng: np.random.Generator, previous: Columns) -> Columns:
    """One row per card and month, oldest first; `paid` and `mature` are for payments.

    A card goes towards a level of its own: what its balance rises by, beyond what is
    paid and the interest, was drawn.
    """
    cards = np.flatnonzero(previous["carded"])
    age, risk = previous["DAYS_DECISION"][cards], previous["card"][cards]
    counts = np.clip(-age / MONTH, 1, OLDEST).astype(np.int32)
    card, month = spread(counts)
    drawing = previous["DAYS_FIRST_DRAWING"][cards]
    never = drawing == NEVER
    start = np.where(never, 999, np.maximum(counts + drawing / MONTH, 0)).astype(int)
    used, limit = month - start[card], previous["AMT_CREDIT"][cards][card]
    level = expit(0.95 * risk + 0.5 * rng.standard_normal(len(cards)))
    one, two, three, four = rng.random((4, len(card)), dtype=np.float32)
    path = level[card] * (1 - np.exp(-(used + 1) / 4)) * (0.75 + 0.5 * one)
    balance = np.where(used >= 0, np.minimum(path, 1.02), 0) * limit
    balance = np.where(balance < 50, 0.0, np.round(balance, 3))
    owed = np.where(month > 0, np.roll(balance, 1), 0)
    due = np.round(np.minimum(np.maximum(MINIMUM * owed, LEAST), owed), 3)
    pays = two > expit(-3.1 + 0.7 * risk)[card]
    more = 1 + np.exp(-0.45 * risk)[card] * np.maximum(three * 4 - 1.5, 0)
    paid = np.where(pays, np.minimum(due * more, owed), 0)
    unpaid = balance - owed * (1 + RATE) + paid
    paid = np.round(paid + np.maximum(-unpaid, 0), 3)
    drawn = np.round(np.maximum(unpaid, 0), 2)
    total = np.cumsum(due > 0)
    mature = total - total[(np.cumsum(counts) - counts)[card]]
    unsaid = four < np.where(never[card], 0.087, 0.017)
    hidden = (never & (rng.random(len(cards)) < 0.45))[card]
    # A few never pay again; others miss a month.
    lost = rng.random(len(cards)) < expit(-4.6 + 0.8 * risk)
    behind = month - np.where(lost, rng.integers(4, 40, len(cards)), 999)[card]
    missed = (due > 0) & (paid == 0) & (three < 0.6)
    days = np.where((behind >= 0) & (balance > 0), behind * 30 + 9, 0)
    days = np.where((days == 0) & missed, np.ceil(three * 20), days)
    return {
        **keys(previous, cards[card]),
        "MONTHS_BALANCE": month - counts[card],
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": np.where(hidden, 0, limit),
        "AMT_INST_MIN_REGULARITY": blank(due, unsaid),
        "AMT_PAYMENT_CURRENT": blank(paid, (used < 0) | (four > 0.985)),
        "AMT_PAYMENT_TOTAL_CURRENT": np.where(four < 0.4, 0, paid),
        "AMT_RECEIVABLE_PRINCIPAL": np.round(balance * 0.962, 3),
        "AMT_RECIVABLE": balance,
        "AMT_TOTAL_RECEIVABLE": balance,
        **_drawings(rng, drawn, used < 0),
        "CNT_INSTALMENT_MATURE_CUM": blank(mature, unsaid),
        "NAME_CONTRACT_STATUS": WordColumn(
            ("Active", "Signed"), (month == 0) & (four < 0.08)
        ),
        "SK_DPD": days,
        "SK_DPD_DEF": (days > 0) & (days < 31) & (four < 0.55),
        "mature": mature,
        "paid": paid,
    }


def _drawings(rng: np.random.Generator, drawn: Array, no: Array) -> Columns:
    """What was drawn in a month, all of it in one kind of place."""
    place = np.searchsorted(tuple(PLACES.values()), rng.random(len(drawn)))
    times = np.where(drawn > 0, 1 + rng.poisson(1.6, len(drawn)), 0)
    columns = {"AMT_DRAWINGS_CURRENT": drawn, "CNT_DRAWINGS_CURRENT": times}
    for code, name in enumerate(PLACES):
        here = place == code
        columns[f"AMT_DRAWINGS_{name}_CURRENT"] = blank(drawn * here, no)
        columns[f"CNT_DRAWINGS_{name}_CURRENT"] = blank(times * here, no)
    return columns


def draw_card_payments(rng: np.random.Generator, cards: Columns) -> Columns:
    """One row per payment on a card, several a month."""
    paying = np.flatnonzero(cards["paid"] > 0)
    times = 1 + rng.poisson(1.15, len(paying))
    payment, position = spread(times)
    row = paying[payment]
    due = np.round((cards["MONTHS_BALANCE"][row] + 0.5) * MONTH) - position
    due = np.minimum(due, -1)
    spent = rng.exponential(5, len(row)) * (rng.random(len(row)) < 0.45)
    gap = np.round(np.where(rng.random(len(row)) < 0.04, spent, -spent))
    amount = np.round(cards["paid"][row] / times[payment], 3)
    return {
        **keys(cards, row),
        "NUM_INSTALMENT_VERSION": np.zeros(len(row)),
        "NUM_INSTALMENT_NUMBER": cards["mature"][row] + 1,
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": np.minimum(due + gap, -1),
        "AMT_INSTALMENT": amount,
        "AMT_PAYMENT": amount,
    }
