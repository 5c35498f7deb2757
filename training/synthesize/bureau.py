"""Credits with other lenders as the bureau reports them, and their monthly reports."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from training.synthesize.draw import Columns, WordColumn, blank, draw, spread, take

STATES = ("Active", "Closed", "Sold", "Bad debt")
STATUSES = ("0", "1", "2", "3", "4", "5", "C", "X")
CLOSED, UNKNOWN, WORST = 6, 7, 5
LONGEST, MONTH = 97, 30.44  # months; days


def draw_bureau(rng: np.random.Generator, clients: Columns, first_id: int) -> Columns:
    """One row per credit; `first_id` is its first number. The reports need `ended`."""
    client, _ = spread(np.round(clients["credit_count"]).astype(int))
    rows = take(clients, client)
    drawn = draw(rng, "bureau", rows)
    age, term = -drawn["DAYS_CREDIT"], np.maximum(np.round(drawn["term"]), 5)
    active = age < term * drawn["running"]
    ran = np.where(drawn["early"] > 0, term * (0.15 + 0.85 * drawn["part"]), term)
    ran = np.where(ran < age, ran, age * drawn["part"])
    ended = np.where(active, 0, np.clip(np.round(age - ran), 1, age)).astype(int)
    sold = ~active & (drawn["sold"] > 0)
    late = np.where(active & (drawn["late"] > 0), np.ceil(drawn["days_late"]), 0)
    card, total = drawn["CREDIT_TYPE"].equals("Credit card"), drawn["AMT_CREDIT_SUM"]
    owed = drawn["owed"] * np.where(card, 1, np.clip(1 - age / term, 0.1, 1) ** 0.5)
    debt = np.where(active & (drawn["untouched"] == 0), total * owed, 0)
    limit = np.where(card & active, total - debt, 0)
    unsaid = (rows["instalments"] == 0) | (drawn["no_annuity"] > 0)
    amounts = {
        "AMT_CREDIT_SUM": total,
        "AMT_CREDIT_SUM_DEBT": blank(debt, drawn["no_debt"] > 0),
        "AMT_CREDIT_SUM_LIMIT": blank(limit, drawn["no_limit"] > 0),
        "AMT_CREDIT_SUM_OVERDUE": (late > 0) * debt * 0.2 * drawn["part"] ** 3,
        "AMT_CREDIT_MAX_OVERDUE": drawn["AMT_CREDIT_MAX_OVERDUE"],
        "AMT_ANNUITY": blank(drawn["AMT_ANNUITY"], unsaid),
    }
    return {
        **rows,
        **drawn,
        "ended": ended,
        "SK_ID_BUREAU": first_id + np.arange(len(client)),
        "CREDIT_ACTIVE": WordColumn(STATES, np.where(active, 0, 1 + sold)),
        "CREDIT_DAY_OVERDUE": late,
        "DAYS_CREDIT_ENDDATE": blank(term - age, drawn["endless"] > 0),
        "DAYS_ENDDATE_FACT": blank(-ended, active | sold),
        "DAYS_CREDIT_UPDATE": -np.minimum(np.round(ended + drawn["silence"]), age),
        **{name: np.round(amount, 2) for name, amount in amounts.items()},
    }


def draw_bureau_balance(rng: np.random.Generator, credits: Columns) -> Columns:
    """One row per credit and month, newest first, for clients with monthly reports."""
    columns = take(credits, credits["monthly"] > 0)
    count, risk = len(columns["months"]), columns["months"]
    over = ~columns["CREDIT_ACTIVE"].equals("Active")
    closed = (columns["ended"] / MONTH).astype(np.int32)
    # Some lenders stop reporting once a credit is closed.
    newest = np.where(over & (rng.random(count) < 0.13), closed, 0).astype(np.int32)
    age = (-columns["DAYS_CREDIT"] / MONTH).astype(np.int32)
    months = np.clip(age + 1 - newest, 1, LONGEST)
    owner, position = spread(months)
    month = position + newest[owner]
    # Some lenders report little. Late is up to a month, unless a credit slides.
    vague = rng.random(count)
    unknown = np.select([vague < 0.37, vague < 0.62], [0.93, 0.3], 0.03)
    late = unknown + (1 - unknown) * expit(-4.2 + 1.15 * risk)
    uniform = rng.random(len(owner), dtype=np.float32)
    status = np.where(uniform < unknown[owner], UNKNOWN, uniform < late[owner])
    # One that is overdue today slid up to it, month by month.
    worst = closed + (rng.random(count) * months).astype(np.int32)
    worst = np.where(rng.random(count) < expit(-3.9 + 0.95 * risk), worst, -1)
    behind = worst[owner] - month
    overdue = np.ceil(columns["CREDIT_DAY_OVERDUE"] / 30).astype(np.int32)
    behind = np.maximum(np.where(behind < 11, behind, -1), overdue[owner] - month - 1)
    status = np.where(behind >= 0, np.minimum(behind + 1, WORST), status)
    status = np.where(over[owner] & (month < closed[owner]), CLOSED, status)
    return {
        "SK_ID_BUREAU": columns["SK_ID_BUREAU"][owner],
        "MONTHS_BALANCE": -month,
        "STATUS": WordColumn(STATUSES, status),
    }
