"""Amounts of previous applications: asked, granted, down payment, term, rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.synthesize.sampling import (
    Columns,
    Flags,
    Floats,
    Integers,
    blank,
    heap,
    pick,
    quantile,
    to_grid,
)

CASH, CONSUMER, REVOLVING, NO_TYPE = range(4)
APPROVED, CANCELED, REFUSED, UNUSED = range(4)
CASH_GRID: Mapping[float, float] = {45000: 0.45, 22500: 0.42, 4500: 0.13}
CASH_MARKUP = (1, 1, 1, 1, 1.058, 1.1, 1.17, 1.25, 1.31, 1.42, 1.5)
GOODS_MARKUP = (1, 1, 1, 1, 1.0, 1.06, 1.1, 1.15, 1.19, 1.27, 1.35)
CASH_TERMS = {12: 27, 24: 19, 18: 14, 36: 14, 48: 9, 6: 8, 60: 6, 30: 3, 42: 2}
LONG_TERMS = {12: 10, 24: 18, 18: 8, 36: 26, 48: 18, 6: 2, 60: 20, 30: 3, 42: 2}
CONSUMER_TERMS = {12: 33, 6: 25, 10: 20, 24: 8, 8: 4.5, 4: 4, 18: 3.6, 14: 1.2}
LIMITS = {45000: 24, 67500: 6, 90000: 8, 135000: 11, 180000: 19, 225000: 10}
LIMITS |= {270000: 9, 315000: 4, 450000: 11, 765000: 3, 900000: 2}
MONTHLY_RATE = (
    0.002,
    0.004,
    0.008,
    0.011,
    0.017,
    0.025,
    0.034,
    0.045,
    0.055,
    0.08,
    0.1,
)


@dataclass(frozen=True)
class Amounts:
    """One entry per application; `rate` is monthly, `term` is 0 for cards."""

    asked: Floats
    credit: Floats
    annuity: Floats
    term: Integers
    rate: Floats
    empty: Flags
    columns: Columns


def draw_amounts(
    rng: np.random.Generator,
    kind: Integers,
    status: Integers,
    urgency: Floats,
    income: Floats,
) -> Amounts:
    count = len(kind)
    uniform = rng.random((9, count))
    term = _terms(kind, status, uniform[0])
    goods = _goods(rng, kind, status, urgency, income)
    pays_down = (kind == CONSUMER) & (uniform[1] > 0.46)
    share = np.where(pays_down, 0.75 * uniform[2] ** 3.6, 0) * np.exp(-0.15 * urgency)
    down = np.round(np.minimum(share, 0.8) * goods / 4.5) * 4.5
    # Refused and urgent applicants had asked for dearer terms.
    risk = np.clip(uniform[3] + 0.07 * urgency, 0.001, 0.999)
    rate = quantile(risk, MONTHLY_RATE)
    markup = np.where(
        kind == CASH,
        quantile(uniform[4], CASH_MARKUP),
        quantile(uniform[4], GOODS_MARKUP),
    )
    limit = np.asarray(tuple(LIMITS))[pick(uniform[5], tuple(LIMITS.values()))]
    credit = np.where(kind == REVOLVING, limit, to_grid((goods - down) * markup, 4.5))
    annuity = _annuity(kind, credit, rate, term)
    empty = _empty(kind, status, uniform[6])
    asked = np.where(kind == REVOLVING, limit * (uniform[7] > 0.41), goods)
    columns = _columns(kind, status, goods, asked, credit, annuity, term, down, uniform)
    columns = _emptied(columns, kind, empty)
    return Amounts(asked, credit, annuity, term, rate, empty, columns)


def _terms(kind: Integers, status: Integers, uniform: Floats) -> Integers:
    def drawn(terms: Mapping[int, float]) -> Integers:
        return np.asarray(tuple(terms))[pick(uniform, tuple(terms.values()))]

    cash = np.where(status == APPROVED, drawn(CASH_TERMS), drawn(LONG_TERMS))
    return np.select([kind == CASH, kind == CONSUMER], [cash, drawn(CONSUMER_TERMS)], 0)


def _goods(
    rng: np.random.Generator,
    kind: Integers,
    status: Integers,
    urgency: Floats,
    income: Floats,
) -> Floats:
    typical = np.where(kind == CASH, np.log(225e3), np.log(66e3))
    amount = np.exp(
        typical
        + 0.42 * (np.log(income) - 11.9)
        + 0.3 * (status == REFUSED)
        + 0.1 * urgency
        + 0.75 * rng.standard_normal(len(kind))
    )
    cash = heap(rng.random(len(kind)), np.clip(amount, 22500, 3e6), CASH_GRID)
    return np.where(kind == CASH, cash, to_grid(np.clip(amount, 9000, 9e5), 4.5))


def _annuity(kind: Integers, credit: Floats, rate: Floats, term: Integers) -> Floats:
    months = np.maximum(term, 1)
    level = credit * rate / (1 - (1 + rate) ** -months)
    return np.round(np.where(kind == REVOLVING, credit / 20, level) / 0.045) * 0.045


def _empty(kind: Integers, status: Integers, uniform: Floats) -> Flags:
    """Applications dropped before any amount was written down."""
    share = np.select(
        [
            kind == NO_TYPE,
            status == CANCELED,
            (status == REFUSED) & (kind == CASH),
            (status == REFUSED) & (kind == REVOLVING),
            (status == UNUSED) & (kind == CASH),
        ],
        [1.0, 0.967, 0.169, 0.05, 1.0],
        0.0,
    )
    return uniform < share


def _columns(
    kind: Integers,
    status: Integers,
    goods: Floats,
    asked: Floats,
    credit: Floats,
    annuity: Floats,
    term: Integers,
    down: Floats,
    uniform: Floats,
) -> Columns:
    consumer, revolving = kind == CONSUMER, kind == REVOLVING
    unpriced = consumer & (
        ((status == REFUSED) & (uniform[6] < 0.17)) | (status == UNUSED)
    )
    undecided = ~(consumer & (status != UNUSED)) & ~(
        (kind == CASH) & (uniform[8] < 0.1)
    )
    rare = uniform[8] > np.where(consumer, 0.9905, 1)
    return {
        "AMT_ANNUITY": blank(np.round(annuity, 3), unpriced),
        "AMT_APPLICATION": asked,
        "AMT_CREDIT": credit,
        "AMT_DOWN_PAYMENT": blank(down, undecided),
        "AMT_GOODS_PRICE": blank(np.where(revolving, asked, goods), asked == 0),
        "RATE_DOWN_PAYMENT": blank(
            np.round(1.0890909 * down / np.maximum(credit + down, 1), 9), undecided
        ),
        "RATE_INTEREST_PRIMARY": blank(np.round(0.14 + 0.055 * uniform[7], 3), ~rare),
        "RATE_INTEREST_PRIVILEGED": blank(
            np.round(0.64 + 0.225 * uniform[5], 3), ~rare
        ),
        "CNT_PAYMENT": blank(term, unpriced),
    }


def _emptied(columns: Columns, kind: Integers, empty: Flags) -> Columns:
    zero = ("AMT_APPLICATION", "AMT_CREDIT")
    return {
        name: np.where(empty, 0.0, values) if name in zero else blank(values, empty)
        for name, values in columns.items()
    }
