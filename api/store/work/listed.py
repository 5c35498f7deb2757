"""The work list as it is read: in the order of the work, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, tuple_

from api.identifiers import now
from api.schemas.client_keys import ClientKey
from api.schemas.work import WorkQuery
from api.store.people import references
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, key_of, work
from api.store.work.places import (
    BORDERLINE,
    CLEAR,
    CONTESTED,
    DIGITS,
    DONE,
    DRAFT,
    LAST,
    OPEN,
    TURNED,
    UNSIGNED,
)

Filters = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Listed:
    """A part of the list, with those beside the client that was asked about.

    `mine`: all whom who asks has claimed, oldest first.
    """

    items: list[dict[str, Any]]
    mine: list[dict[str, Any]]
    counts: dict[str, int]
    beside: dict[str, ClientKey | None] | None
    next_cursor: str | None


def listed(connection: Connection, query: WorkQuery, holder: str, name: str) -> Listed:
    """What the query asks for, in the order of the list.

    `holder`: who asks. Of their own `name` it is they who are meant, no namesake.
    """
    after = None
    if query.cursor is not None:
        place, _, number = query.cursor.rpartition(LAST)
        after = place, int(number)
    filters = list(_filters(query, holder if query.reviewer == name else None))
    rows = list(_some(connection, query, filters, after, query.limit + 1))
    shown = rows[: query.limit]
    following = len(rows) > query.limit
    held = work.c.claimed_by == holder, work.c.claimed_until > now()
    mine = _items(connection, connection.execute(select(work).where(*held)), holder)
    return Listed(
        items=_items(connection, shown, holder),
        mine=sorted(mine, key=lambda item: str(item["since"])),
        counts=_COUNTS.row(connection)._asdict(),
        beside=None if query.client_id is None else _beside(connection, query, filters),
        next_cursor=f"{shown[-1].place}{LAST}{shown[-1].id}" if following else None,
    )


def find(
    connection: Connection, client_id: ClientKey, holder: str
) -> dict[str, Any] | None:
    """One client as the list has it."""
    its = work.c[KEY_COLUMNS[type(client_id)]] == client_id
    rows = connection.execute(select(work).where(its))
    return next(iter(_items(connection, rows, holder)), None)


def _beside(
    connection: Connection, query: WorkQuery, filters: Filters
) -> dict[str, ClientKey | None] | None:
    its = work.c[KEY_COLUMNS[type(query.client_id)]] == query.client_id
    at = connection.execute(select(work.c.place, work.c.id).where(its)).first()
    if at is None:
        return None
    sides = {"previous": True, "next": False}
    some = partial(_some, connection, query, filters, (at.place, at.id), 1)
    found = {side: next(some(backwards), None) for side, backwards in sides.items()}
    return {side: row and key_of(row) for side, row in found.items()}


def _some(
    connection: Connection,
    query: WorkQuery,
    filters: Filters,
    after: tuple[str, int] | None,
    limit: int,
    backwards: bool = False,
) -> Iterator[Row[Any]]:
    """After a row, or before it and backwards: each state is a scan of the index."""
    where = tuple_(work.c.place, work.c.id)
    order = [column.desc() if backwards else column for column in where.clauses]
    spans = list(_spans(query))
    for low, high in reversed(spans) if backwards else spans:
        ends = [work.c.place > low, work.c.place < high]
        if after is not None:
            if (low > after[0]) if backwards else (high < after[0]):
                continue
            if low < after[0] < high:
                # The nearer end: of two, SQLite would begin at the one that is first.
                ends[backwards] = where < after if backwards else where > after
        statement = select(work).where(*ends, *filters).order_by(*order)
        rows = connection.execute(statement.limit(limit)).all()
        yield from rows
        limit -= len(rows)
        if limit <= 0:
            return


def _spans(query: WorkQuery) -> Iterator[tuple[str, str]]:
    """Between which places those are that may match, state by state."""
    for state, digit in DIGITS.items():
        if query.state is not None and state not in query.state:
            continue
        if query.reviewer is not None and state in (*UNSIGNED, DRAFT):
            continue
        low, high = f"{digit}|", f"{digit}{LAST}"
        if state == OPEN and query.borderline is not None:
            part = BORDERLINE if query.borderline else CLEAR
            low, high = f"{low}{part}|", f"{low}{part}{LAST}"
        if state == DONE and query.since is not None:
            high = f"{low}{query.since.translate(TURNED)}{LAST}"
        yield low, high


def _filters(query: WorkQuery, signer: str | None) -> Iterator[ColumnElement[bool]]:
    """`signer`: whom the reviewer's name is to mean, where it is known who signed."""
    for column in (work.c.borderline, work.c.result, work.c.reviewer):
        wanted = getattr(query, column.key)
        if wanted is not None:
            yield column == wanted
    if signer is not None:
        yield or_(work.c.signer == signer, work.c.signer.is_(None))


def _items(
    connection: Connection, rows: Iterable[Row[Any]], holder: str
) -> list[dict[str, Any]]:
    rows, at = list(rows), now()
    names = references.of(connection, [key_of(row) for row in rows])
    return [_item(row, names.get(key_of(row)), holder, at) for row in rows]


def _item(row: Row[Any], reference: str | None, holder: str, at: str) -> dict[str, Any]:
    between = row.place.split("|")
    since = between[-1]
    names = "prediction_id", "probability", "threshold", "decision"
    held = row.claimed_until is not None and row.claimed_until > at
    return {
        "client_id": key_of(row),
        "reference": reference,
        "state": row.state,
        "since": since.translate(TURNED) if row.state == DONE else since,
        "due": between[1] if row.state == CONTESTED else None,
        **{name: getattr(row, name) for name in names},
        "borderline": bool(row.borderline),
        "result": row.result,
        "reviewer": row.reviewer,
        "signer": row.signer,
        "claimed_by": row.claimed_name if held else None,
        "claimed_signer": row.claimed_by if held else None,
        "claimed_until": row.claimed_until if held else None,
        "mine": held and row.claimed_by == holder,
    }


_COUNTS = Prepared(
    select(
        *(
            select(func.count())
            .select_from(work)
            .where(work.c.place.between(f"{digit}|", f"{digit}{LAST}"))
            .scalar_subquery()
            .label(state)
            for state, digit in DIGITS.items()
        )
    )
)
