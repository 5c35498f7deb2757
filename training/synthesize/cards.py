"""Monthly balances of credit cards, month after month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.instalments import CardPayments
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

REVOLVING = 2
NEVER = 365243
DAYS_PER_MONTH = 30.44
LONGEST = 96
MONTHLY_RATE = 0.021
MINIMUM_SHARE = 0.053
MINIMUM_AMOUNT = 2250.0
STATUSES = ("Active", "Completed", "Signed", "Sent proposal", "Demand", "Approved")


@dataclass(frozen=True)
class Months:
    """Matrices of one row per card and one column per month since its first."""

    balance: Floats
    principal: Floats
    minimum: Floats
    paid: Floats
    atm: Floats
    shop: Floats
    other: Floats


def draw_cards(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> tuple[Columns, CardPayments]:
    """One row per card and month, oldest first; and the payments made on them."""
    rows = np.flatnonzero(previous.disbursed & (previous.kind == REVOLVING))
    age = np.minimum(previous.decided[rows] / DAYS_PER_MONTH, LONGEST).astype(np.int32)
    counts = np.maximum(age, 1)
    drawing = previous.columns["DAYS_FIRST_DRAWING"][rows]
    start = np.ceil(-drawing / DAYS_PER_MONTH).astype(np.int32)
    first = np.where(drawing == NEVER, LONGEST + 1, np.maximum(counts - start, 0))
    trait = clients.card[previous.client[rows]]
    limit = np.maximum(previous.limit[rows], 45000.0)
    months = _simulate(rng, trait, limit, first, int(counts.max(initial=1)))
    card, month = spread(counts)
    cells = (card, month)
    columns = {
        "SK_ID_PREV": previous.ids[rows][card],
        "SK_ID_CURR": clients.ids[previous.client[rows]][card],
        "MONTHS_BALANCE": month - counts[card],
        **_amounts(rng, months, cells, limit, first),
        **_delays(rng, trait, months, cells),
    }
    payments = _payments(rng, clients, previous, rows, months, cells, counts)
    return columns, payments


def _simulate(
    rng: np.random.Generator,
    trait: Floats,
    limit: Floats,
    first: Integers,
    length: int,
) -> Months:
    """Draw, pay, pay interest, month after month, towards each card's own level."""
    count = len(trait)
    level = chance(0.0 + 0.95 * trait + 0.5 * rng.standard_normal(count))
    thrift = np.exp(-0.45 * trait + 0.3 * rng.standard_normal(count))
    shopper = rng.random(count) < 0.3
    shape = (count, length)
    drawn = {name: np.zeros(shape) for name in ("atm", "shop", "other")}
    balance, principal = np.zeros(shape), np.zeros(shape)
    minimum, paid = np.zeros(shape), np.zeros(shape)
    owed, principal_owed = np.zeros(count), np.zeros(count)
    noise = rng.random((6, length, count))
    for month in range(length):
        using = month >= first
        due = np.where(owed > 0, np.maximum(MINIMUM_SHARE * owed, MINIMUM_AMOUNT), 0)
        due = np.minimum(due, owed)
        more = 1 + thrift * np.maximum(noise[0, month] * 4 - 1.5, 0)
        full = noise[1, month] < 0.035 * thrift
        pays = noise[2, month] > chance(-3.1 + 0.7 * trait)
        payment = np.where(
            full, owed, np.minimum(np.round(due * more / 450) * 450, owed)
        )
        payment = np.where(pays, payment, 0)
        room = np.maximum(limit * 1.02 - owed + payment, 0)
        wish = np.maximum(level * limit - owed + payment, 0.02 * limit)
        begins = month == first
        draws = using & (begins | (noise[3, month] < 0.16 + 0.22 * level))
        amount = np.minimum(wish * (0.25 + noise[4, month]), room)
        amount = np.where(draws, np.round(amount / 450) * 450, 0)
        cash = np.where(shopper, noise[5, month] < 0.25, noise[5, month] < 0.93)
        drawn["atm"][:, month] = np.where(cash, np.round(amount / 4500) * 4500, 0)
        odd = noise[5, month] > 0.995
        drawn["other"][:, month] = np.where(~cash & odd, amount, 0)
        drawn["shop"][:, month] = np.where(~cash & ~odd, amount, 0)
        spent = sum(matrix[:, month] for matrix in drawn.values())
        interest = owed * MONTHLY_RATE
        owed = np.maximum(owed - payment + spent + interest, 0)
        owed = np.where(owed < 50, 0, owed)
        principal_owed = np.minimum(owed * 0.962, owed)
        balance[:, month], principal[:, month] = owed, principal_owed
        minimum[:, month], paid[:, month] = due, payment
    return Months(balance, principal, minimum, paid, **drawn)


