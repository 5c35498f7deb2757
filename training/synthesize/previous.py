"""Earlier applications at this lender: what was asked for, what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesize.application import annuity_of, to_grid
from training.synthesize.clients import Clients
from training.synthesize.draw import (
    Columns,
    Flags,
    Floats,
    Integers,
    Words,
    blank,
    draw,
    shapes,
    spread,
)
from training.tables import TABLES

NEVER = 365243  # what the source writes for a day that has not come
PERIOD = 30


@dataclass(frozen=True)
class Previous:
    """One entry per application: what its balances need, and the columns.

    `paid_months` counts the instalments until the loan ended, early or not, or until
    the client stopped paying (`stopped`).
    """

    client: Integers
    loans: Integers
    cards: Integers
    term: Integers
    paid_months: Integers
    stopped: Flags
    annuity: Floats
    columns: Columns


def draw_previous(
    rng: np.random.Generator, clients: Clients, first_id: int
) -> Previous:
    """One row per application; `first_id` is the first SK_ID_PREV to give."""
    client, _ = spread(np.round(clients.history["applications"]).astype(int))
    form = shapes("previous_application")["columns"]
    declared = TABLES["previous_application"].columns
    drawn = draw(rng, declared, form, clients.rows.of(client))
    kind, status = drawn["NAME_CONTRACT_TYPE"], drawn["NAME_CONTRACT_STATUS"]
    card = kind.equals("Revolving loans")
    term = drawn["term"].astype(int)
    approved = status.equals("Approved") & (drawn["unpaid_out"] == 0)
    days = _days(drawn, card, term)
    # A loan whose first instalment is still to come has no balance yet.
    disbursed = approved & (card | (days["DAYS_FIRST_DUE"] < 0))
    months = np.where(term > 3, np.maximum(np.ceil(term * drawn["part"]), 2), term)
    stopped = ~card & (drawn["stops"] > 0)
    months = np.where(stopped, np.minimum(drawn["stops_after"], term), months)
    amounts, annuity = _amounts(drawn, kind, term)
    columns = {
        "SK_ID_PREV": first_id + np.arange(len(client)),
        "SK_ID_CURR": clients.ids[client],
        **drawn,
        **amounts,
        **_products(drawn),
        **_ended(drawn, days, card, months, stopped),
    }
    for name in (*days, "DAYS_LAST_DUE", "DAYS_TERMINATION"):
        columns[name] = blank(columns.get(name, days.get(name)), ~disbursed)
    columns["NFLAG_INSURED_ON_APPROVAL"] = blank(drawn["insured"], ~disbursed)
    return Previous(
        client=client,
        loans=np.flatnonzero(disbursed & ~card),
        cards=np.flatnonzero(disbursed & card),
        term=term,
        paid_months=months.astype(np.int32),
        stopped=stopped,
        annuity=annuity,
        columns=columns,
    )


def _amounts(drawn: Columns, kind: Words, term: Integers) -> tuple[Columns, Floats]:
    """The columns, and the instalments of loans whether or not they are written."""
    card, shop = kind.equals("Revolving loans"), kind.equals("Consumer loans")
    goods, empty = drawn["goods"], drawn["empty"] > 0
    down = np.round(drawn["down"] * goods / 4.5) * 4.5
    credit = to_grid((goods - down) * np.where(card, 1, drawn["markup"]), 4.5)
    annuity = np.where(card, credit / 20, annuity_of(credit, drawn["rate"], term))
    annuity = np.round(annuity / 0.045) * 0.045
    asked = np.where(empty | (drawn["priceless"] > 0), 0, goods)
    plain, ordinary = empty | ~shop, drawn["special"] == 0
    columns = {
        "AMT_ANNUITY": blank(np.round(annuity, 3), empty),
        "AMT_APPLICATION": asked,
        "AMT_CREDIT": np.where(empty, 0, credit),
        "AMT_DOWN_PAYMENT": blank(down, plain),
        "AMT_GOODS_PRICE": blank(goods, asked == 0),
        "RATE_DOWN_PAYMENT": blank(
            np.round(np.minimum(1.0890909 * down / (credit + down), 1), 9), plain
        ),
        "RATE_INTEREST_PRIMARY": blank(drawn["RATE_INTEREST_PRIMARY"], ordinary),
        "RATE_INTEREST_PRIVILEGED": blank(drawn["RATE_INTEREST_PRIVILEGED"], ordinary),
        "CNT_PAYMENT": blank(term, empty),
    }
    return columns, annuity


def _days(drawn: Columns, card: Flags, term: Integers) -> Columns:
    """First drawing, first and planned last due day of an application granted."""
    drawing = drawn["DAYS_DECISION"] + drawn["delay"].astype(int)
    due = np.where(card, drawing + PERIOD, drawing)
    unused = card & ((drawn["used"] == 0) | (due >= 0))
    return {
        "DAYS_FIRST_DRAWING": np.where(card & ~unused, drawing, NEVER),
        "DAYS_FIRST_DUE": np.where(unused, NEVER, due),
        "DAYS_LAST_DUE_1ST_VERSION": np.where(card, NEVER, due + PERIOD * (term - 1)),
    }


def _ended(
    drawn: Columns, days: Columns, card: Flags, months: Floats, stopped: Flags
) -> Columns:
    last = days["DAYS_FIRST_DUE"] + PERIOD * (months - 1)
    ended = (last < -1) & ~stopped & ~card
    closing = last + np.round(drawn["closing"])
    return {
        "DAYS_LAST_DUE": np.where(ended, last, NEVER),
        "DAYS_TERMINATION": np.where(ended & (closing < 0), closing, NEVER),
    }


def _products(drawn: Columns) -> Columns:
    """What is not written down where nothing came of an application."""
    came = drawn["empty"] == 0
    unsaid = ("NAME_PORTFOLIO", "NAME_PRODUCT_TYPE", "NAME_YIELD_GROUP")
    cash = drawn["NAME_CONTRACT_TYPE"].equals("Cash loans")
    return {name: drawn[name].where(came, "XNA") for name in unsaid} | {
        "PRODUCT_COMBINATION": drawn["PRODUCT_COMBINATION"].where(came | ~cash, "Cash")
    }
