"""Month by month: loans and cards of this lender, and the payments on both."""

from __future__ import annotations

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.draw import (
    Columns,
    Flags,
    Floats,
    Integers,
    Words,
    blank,
    chance,
    spread,
)
from training.synthesize.previous import NEVER, PERIOD, Previous

MONTH = 30.44  # days
OLDEST = 96  # months
STATUSES = ("Active", "Completed", "Signed", "Approved", "Returned to the store")
STATUSES += ("Demand", "Amortized debt")
COMPLETED, SIGNED, APPROVED, RETURNED, DEMAND, AMORTIZED = range(1, 7)
# A card's monthly rate, and the least that is due of its balance.
RATE, MINIMUM, LEAST = 0.021, 0.053, 2250.0


def draw_pos_cash(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> Columns:
    """One row per loan and month, oldest first, up to the last month."""
    loans = previous.loans
    due, paid = previous.columns["DAYS_FIRST_DUE"][loans], previous.paid_months[loans]
    first = np.minimum(-due / MONTH + 1, OLDEST).astype(np.int32)
    stopped = previous.stopped[loans]
    # What is not paid back stays on the books, month after month.
    counts = np.where(stopped, first, np.minimum(paid + 1, first))
    owner, position = spread(counts)
    last = position == (counts - 1)[owner]
    behind = np.where(stopped[owner], position - paid[owner], 0)
    trait = clients["loans"][previous.client[loans]]
    days = np.where(behind > 0, behind * 30 - 15, _slips(rng, trait, owner))
    status = _status(rng, position, last & (counts == paid + 1)[owner], last, behind)
    term = previous.term[loans][owner]
    unknown = (status == SIGNED) & (rng.random(len(owner), dtype=np.float32) < 0.25)
    left = np.where(status == COMPLETED, 0, np.maximum(term - position, 0))
    # Small debts are tolerated, however old.
    small = rng.random(len(days), dtype=np.float32) < np.where(behind > 5, 0.9, 0.35)
    return {
        **_keys(clients, previous, loans[owner]),
        "MONTHS_BALANCE": position - first[owner],
        "CNT_INSTALMENT": blank(term, unknown),
        "CNT_INSTALMENT_FUTURE": blank(left, unknown),
        "NAME_CONTRACT_STATUS": Words(STATUSES, status),
        "SK_DPD": days,
        "SK_DPD_DEF": np.where(small, 0, days),
    }


def _keys(clients: Clients, previous: Previous, rows: Integers) -> Columns:
    return {
        "SK_ID_PREV": previous.columns["SK_ID_PREV"][rows],
        "SK_ID_CURR": clients.ids[previous.client[rows]],
    }


def _slips(rng: np.random.Generator, trait: Floats, owner: Integers) -> Integers:
    """Some days late now and then."""
    often = chance(-4.6 + 1.25 * trait).astype(np.float32)
    late = np.flatnonzero(rng.random(len(owner), dtype=np.float32) < often[owner])
    days = np.zeros(len(owner), dtype=np.int32)
    scale = (4.5 * np.exp(0.3 * trait))[owner[late]]
    days[late] = np.minimum(np.ceil(rng.exponential(1, len(late)) ** 1.5 * scale), 31)
    return days


def _status(
    rng: np.random.Generator,
    position: Integers,
    ended: Flags,
    last: Flags,
    behind: Integers,
) -> Integers:
    uniform = rng.random(len(position), dtype=np.float32)
    lost = last & (behind > 5)
    return np.select(
        [
            ended & (behind <= 0) & (uniform < 0.93),
            lost & (uniform < 0.4),
            lost & (uniform < 0.5),
            (position == 0) & (uniform < 0.095),
            (position == 0) & (uniform < 0.1),
            (position == 0) & (uniform < 0.107),
        ],
        [COMPLETED, DEMAND, AMORTIZED, SIGNED, APPROVED, RETURNED],
        0,
    ).astype(np.int8)


def draw_instalments(
    rng: np.random.Generator, clients: Clients, previous: Previous, cards: Columns
) -> Columns:
    """One row per payment: the loans' in the order of the clients, then the cards'."""
    loans = _loan_payments(rng, clients, previous)
    paid = _card_payments(rng, cards)
    return {name: np.concatenate((loans[name], paid[name])) for name in loans}


def _loan_payments(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> Columns:
    loans = previous.loans
    first = previous.columns["DAYS_FIRST_DUE"][loans].astype(np.int32)
    reached = (-1 - first) // PERIOD + 1
    loan, position = spread(np.minimum(previous.paid_months[loans], reached))
    trait = clients["payments"][previous.client[loans]]
    due, gap = first[loan] + PERIOD * position, _gap(rng, trait, loan)
    short = rng.random(len(loan), dtype=np.float32) < chance(-3.3 + trait)[loan]
    part = np.where(short, 0.05 + 0.9 * rng.random(len(loan), dtype=np.float32), 1)
    # A loan that changes gets a new version of its schedule, and another instalment.
    since = np.where(rng.random(len(loans)) < 0.13, 60 * rng.random(len(loans)), 999)
    changed = position >= since[loan]
    factor = np.where(changed, np.exp(0.5 * rng.standard_normal(len(loans)))[loan], 1)
    amount = np.maximum(np.round(previous.annuity[loans][loan] * factor, 3), 0.045)
    # Most who pay too little pay the rest later, in a row of its own.
    rest = short & (rng.random(len(loan), dtype=np.float32) < 0.7)
    row, extra = spread(1 + rest)
    paid = due[row] + gap[row] + extra * (1 + rng.exponential(9, len(row))).astype(int)
    # Payments after the application are not known: the last ones came in time.
    paid = np.where(paid >= 0, np.minimum(due[row], -1), paid)
    missing = rng.random(len(row), dtype=np.float32) < 0.0002
    share = np.where(extra == 1, 1 - part[row], part[row])
    return {
        **_keys(clients, previous, loans[loan[row]]),
        "NUM_INSTALMENT_VERSION": 1.0 + changed[row],
        "NUM_INSTALMENT_NUMBER": position[row] + 1,
        "DAYS_INSTALMENT": due[row],
        "DAYS_ENTRY_PAYMENT": blank(paid, missing),
        "AMT_INSTALMENT": amount[row],
        "AMT_PAYMENT": blank(np.round(amount[row] * share, 3), missing),
    }


def _gap(rng: np.random.Generator, trait: Floats, loan: Integers) -> Integers:
    """Days from due to paid: mostly some days early, sometimes late."""
    often = chance(-2.75 + 1.05 * trait).astype(np.float32)
    habit = (11.5 * np.exp(-0.3 * trait)).astype(np.float32)
    delay = (4.5 * np.exp(0.35 * trait)).astype(np.float32)
    spent = rng.standard_exponential(len(loan), dtype=np.float32)
    late = rng.random(len(loan), dtype=np.float32) < often[loan]
    after = np.minimum(1 + delay[loan] * spent ** np.float32(1.3), 400)
    return np.round(np.where(late, after, -habit[loan] * spent)).astype(np.int32)


def draw_cards(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> Columns:
    """One row per card and month, oldest first; balances follow from what is paid."""
    cards = previous.cards
    columns, trait = previous.columns, clients["card"][previous.client[cards]]
    age = -columns["DAYS_DECISION"][cards] / MONTH
    counts = np.clip(age, 1, OLDEST).astype(np.int32)
    card, month = spread(counts)
    drawing = columns["DAYS_FIRST_DRAWING"][cards]
    start = np.where(drawing == NEVER, 999, np.maximum(counts + drawing / MONTH, 0))
    used = month - start.astype(np.int32)[card]
    limit = columns["AMT_CREDIT"][cards]
    never = start > OLDEST
    # Each card goes towards its own level; what it rises by was drawn.
    level = chance(0.95 * trait + 0.5 * rng.standard_normal(len(cards)))
    noise = rng.random((4, len(card)), dtype=np.float32)
    path = level[card] * (1 - np.exp(-(used + 1) / 4)) * (0.75 + 0.5 * noise[0])
    wanted = np.where(used >= 0, np.minimum(path, 1.02), 0) * limit[card]
    balance = np.where(wanted < 50, 0, np.round(wanted, 3))
    owed = np.where(month > 0, np.roll(balance, 1), 0)
    due = np.round(np.minimum(np.maximum(MINIMUM * owed, LEAST), owed), 3)
    pays = (noise[1] > chance(-3.1 + 0.7 * trait)[card]) & (owed > 0)
    more = 1 + np.exp(-0.45 * trait)[card] * np.maximum(noise[2] * 4 - 1.5, 0)
    paid = np.where(pays, np.minimum(due * more, owed), 0)
    drawn = balance - owed * (1 + RATE) + paid
    paid = np.round(np.where(drawn < 0, paid - drawn, paid), 3)
    missed = (due > 0) & ~pays & (drawn >= 0)
    mature = np.cumsum(due > 0)
    mature -= np.repeat(mature[np.cumsum(counts) - counts], counts)
    hidden = (never & (rng.random(len(cards)) < 0.45))[card]
    no_minimum = noise[3] < np.where(never[card], 0.087, 0.017)
    return {
        **_keys(clients, previous, cards[card]),
        "MONTHS_BALANCE": month - counts[card],
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": np.where(hidden, 0, limit[card]).astype(int),
        "AMT_INST_MIN_REGULARITY": blank(due, no_minimum),
        "AMT_PAYMENT_CURRENT": blank(paid, (used < 0) | (noise[3] > 0.985)),
        "AMT_PAYMENT_TOTAL_CURRENT": np.where(noise[3] < 0.4, 0, paid),
        "AMT_RECEIVABLE_PRINCIPAL": np.round(balance * 0.962, 3),
        **dict.fromkeys(("AMT_RECIVABLE", "AMT_TOTAL_RECEIVABLE"), balance),
        **_drawings(rng, np.maximum(drawn, 0), used < 0),
        "CNT_INSTALMENT_MATURE_CUM": blank(mature, no_minimum),
        "NAME_CONTRACT_STATUS": Words(
            STATUSES, np.where((month == 0) & (noise[3] < 0.08), SIGNED, 0)
        ),
        **_delays(rng, trait, card, month, missed, balance > 0),
        "paid": paid,
    }


def _drawings(rng: np.random.Generator, drawn: Floats, unused: Flags) -> Columns:
    """What was drawn, at machines or in shops, and in how many times."""
    uniform = rng.random(len(drawn), dtype=np.float32)
    place = np.where(uniform < 0.72, "ATM", np.where(uniform < 0.995, "POS", "OTHER"))
    times = np.where(drawn > 0, 1 + rng.poisson(1.6, len(drawn)), 0)
    columns: Columns = {
        "AMT_DRAWINGS_CURRENT": np.round(drawn, 2),
        "CNT_DRAWINGS_CURRENT": times,
    }
    for name in ("ATM", "POS", "OTHER"):
        here = place == name
        columns[f"AMT_DRAWINGS_{name}_CURRENT"] = blank(
            np.round(drawn * here, 2), unused
        )
        columns[f"CNT_DRAWINGS_{name}_CURRENT"] = blank(times * here, unused)
    return columns


def _delays(
    rng: np.random.Generator,
    trait: Floats,
    card: Integers,
    month: Integers,
    missed: Flags,
    owing: Flags,
) -> Columns:
    uniform = rng.random(len(card), dtype=np.float32)
    days = np.where(missed & (uniform < 0.6), np.ceil(uniform * 20), 0)
    lost = rng.random(len(trait)) < chance(-4.6 + 0.8 * trait)
    behind = month - np.where(lost, rng.integers(4, 40, len(trait)), 999)[card]
    days = np.where((behind >= 0) & owing, behind * 30 + 9, days).astype(int)
    some = (days > 0) & (days < 31) & (uniform < 0.55)
    return {"SK_DPD": days, "SK_DPD_DEF": some.astype(int)}


def _card_payments(rng: np.random.Generator, cards: Columns) -> Columns:
    """Payments on cards, split over several days of their month."""
    made = np.flatnonzero(cards["paid"] > 0)
    times = 1 + rng.poisson(1.15, len(made))
    payment, position = spread(times)
    row = made[payment]
    due = np.round((cards["MONTHS_BALANCE"][row] + 0.5) * MONTH) - position
    due = np.minimum(due, -1)
    spent = rng.exponential(5, len(row)) * (rng.random(len(row)) < 0.45)
    late = rng.random(len(row)) < 0.04
    amount = np.round(cards["paid"][row] / times[payment], 3)
    number = np.nan_to_num(cards["CNT_INSTALMENT_MATURE_CUM"][row]) + 1
    return {
        "SK_ID_PREV": cards["SK_ID_PREV"][row],
        "SK_ID_CURR": cards["SK_ID_CURR"][row],
        "NUM_INSTALMENT_VERSION": np.zeros(len(row)),
        "NUM_INSTALMENT_NUMBER": number.astype(int),
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": np.minimum(
            due + np.round(np.where(late, 1, -1) * spent), -1
        ),
        "AMT_INSTALMENT": amount,
        "AMT_PAYMENT": amount,
    }
