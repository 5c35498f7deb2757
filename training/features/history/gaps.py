"""The time between a client's records."""

from __future__ import annotations

import narwhals as nw


def since_the_one_before(day: str) -> nw.Expr:
    """Days from the client's record before; missing for the first one.

    Records of one day may change places: which of them is 0 days from the other is
    not said, so that only aggregates over all of a client's records have a meaning.
    """
    before = nw.col(day).shift(1).over("SK_ID_CURR", order_by=day)
    return nw.col(day) - before
