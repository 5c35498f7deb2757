"""Events in the order they were committed, some at a time, each in the same time.

Two ways of a database's planner make a page dearer the more events there are. Of
several kinds, the index over kinds is read whole and sorted: so the others are left out
instead, along the table, which is in order. And two tables that are merged by their
sequences are both read from the first one on, unless each is told where to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select

from api.store.events.kept import Read
from api.store.events.record import (
    CONTEST,
    DECLARATION,
    ERASURE,
    EVIDENCE,
    NOTE,
    OFFER,
    OUTCOME,
    POLICY,
    PREDICTIONS,
    REVIEW,
    SIGNATURE,
)
from api.store.tables import events, personal

ALL = (
    *(*PREDICTIONS, REVIEW, SIGNATURE, OUTCOME, ERASURE),
    *(NOTE, CONTEST, OFFER, EVIDENCE, DECLARATION, POLICY),
)


def pages(
    read: Read,
    columns: Sequence[ColumnElement[Any]],
    kinds: Sequence[str],
    at_a_time: int,
    after: int = 0,
) -> Iterator[Sequence[Row[Any]]]:
    """Those after a sequence, with these columns of their personal part; at least one.

    Nothing is ever committed below what was read: see `append`. Each page is read in
    a transaction of its own, so that a slow reader keeps no writer waiting.
    """
    both = events.outerjoin(
        personal, (personal.c.sequence == events.c.sequence) & _above(personal)
    )
    query = (
        select(events, *columns)
        .select_from(both)
        .where(_above(events), of_kinds(kinds))
        .order_by(events.c.sequence)
        .limit(at_a_time)
    )
    while True:
        with read() as connection:
            page = connection.execute(query, {"after": after}).all()
        yield page
        if len(page) < at_a_time:
            return
        after = page[-1].sequence


def of_kinds(kinds: Sequence[str]) -> ColumnElement[bool]:
    """Of one by its index, of several by leaving out the others."""
    if len(kinds) == 1:
        return events.c.kind == kinds[0]
    return events.c.kind.not_in([kind for kind in ALL if kind not in kinds])


def _above(table: Any) -> ColumnElement[bool]:
    above: ColumnElement[bool] = table.c.sequence > bindparam("after")
    return above
