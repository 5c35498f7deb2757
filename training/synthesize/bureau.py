"""Credits with other lenders, as the credit bureau reports them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.bureau_kinds import KINDS, TERMS_AT
from training.synthesize.clients import Clients
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    Integers,
    blank,
    chance,
    choose,
    pick_by,
    quantile,
    share_below,
    spread,
)

FIRST_ID = 5_000_001
DAY_LIMIT = 2922  # the bureau reports eight years back
CURRENCIES = {"currency 1": 0.9992, "currency 2": 0.0007, "currency 3": 0.0001}
AGES = (1, 45, 128, 223, 476, 984, 1650, 2420, 2660, 2868, DAY_LIMIT)


@dataclass(frozen=True)
class Credits:
    """One entry per bureau credit: what the monthly reports need, and the columns."""

    client: Integers
    started: Integers
    ended: Integers
    active: Flags
    overdue: Integers
    columns: Columns


def draw_bureau(
    rng: np.random.Generator, clients: Clients, income: Floats, first_id: int
) -> Credits:
    """One row per credit; `first_id` is the first SK_ID_BUREAU to give."""
    client, _ = spread(clients.bureau_credits)
    count = len(client)
    pressure = clients.bureau[client]
    kind = _kinds(rng, pressure)
    started = _started(rng, pressure)
    term = _terms(rng, kind.codes)
    active = _active(rng, kind.codes, started, term, pressure)
    ended = np.where(active, 0, _ended(rng, started, term))
    overdue = _overdue_days(rng, pressure, active)
    sold = ~active & (rng.random(count) < 0.006)
    columns: Columns = {
        "SK_ID_CURR": clients.ids[client],
        "SK_ID_BUREAU": first_id + np.arange(count),
        "CREDIT_ACTIVE": Categories(
            ("Active", "Closed", "Sold", "Bad debt"),
            np.where(active, 0, np.where(sold, 2, 1)).astype(np.int8),
        ),
        "CREDIT_CURRENCY": choose(rng.random(count), CURRENCIES),
        "DAYS_CREDIT": -started,
        "CREDIT_DAY_OVERDUE": overdue,
        "DAYS_CREDIT_ENDDATE": _end_planned(rng, kind, started, term, active),
        "DAYS_ENDDATE_FACT": blank(-ended, active | (sold & (rng.random(count) < 0.8))),
        "CNT_CREDIT_PROLONG": rng.poisson(0.0035 * np.exp(0.7 * pressure - 0.25)),
        "CREDIT_TYPE": kind,
        "DAYS_CREDIT_UPDATE": _updated(rng, active, ended),
    }
    columns |= _amounts(rng, clients, client, income, kind, columns)
    return Credits(client, started, ended, active, overdue, columns)


def _kinds(rng: np.random.Generator, pressure: Floats) -> Categories:
    shares = np.repeat([[kind.share for kind in KINDS]], len(pressure), axis=0)
    shares[:, 1] *= np.exp(0.12 * pressure)
    shares[:, 3] *= np.exp(-0.35 * pressure)
    shares[:, 4] *= np.exp(0.75 * pressure - 0.28)
    codes = pick_by(rng.random(len(pressure)), shares)
    return Categories(tuple(kind.name for kind in KINDS), codes)


def _started(rng: np.random.Generator, pressure: Floats) -> Integers:
    """Days before the application; under pressure the credits are recent."""
    uniform = share_below(rng.standard_normal(len(pressure)) - 0.3 * pressure)
    return np.ceil(quantile(uniform, AGES)).astype(int)


def _terms(rng: np.random.Generator, codes: Integers) -> Integers:
    uniform = rng.random(len(codes))
    term = np.zeros(len(codes))
    for code, kind in enumerate(KINDS):
        rows = codes == code
        drawn = quantile(uniform[rows], kind.terms, TERMS_AT)
        term[rows] = drawn
    return np.maximum(np.round(term), 5).astype(int)


def _active(
    rng: np.random.Generator,
    codes: Integers,
    started: Integers,
    term: Integers,
    pressure: Floats,
) -> Flags:
    left = (term - started) / term
    card = codes == 1
    log_odds = np.where(card, 2.3 - started / 900, 0.8 + 1.4 * np.clip(left, -1, 1))
    running = rng.random(len(codes)) < chance(log_odds + 0.3 * pressure)
    # A finished term is rarely still running: it would be overdue.
    return running & ((left > 0) | (rng.random(len(codes)) < np.where(card, 0.6, 0.08)))


def _ended(rng: np.random.Generator, started: Integers, term: Integers) -> Integers:
    """Days before the application on which a closed credit was paid back."""
    early = rng.random(len(term)) < 0.42
    part = np.where(early, 0.15 + 0.85 * rng.random(len(term)), 1.0)
    delay = np.where(rng.random(len(term)) < 0.12, rng.exponential(70, len(term)), 0)
    lasted = term * part + delay
    # It closed before today, however long it might have run.
    lasted = np.where(lasted < started, lasted, started * rng.random(len(term)))
    paid = started - lasted
    return np.clip(np.round(paid), 1, started).astype(int)


def _overdue_days(
    rng: np.random.Generator, pressure: Floats, active: Flags
) -> Integers:
    count = len(active)
    late = active & (rng.random(count) < 0.0045 * np.exp(0.8 * pressure - 0.3))
    days = np.ceil(np.exp(3.2 + 1.6 * rng.standard_normal(count)))
    return np.where(late, np.minimum(days, 2700), 0).astype(int)


def _end_planned(
    rng: np.random.Generator,
    kind: Categories,
    started: Integers,
    term: Integers,
    active: Flags,
) -> Floats:
    card = kind.equals("Credit card")
    gap = np.where(card, 0.235, np.where(kind.equals("Microloan"), 0.45, 0.01))
    gap = np.where(active, gap, gap * 0.8)
    return blank(term - started, rng.random(len(term)) < gap)


def _updated(rng: np.random.Generator, active: Flags, ended: Integers) -> Integers:
    count = len(active)
    recent = rng.exponential(24, count) + (rng.random(count) < 0.05) * 400
    lag = np.where(rng.random(count) < 0.45, 0, rng.exponential(220, count))
    days = np.where(active, recent, np.maximum(ended - lag, 1))
    return -np.clip(np.round(days), 0, DAY_LIMIT).astype(int)


def _amounts(
    rng: np.random.Generator,
    clients: Clients,
    client: Integers,
    income: Floats,
    kind: Categories,
    columns: Columns,
) -> Columns:
    count = len(client)
    pressure = clients.bureau[client]
    active = columns["CREDIT_ACTIVE"].equals("Active")
    card = kind.equals("Credit card")
    log_amount = np.log([k.amount for k in KINDS])[kind.codes]
    log_amount = log_amount + 0.3 * (np.log(income[client]) - 11.9) + 0.3 * active
    deviation = np.asarray([k.deviation for k in KINDS])[kind.codes]
    total = np.exp(log_amount + deviation * rng.standard_normal(count))
    total = np.where(rng.random(count) < 0.5, np.ceil(total / 2250) * 2250, total)
    total = np.where(card & (rng.random(count) < 0.17), 0, total)
    debt = total * _debt_share(rng, pressure, columns, active)
    spent = card & active & (rng.random(count) < 0.36)
    limit = np.where(spent, np.maximum(total - debt, 0), 0)
    late = rng.random(count) < chance(-1.35 + 0.55 * pressure)
    worst = np.where(late, np.exp(8.9 + 1.1 * rng.standard_normal(count)), 0)
    share_late = np.where(
        columns["CREDIT_DAY_OVERDUE"] > 0, 0.2 * rng.random(count) ** 3, 0
    )
    annuity = total / 14 * np.exp(0.7 * rng.standard_normal(count))
    annuity = np.where(rng.random(count) < np.where(active, 0.35, 0.65), 0, annuity)
    unreported = ~clients.annuity_reports[client] | (rng.random(count) < 0.18)
    missing = rng.random((3, count))
    return {
        "AMT_CREDIT_MAX_OVERDUE": _money(worst, missing[0] < 0.655),
        "AMT_CREDIT_SUM": _money(total, missing[0] < 1e-5),
        "AMT_CREDIT_SUM_DEBT": _money(debt, missing[1] < np.where(active, 0.106, 0.17)),
        "AMT_CREDIT_SUM_LIMIT": _money(
            limit, missing[2] < np.where(active, 0.3, 0.415)
        ),
        "AMT_CREDIT_SUM_OVERDUE": _money(debt * share_late, np.zeros(count, bool)),
        "AMT_ANNUITY": _money(annuity, unreported),
    }


def _debt_share(
    rng: np.random.Generator, pressure: Floats, columns: Columns, active: Flags
) -> Floats:
    """What is still owed of the amount: high under pressure, 0 when closed."""
    planned = columns["DAYS_CREDIT_ENDDATE"]
    known = np.where(np.isnan(planned), 400, planned)
    left = np.clip(known / np.maximum(known - columns["DAYS_CREDIT"], 1), 0, 1)
    noise = rng.standard_normal(len(active))
    share = chance(-0.35 + 2.5 * left + 0.75 * pressure + 0.7 * noise)
    untouched = rng.random(len(active)) < 0.2
    return np.where(active & ~untouched, share, 0)


def _money(amounts: Floats, missing: Flags) -> Floats:
    return blank(np.round(amounts, 2), missing)
