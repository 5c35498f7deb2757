"""Payments of instalments: of loans and of credit cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.clients import Clients
from training.synthesize.previous import Previous
from training.synthesize.sampling import (
    Columns,
    Floats,
    Integers,
    blank,
    chance,
    spread,
)

CONSUMER_OR_CASH = 2  # contract types below this have instalments
MONTH = 30


@dataclass(frozen=True)
class CardPayments:
    """One entry per payment on a card: `row` is the previous application."""

    row: Integers
    number: Integers
    due: Integers
    paid: Integers
    amount: Floats


def draw_instalments(
    rng: np.random.Generator, clients: Clients, previous: Previous, cards: CardPayments
) -> Columns:
    """One row per payment: the loans' in the order of the clients, then the cards'."""
    loans = _loan_payments(rng, clients, previous)
    card = {
        "SK_ID_PREV": previous.ids[cards.row],
        "SK_ID_CURR": clients.ids[previous.client[cards.row]],
        "NUM_INSTALMENT_VERSION": np.zeros(len(cards.row)),
        "NUM_INSTALMENT_NUMBER": cards.number,
        "DAYS_INSTALMENT": cards.due,
        "DAYS_ENTRY_PAYMENT": cards.paid,
        "AMT_INSTALMENT": cards.amount,
        "AMT_PAYMENT": cards.amount,
    }
    return {name: np.concatenate((loans[name], card[name])) for name in card}


def _loan_payments(
    rng: np.random.Generator, clients: Clients, previous: Previous
) -> Columns:
    loans = np.flatnonzero(previous.disbursed & (previous.kind < CONSUMER_OR_CASH))
    first_due = previous.columns["DAYS_FIRST_DUE"][loans].astype(np.int32)
    reached = (-1 - first_due) // MONTH + 1
    counts = np.minimum(previous.paid_months[loans], reached).astype(np.int32)
    loan, position = spread(counts)
    due = first_due[loan] + MONTH * position
    trait = clients.instalments[previous.client[loans]]
    gap = _gap(rng, trait, loan)
    short = rng.random(len(loan), dtype=np.float32) < chance(-3.3 + trait)[loan]
    part = 0.05 + 0.9 * rng.random(len(loan), dtype=np.float32)
    amount, version = _schedule(rng, previous.annuity[loans], loan, position, counts)
    # Most who pay too little pay the rest later, in a row of its own.
    rest = short & (rng.random(len(loan), dtype=np.float32) < 0.7)
    row, extra = spread(1 + rest)
    later = (extra * (1 + rng.exponential(9, len(row)))).astype(np.int32)
    paid = due[row] + gap[row] + later
    # Payments after the application are not known: the last ones came in time.
    paid = np.where(paid >= 0, np.minimum(due[row], -1), paid)
    share = np.where(short[row], np.where(extra == 1, 1 - part[row], part[row]), 1.0)
    missing = rng.random(len(row), dtype=np.float32) < 0.0002
    owner = loans[loan[row]]
    return {
        "SK_ID_PREV": previous.ids[owner],
        "SK_ID_CURR": clients.ids[previous.client[owner]],
        "NUM_INSTALMENT_VERSION": version[row].astype(float),
        "NUM_INSTALMENT_NUMBER": position[row] + 1,
        "DAYS_INSTALMENT": due[row].astype(float),
        "DAYS_ENTRY_PAYMENT": blank(paid, missing),
        "AMT_INSTALMENT": amount[row],
        "AMT_PAYMENT": blank(np.round(amount[row] * share, 3), missing),
    }


def _gap(rng: np.random.Generator, trait: Floats, loan: Integers) -> Integers:
    """Days from due to paid: mostly some days early, sometimes late."""
    late_share = chance(-2.75 + 1.05 * trait).astype(np.float32)
    habit = (11.5 * np.exp(-0.3 * trait)).astype(np.float32)
    delay = (4.5 * np.exp(0.35 * trait)).astype(np.float32)
    uniform = rng.random(len(loan), dtype=np.float32)
    spent = rng.standard_exponential(len(loan), dtype=np.float32)
    early = -(habit[loan] * spent)
    late = 1 + delay[loan] * spent ** np.float32(1.3)
    gap = np.where(uniform < late_share[loan], np.minimum(late, 400), early)
    return np.round(gap).astype(np.int32)


def _schedule(
    rng: np.random.Generator,
    annuity: Floats,
    loan: Integers,
    position: Integers,
    counts: Integers,
) -> tuple[Floats, Integers]:
    """Amount due and version: a loan paid early or changed gets a new version."""
    changed = rng.random(len(counts)) < 0.13
    since = np.where(changed, (counts * rng.random(len(counts))).astype(np.int32), 999)
    factor = np.exp(0.5 * rng.standard_normal(len(counts)))
    new = position >= since[loan]
    amount = annuity[loan] * np.where(new, factor[loan], 1)
    return np.maximum(np.round(amount / 0.045) * 0.045, 0.045).round(3), 1 + new