def _amounts(
    rng: np.random.Generator,
    months: Months,
    cells: tuple[Integers, Integers],
    limit: Floats,
    first: Integers,
) -> Columns:
    card, month = cells
    unused = month < first[card]
    never = (first > LONGEST)[card]
    uniform = rng.random(len(card), dtype=np.float32)
    # A card that was never used often shows no limit yet.
    hidden = never & (rng.random(len(first)) < 0.45)[card]
    atm, shop, other = (
        matrix[cells] for matrix in (months.atm, months.shop, months.other)
    )
    balance, paid = np.round(months.balance[cells], 3), months.paid[cells]
    no_minimum = uniform < np.where(never, 0.087, 0.017)
    nothing_paid = unused | (uniform > 0.985)
    receivable = np.where(uniform < 0.03, 0, balance)
    mature = np.cumsum(months.minimum > 0, axis=1)[cells]

    def drawing(values: Floats) -> Floats:
        return blank(values, unused)

    return {
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": np.where(hidden, 0, limit[card]).astype(np.int64),
        "AMT_DRAWINGS_ATM_CURRENT": drawing(atm),
        "AMT_DRAWINGS_CURRENT": atm + shop + other,
        "AMT_DRAWINGS_OTHER_CURRENT": drawing(other),
        "AMT_DRAWINGS_POS_CURRENT": drawing(shop),
        "AMT_INST_MIN_REGULARITY": blank(
            np.round(months.minimum[cells], 3), no_minimum
        ),
        "AMT_PAYMENT_CURRENT": blank(np.round(paid, 3), nothing_paid),
        "AMT_PAYMENT_TOTAL_CURRENT": np.where(uniform < 0.4, 0, np.round(paid, 3)),
        "AMT_RECEIVABLE_PRINCIPAL": np.round(months.principal[cells], 3),
        "AMT_RECIVABLE": receivable,
        "AMT_TOTAL_RECEIVABLE": receivable,
        **_counts(rng, atm, shop, other, unused),
        "CNT_INSTALMENT_MATURE_CUM": blank(mature, no_minimum),
    }


def _counts(
    rng: np.random.Generator, atm: Floats, shop: Floats, other: Floats, unused: Flags
) -> Columns:
    cash = (atm > 0) * (1 + rng.poisson(1.2, len(atm)))
    bought = (shop > 0) * (1 + rng.poisson(4.5, len(atm)))
    others = (other > 0).astype(int)
    return {
        "CNT_DRAWINGS_ATM_CURRENT": blank(cash, unused),
        "CNT_DRAWINGS_CURRENT": cash + bought + others,
        "CNT_DRAWINGS_OTHER_CURRENT": blank(others, unused),
        "CNT_DRAWINGS_POS_CURRENT": blank(bought, unused),
    }


def _delays(
    rng: np.random.Generator,
    trait: Floats,
    months: Months,
    cells: tuple[Integers, Integers],
) -> Columns:
    card, month = cells
    missed = (months.minimum > 0) & (months.paid <= 0)
    uniform = rng.random(len(card), dtype=np.float32)
    days = np.where(missed[cells] & (uniform < 0.6), np.ceil(uniform * 20), 0)
    lost = rng.random(len(trait)) < chance(-4.6 + 0.8 * trait)
    start = rng.integers(4, 40, len(trait))
    behind = month - start[card]
    gone = lost[card] & (behind >= 0) & (months.balance[cells] > 0)
    days = np.where(gone, behind * 30 + 9, days).astype(np.int32)
    closing = rng.random(len(trait)) < 0.05
    tail = rng.integers(1, 30, len(trait))
    last = np.zeros(len(trait), dtype=np.int32)
    last[card] = month  # the rows of a card run upwards: the last one stays
    status = np.where(closing[card] & (last[card] - month < tail[card]), 1, 0)
    status = np.where((month == 0) & (uniform < 0.08), 2, status)
    quiet = months.balance[cells] == 0
    return {
        "NAME_CONTRACT_STATUS": Categories(
            STATUSES, np.where(quiet | (status == 2), status, 0).astype(np.int8)
        ),
        "SK_DPD": days,
        "SK_DPD_DEF": np.where((days > 0) & (days < 31) & (uniform < 0.55), 1, 0),
    }


def _payments(
    rng: np.random.Generator,
    clients: Clients,
    previous: Previous,
    rows: Integers,
    months: Months,
    cells: tuple[Integers, Integers],
    counts: Integers,
) -> CardPayments:
    """Payments on cards, split over several days of their month."""
    card, month = cells
    made = np.flatnonzero(months.paid[cells] > 0)
    times = 1 + rng.poisson(1.15, len(made))
    payment, position = spread(times)
    cell = made[payment]
    owner = card[cell]
    total = months.paid[card[cell], month[cell]]
    parts = np.asarray(times)[payment]
    due = -np.round((counts[owner] - month[cell] - 0.5) * DAYS_PER_MONTH) - position
    due = np.minimum(due, -1)
    trait = clients.instalments[previous.client[rows]][owner]
    late = rng.random(len(owner)) < chance(-3.4 + 0.6 * trait)
    spent = rng.exponential(5, len(owner))
    gap = np.where(late, 1 + spent, -spent * (rng.random(len(owner)) < 0.45))
    return CardPayments(
        row=rows[owner],
        number=np.cumsum(months.minimum > 0, axis=1)[card[cell], month[cell]] + 1,
        due=due,
        paid=np.minimum(due + np.round(gap), -1),
        amount=np.round(total / parts, 3),
    )
