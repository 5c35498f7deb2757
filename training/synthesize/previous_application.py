"""Earlier applications at this lender: what was asked for, what came of it."""

from __future__ import annotations

import numpy as np

from training.synthesize.draw import Array, Columns, blank, draw, spread, take

NEVER = 365243  # what the source writes for a day that has not come
PERIOD = 30  # days
UNSAID = ("NAME_PORTFOLIO", "NAME_PRODUCT_TYPE", "NAME_YIELD_GROUP")


def draw_previous(rng: np.random.Generator, clients: Columns, first_id: int) -> Columns:
    """One row per application; `first_id` is the first SK_ID_PREV to give.

    `lent` and `carded` mark those paid out, which have balances; `paid_months` counts
    the instalments until a loan ended, or until the client `stopped` paying.
    """
    client, _ = spread(np.round(clients["application_count"]).astype(int))
    rows = take(clients, client)
    drawn = draw(rng, "previous_application", rows)
    card = drawn["NAME_CONTRACT_TYPE"].equals("Revolving loans")
    granted = drawn["NAME_CONTRACT_STATUS"].equals("Approved")
    term, stopped = drawn["term"].astype(int), ~card & (drawn["stops"] > 0)
    months = np.maximum(np.ceil(term * drawn["paid_part"]), np.minimum(term, 2))
    months = np.where(stopped, np.minimum(drawn["stops_after"], term), months)
    start = drawn["DAYS_DECISION"] + drawn["delay"].astype(int)
    due = np.where(card, start + PERIOD, start)
    unused = card & ((drawn["used"] == 0) | (due >= 0))
    # A loan whose first instalment is still to come has no balance yet.
    paid_out = granted & (drawn["unpaid_out"] == 0) & (card | (due < 0))
    last = due + PERIOD * (months - 1)
    ended = (last < -1) & ~stopped & ~card
    closing = last + np.round(drawn["closing"])
    days = {
        "DAYS_FIRST_DRAWING": np.where(card & ~unused, start, NEVER),
        "DAYS_FIRST_DUE": np.where(unused, NEVER, due),
        "DAYS_LAST_DUE_1ST_VERSION": np.where(card, NEVER, due + PERIOD * (term - 1)),
        "DAYS_LAST_DUE": np.where(ended, last, NEVER),
        "DAYS_TERMINATION": np.where(ended & (closing < 0), closing, NEVER),
        "NFLAG_INSURED_ON_APPROVAL": drawn["insured"],
    }
    return {
        "SK_ID_PREV": first_id + np.arange(len(client)),
        **rows,
        **drawn,
        **_amounts(drawn, card),
        **{name: blank(values, ~paid_out) for name, values in days.items()},
        "client": client,
        "lent": paid_out & ~card,
        "carded": paid_out & card,
        "term": term,
        "paid_months": months.astype(np.int32),
        "stopped": stopped,
    }


def _amounts(drawn: Columns, card: Array) -> Columns:
    """What is written down of amounts and product; `level` is the instalment."""
    goods, empty = drawn["goods"], drawn["empty"] > 0
    kind, special = drawn["NAME_CONTRACT_TYPE"], drawn["special"] > 0
    down = np.round(drawn["down"] * goods / 4.5) * 4.5
    credit = to_grid((goods - down) * np.where(card, 1, drawn["markup"]), 4.5)
    level = instalment(credit, drawn["rate"], drawn["term"])
    annuity = to_grid(np.where(card, credit / 20, level), 0.045).round(3)
    requested = np.where(empty | (drawn["priceless"] > 0), 0, goods)
    share = np.round(np.minimum(1.0890909 * down / (credit + down), 1), 9)
    plain = empty | ~kind.equals("Consumer loans")
    product, cash = drawn["PRODUCT_COMBINATION"], kind.equals("Cash loans")
    return {
        "level": annuity,
        "AMT_ANNUITY": blank(annuity, empty),
        "AMT_APPLICATION": requested,
        "AMT_CREDIT": np.where(empty, 0, credit),
        "AMT_DOWN_PAYMENT": blank(down, plain),
        "AMT_GOODS_PRICE": blank(goods, requested == 0),
        "RATE_DOWN_PAYMENT": blank(share, plain),
        "RATE_INTEREST_PRIMARY": blank(drawn["RATE_INTEREST_PRIMARY"], ~special),
        "RATE_INTEREST_PRIVILEGED": blank(drawn["RATE_INTEREST_PRIVILEGED"], ~special),
        "CNT_PAYMENT": blank(drawn["term"], empty),
        "PRODUCT_COMBINATION": product.where(~(empty & cash), "Cash"),
        **{name: drawn[name].where(~empty, "XNA") for name in UNSAID},
    }


def instalment(credit: Array, rate: Array, months: Array) -> Array:
    """The level instalment that pays a credit back at a monthly rate."""
    return np.asarray(credit * rate / (1 - (1 + rate) ** -np.maximum(months, 1)))


def to_grid(amounts: Array, step: float) -> Array:
    """The nearest positive multiple of `step`."""
    return np.maximum(np.round(amounts / step), 1) * step


def keys(previous: Columns, rows: Array) -> Columns:
    """Which application and client rows of a child table belong to."""
    return {name: previous[name][rows] for name in ("SK_ID_PREV", "SK_ID_CURR")}
