"""Credits with other lenders as the bureau reports them, and their monthly reports."""

from __future__ import annotations

from dataclasses import dataclass

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
    draw,
    shapes,
    spread,
)
from training.tables import TABLES

STATUSES = ("0", "1", "2", "3", "4", "5", "C", "X")
CLOSED, UNKNOWN, WORST = 6, 7, 5
LONGEST = 97  # months
MONTH = 30.44  # days


@dataclass(frozen=True)
class Credits:
    """One entry per credit: its client, the days since it ended, and the columns."""

    client: Integers
    ended: Integers
    active: Flags
    columns: Columns


def draw_bureau(rng: np.random.Generator, clients: Clients, first_id: int) -> Credits:
    """One row per credit; `first_id` is the first SK_ID_BUREAU to give."""
    client, _ = spread(np.round(clients.history["credits"]).astype(int))
    drawn = draw(
        rng,
        TABLES["bureau"].columns,
        shapes("bureau")["columns"],
        clients.rows.of(client),
    )
    age, term = -drawn["DAYS_CREDIT"], np.maximum(np.round(drawn["term"]), 5)
    active = age < term * drawn["running"]
    ended = np.where(active, 0, _days_since_the_end(age, term, drawn))
    sold = ~active & (drawn["sold"] > 0)
    late = np.where(active & (drawn["late"] > 0), np.ceil(drawn["days_late"]), 0)
    columns = drawn | {
        "SK_ID_CURR": clients.ids[client],
        "SK_ID_BUREAU": first_id + np.arange(len(client)),
        "CREDIT_ACTIVE": Words(
            ("Active", "Closed", "Sold", "Bad debt"), np.where(active, 0, 1 + sold)
        ),
        "CREDIT_DAY_OVERDUE": late.astype(int),
        "DAYS_CREDIT_ENDDATE": blank(term - age, drawn["endless"] > 0),
        "DAYS_ENDDATE_FACT": blank(-ended, active | sold),
        "DAYS_CREDIT_UPDATE": -np.minimum(ended + drawn["silence"], age).astype(int),
        **_amounts(clients, client, drawn, active, late, term),
    }
    return Credits(client, ended, active, columns)


def _days_since_the_end(age: Integers, term: Floats, drawn: Columns) -> Floats:
    """Of a closed credit: it ran for its term or less, and ended before today."""
    ran = np.where(drawn["early"] > 0, term * (0.15 + 0.85 * drawn["part"]), term)
    ran = np.where(ran < age, ran, age * drawn["part"])
    return np.clip(np.round(age - ran), 1, age).astype(int)


def _amounts(
    clients: Clients,
    client: Integers,
    drawn: Columns,
    active: Flags,
    late: Floats,
    term: Floats,
) -> Columns:
    total = np.round(drawn["AMT_CREDIT_SUM"], 2)
    card = drawn["CREDIT_TYPE"].equals("Credit card")
    left = np.clip(1 + drawn["DAYS_CREDIT"] / term, 0.1, 1)
    owed = drawn["owed"] * np.where(card, 1, left**0.5)
    debt = np.where(active & (drawn["untouched"] == 0), total * owed, 0)
    unreported = clients.history["instalments"][client] == 0
    columns = {
        "AMT_CREDIT_SUM": total,
        "AMT_CREDIT_SUM_DEBT": blank(debt, drawn["no_debt"] > 0),
        "AMT_CREDIT_SUM_LIMIT": blank(
            np.where(card & active, total - debt, 0), drawn["no_limit"] > 0
        ),
        "AMT_CREDIT_SUM_OVERDUE": np.where(
            late > 0, debt * 0.2 * drawn["part"] ** 3, 0
        ),
        "AMT_CREDIT_MAX_OVERDUE": drawn["AMT_CREDIT_MAX_OVERDUE"],
        "AMT_ANNUITY": blank(
            drawn["AMT_ANNUITY"], unreported | (drawn["no_annuity"] > 0)
        ),
    }
    return {name: np.round(amount, 2) for name, amount in columns.items()}


def draw_bureau_balance(
    rng: np.random.Generator, clients: Clients, credits: Credits
) -> Columns:
    """One row per credit and month, newest first, for clients with monthly reports."""
    rows = np.flatnonzero(clients.history["monthly"][credits.client] > 0)
    count = len(rows)
    age = -credits.columns["DAYS_CREDIT"][rows] / MONTH
    closed = (credits.ended[rows] / MONTH).astype(np.int32)
    # Some lenders stop reporting once a credit is closed.
    newest = np.where(~credits.active[rows] & (rng.random(count) < 0.13), closed, 0)
    months = np.clip(age.astype(int) + 1 - newest, 1, LONGEST).astype(np.int32)
    owner, position = spread(months)
    month = position + newest.astype(np.int32)[owner]
    trait = clients["months"][credits.client[rows]]
    status = _paid(rng, owner, trait)
    # Some credits slide month by month, and one that is overdue today slid up to it.
    slides = rng.random(count) < chance(-3.9 + 0.95 * trait)
    worst = closed + (rng.random(count) * months).astype(np.int32)
    behind = np.where(slides[owner], worst[owner] - month, -1)
    behind = np.where(behind < 11, behind, -1)
    overdue = np.ceil(credits.columns["CREDIT_DAY_OVERDUE"][rows] / 30).astype(np.int32)
    behind = np.maximum(behind, overdue[owner] - month - 1)
    status = np.where(behind >= 0, np.minimum(behind + 1, WORST), status)
    over = ~credits.active[rows][owner] & (month < closed[owner])
    return {
        "SK_ID_BUREAU": credits.columns["SK_ID_BUREAU"][rows][owner],
        "MONTHS_BALANCE": -month,
        "STATUS": Words(STATUSES, np.where(over, CLOSED, status).astype(np.int8)),
    }


def _paid(rng: np.random.Generator, owner: Integers, trait: Floats) -> Integers:
    """Paid, late by up to a month, or unknown; some lenders report little."""
    vague = rng.random(len(trait))
    unknown = np.where(vague < 0.37, 0.93, np.where(vague < 0.62, 0.3, 0.03))
    late = unknown + (1 - unknown) * chance(-4.2 + 1.15 * trait)
    uniform = rng.random(len(owner), dtype=np.float32)
    status = (uniform < late.astype(np.float32)[owner]).astype(np.int8)
    return np.where(uniform < unknown.astype(np.float32)[owner], UNKNOWN, status)
