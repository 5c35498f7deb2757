"""When a previous loan was to be paid, and when it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.sampling import (
    Columns,
    Flags,
    Floats,
    Integers,
    blank,
    chance,
)

NEVER = 365243  # what the source writes for a day that has not come
REVOLVING = 2
MONTH = 30
NOT_DISBURSED = (0.075, 0.022, 0.045, 1.0)


@dataclass(frozen=True)
class Dates:
    """One entry per application."""

    disbursed: Flags
    paid_months: Integers
    stopped: Flags
    columns: Columns


def draw_dates(
    rng: np.random.Generator,
    kind: Integers,
    approved: Flags,
    decided: Integers,
    term: Integers,
    lateness: Floats,
) -> Dates:
    count = len(kind)
    disbursed = approved & (rng.random(count) >= np.take(NOT_DISBURSED, kind))
    card = kind == REVOLVING
    used = card & (rng.random(count) < 0.5 + 0.37 * decided / 2922)
    drawn = -decided + rng.integers(1, 60, count)
    delay = np.where(rng.random(count) < 0.75, MONTH, rng.integers(28, 46, count))
    due = np.where(card, drawn + rng.integers(25, 50, count), -decided + delay)
    # A loan whose first instalment is still to come has no balance yet.
    disbursed = disbursed & (card | (due < 0))
    early = (term > 3) & (rng.random(count) < 0.28)
    part = 0.15 + 0.8 * rng.random(count)
    months = np.where(early, np.maximum(np.ceil(term * part), 2), term).astype(int)
    # A few stop paying for good: the loan never ends.
    stopped = ~card & (rng.random(count) < chance(-5.6 + 0.9 * lateness))
    months = np.where(stopped, np.minimum(rng.integers(1, 12, count), term), months)
    last = due + MONTH * (months - 1)
    # A card's account ends at some day after its first use, most have not yet.
    last = np.where(card, due + (-due * rng.random(count) * 1.4).astype(int), last)
    ended = (last < -1) & (~card | (rng.random(count) < 0.35)) & ~stopped
    closing = last + rng.integers(2, 16, count)
    never_used = card & ~used
    return Dates(
        disbursed=disbursed,
        paid_months=months,
        stopped=stopped,
        columns=_columns(
            rng, disbursed, card, never_used, drawn, due, term, last, closing, ended
        ),
    )


def _columns(
    rng: np.random.Generator,
    disbursed: Flags,
    card: Flags,
    never_used: Flags,
    drawn: Integers,
    due: Integers,
    term: Integers,
    last: Integers,
    closing: Integers,
    ended: Flags,
) -> Columns:
    def column(values: Integers, never: Flags) -> Floats:
        return blank(np.where(never, NEVER, values).astype(float), ~disbursed)

    gone = ended & (closing < 0) & (~card | (rng.random(len(due)) < 0.6))
    insured = rng.random(len(due)) < np.where(card, 0.1, 0.36)
    return {
        "DAYS_FIRST_DRAWING": column(drawn, ~card | never_used | (drawn >= 0)),
        "DAYS_FIRST_DUE": column(due, never_used | (card & (due >= 0))),
        "DAYS_LAST_DUE_1ST_VERSION": column(due + MONTH * (term - 1), card),
        "DAYS_LAST_DUE": column(last, ~ended | never_used),
        "DAYS_TERMINATION": column(closing, ~gone),
        "NFLAG_INSURED_ON_APPROVAL": blank(insured.astype(float), ~disbursed),
    }
