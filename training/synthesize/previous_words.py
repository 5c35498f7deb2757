"""The categories of previous applications: product, channel, seller, refusal."""

from __future__ import annotations

import numpy as np

from training.synthesize.previous_amounts import Amounts
from training.synthesize.previous_seller import draw_seller
from training.synthesize.sampling import (
    Categories,
    Columns,
    Flags,
    Floats,
    Integers,
    choose,
    pick,
    pick_by,
)

CASH, CONSUMER, REVOLVING, NO_TYPE = range(4)
APPROVED, CANCELED, REFUSED, UNUSED = range(4)
PURPOSES = {
    "Repairs": 137,
    "Other": 89,
    "Urgent needs": 53,
    "Buying a used car": 20,
    "Everyday expenses": 17,
    "Payments on other loans": 15,
    "Building a house or an annex": 15,
    "Medicine": 13,
    "Education": 8,
    "Buying a new car": 6,
    "Buying a holiday home / land": 6,
    "Car repairs": 5,
    "Journey": 5,
    "Purchase of electronic equipment": 5,
    "Buying a home": 5,
    "Furniture": 4,
    "Wedding / gift / holiday": 3,
    "Business development": 2.5,
    "Gasification / water supply": 1,
    "Hobby": 0.5,
    "Buying a garage": 0.5,
    "Money for a third person": 0.2,
    "Refusal to name the goal": 0.2,
}
# Reasons of a refusal: per contract type (rows) the share of each reason.
REASONS = ("HC", "LIMIT", "SCO", "SCOFR", "VERIF", "XNA", "SYSTEM", "XAP", "CLIENT")
REASON_SHARES = np.array(
    [
        [0.742, 0.123, 0.071, 0.037, 0.0166, 0.01, 0.0004, 0, 0],
        [0.288, 0.42, 0.248, 0.007, 0.01, 0.027, 0, 0, 0],
        [0.72, 0.084, 0.05, 0.115, 0.0035, 0.021, 0.006, 0, 0],
        [1.0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
)
SUITES = {
    "Unaccompanied": 0.608,
    "Family": 0.246,
    "Spouse, partner": 0.076,
    "Children": 0.0356,
    "Other_B": 0.021,
    "Other_A": 0.0105,
    "Group of people": 0.003,
}
WEEKDAYS = {
    "TUESDAY": 0.157,
    "FRIDAY": 0.153,
    "WEDNESDAY": 0.152,
    "MONDAY": 0.151,
    "THURSDAY": 0.148,
    "SATURDAY": 0.142,
    "SUNDAY": 0.097,
}
YIELDS = ("XNA", "low_action", "low_normal", "middle", "high")


def draw_words(
    rng: np.random.Generator,
    kind: Integers,
    status: Integers,
    urgency: Floats,
    amounts: Amounts,
    oldest: Flags,
) -> Columns:
    """One row per application; `oldest` marks each client's first one."""
    count = len(kind)
    hours = np.round(12.5 + 3.3 * rng.standard_normal(count))
    last = rng.random((2, count))
    return {
        "WEEKDAY_APPR_PROCESS_START": choose(rng.random(count), WEEKDAYS),
        "HOUR_APPR_PROCESS_START": np.clip(hours, 0, 23).astype(int),
        "FLAG_LAST_APPL_PER_CONTRACT": Categories(
            ("N", "Y"), (last[0] >= 0.0047).astype(np.int8)
        ),
        "NFLAG_LAST_APPL_IN_DAY": (last[1] >= 0.0034).astype(int),
        "CODE_REJECT_REASON": _reason(rng, kind, status, urgency),
        **_client(rng, kind, status, oldest),
        **_product(rng, kind, status, amounts),
        **draw_seller(rng, kind),
    }


def _reason(
    rng: np.random.Generator, kind: Integers, status: Integers, urgency: Floats
) -> Categories:
    shares = REASON_SHARES[kind]
    # The lender's own score refuses the riskiest.
    shares[:, 2:4] *= np.exp(0.5 * urgency)[:, None]
    reason = Categories(REASONS, pick_by(rng.random(len(kind)), shares))
    reason = reason.where(status == REFUSED, "XAP")
    return reason.where(status != UNUSED, "CLIENT")


def _client(
    rng: np.random.Generator, kind: Integers, status: Integers, oldest: Flags
) -> Columns:
    count = len(kind)
    uniform = rng.random((5, count))
    codes = np.where(oldest & (uniform[0] < 0.82), 0, np.where(uniform[0] < 0.1, 2, 1))
    codes = np.where(uniform[1] < 0.0011, 3, codes).astype(np.int8)
    alone = np.select([status == CANCELED, status == UNUSED], [0.966, 0.8], 0.335)
    alone = np.where(kind == REVOLVING, np.maximum(alone, 0.55), alone)
    cash = kind == CASH
    payment = np.select([uniform[3] < 0.011, uniform[3] < 0.012], [1, 2], 0)
    unpaid = (status == CANCELED) | (kind == REVOLVING) | (uniform[4] < 0.12)
    purpose = choose(rng.random(count), PURPOSES | {"XAP": 0, "XNA": 0})
    purpose = purpose.where(rng.random(count) < 0.09, "XNA").where(cash, "XAP")
    return {
        "NAME_CLIENT_TYPE": Categories(("New", "Repeater", "Refreshed", "XNA"), codes),
        "NAME_TYPE_SUITE": choose(uniform[2], SUITES).where(rng.random(count) >= alone),
        "NAME_PAYMENT_TYPE": Categories(
            (
                "Cash through the bank",
                "Non-cash from your account",
                "Cashless from the account of the employer",
                "XNA",
            ),
            np.where(unpaid, 3, payment).astype(np.int8),
        ),
        "NAME_CASH_LOAN_PURPOSE": purpose,
    }


def _product(
    rng: np.random.Generator, kind: Integers, status: Integers, amounts: Amounts
) -> Columns:
    count = len(kind)
    uniform = rng.random((3, count))
    dropped = amounts.empty | ((kind == CONSUMER) & (status == UNUSED))
    walk_in = uniform[0] < np.select(
        [status == APPROVED, status == REFUSED], [0.17, 0.4], 0.2
    )
    walk_in = np.where(kind == REVOLVING, uniform[0] < 0.35, walk_in)
    level = 1 + np.digitize(amounts.rate, [0.0075, 0.02, 0.036])
    level = np.where(dropped | (kind == REVOLVING), 0, level)
    portfolio = np.select(
        [dropped, kind == CASH, kind == CONSUMER, kind == REVOLVING], [0, 1, 2, 3], 0
    )
    portfolio = np.where((portfolio == 2) & (uniform[1] < 0.0005), 4, portfolio)
    product = np.where(dropped | (kind == CONSUMER) | (kind == NO_TYPE), 0, 1 + walk_in)
    return {
        "NAME_PORTFOLIO": Categories(
            ("XNA", "Cash", "POS", "Cards", "Cars"), portfolio.astype(np.int8)
        ),
        "NAME_PRODUCT_TYPE": Categories(
            ("XNA", "x-sell", "walk-in"), product.astype(np.int8)
        ),
        "NAME_YIELD_GROUP": Categories(YIELDS, level.astype(np.int8)),
        "PRODUCT_COMBINATION": _combination(kind, dropped, walk_in, level, uniform[2]),
    }


def _combination(
    kind: Integers, dropped: Flags, walk_in: Flags, level: Integers, uniform: Floats
) -> Categories:
    terms = ("Cash", "Card Street", "Card X-Sell")
    places = ("X-Sell", "Street")
    levels = ("low", "low", "middle", "high")
    cash = [f"Cash {place}: {level}" for place in places for level in levels]
    shops = ("household", "mobile", "industry", "other")
    shop = pick(uniform, (0.51, 0.295, 0.155, 0.04))
    pos = [f"POS {name} with interest" for name in shops]
    pos += [f"POS {name} without interest" for name in shops[:3]]
    pos += ["POS others without interest"]
    free = level == 1
    codes = np.select(
        [
            kind == REVOLVING,
            dropped & (kind == CASH),
            kind == CASH,
            kind == CONSUMER,
        ],
        [
            np.where(walk_in, 1, 2),
            0,
            3 + 4 * walk_in + np.maximum(level - 1, 0),
            11 + 4 * free + shop,
        ],
        -1,
    )
    return _merged((*terms, *cash, *pos), codes.astype(np.int16))


def _merged(terms: tuple[str, ...], codes: Integers) -> Categories:
    """Words once each: `terms` may repeat."""
    unique = tuple(dict.fromkeys(terms))
    position = np.array([unique.index(term) for term in terms], dtype=np.int16)
    return Categories(unique, np.where(codes < 0, -1, position[codes]))
