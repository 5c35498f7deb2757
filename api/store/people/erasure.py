"""Erase what describes a person, and record that it was erased.

The rows in `personal` go, and with them client, request, features and answer; what
stays is the event's hash of them and its facts, which tell of nobody. The erasure is
an event itself: a personal part that is missing without one was not erased, but lost
or removed, and `events verify` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    not_,
    select,
    update,
)

from api.identifiers import now, parts, uuid7
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.append import append, wait_for_turn
from api.store.events.chain_end import ChainEnd
from api.store.events.record import (
    CONTEST,
    ERASURE,
    OFFER,
    REVIEW,
    SIGNATURE,
    Event,
)
from api.store.events.remembered import text
from api.store.people import drafts, references
from api.store.people.clients import is_client
from api.store.tables import (
    KEY_COLUMNS,
    WHOSE,
    clients,
    events,
    idempotency,
    key_of,
    personal,
)
from api.store.work import moves

_AT_A_TIME = 1000


def erased_ranges(facts: str) -> Iterator[tuple[int, int]]:
    """The first and last sequence of each run that an erasure covers."""
    yield from json.loads(facts)["sequences"]


def forget(database: Database, chain_end: ChainEnd, client_id: ClientKey) -> int:
    """Erase a client's events and the client; answers how many events there were.

    The client goes first: from then on nothing that was read of them before can be
    recorded (`clients.still_known`). A later import of a file that still holds the
    client makes it known again.
    """
    with database.write() as connection:
        wait_for_turn(connection)
        connection.execute(delete(clients).where(is_client(client_id)))
        _forget_entered(connection, [client_id])
    whose = personal.c[KEY_COLUMNS[type(client_id)]] == client_id
    return _erase(database, chain_end, whose, "forgotten")


def forget_overdue(database: Database, chain_end: ChainEnd, at: str) -> int:
    """Erase some of the drafts whose time is over at that moment, as `forget` does.

    Answers how many drafts there were.
    """
    with database.read() as connection:
        if not drafts.overdue(connection, at, 1):
            return 0
    with database.write() as connection:
        wait_for_turn(connection)
        keys = drafts.overdue(connection, at, _AT_A_TIME)
        _forget_entered(connection, keys)
    for part in parts(keys):
        _erase(database, chain_end, personal.c.client_text.in_(part), "retention")
    return len(keys)


def _forget_entered(connection: Connection, keys: Sequence[ClientKey]) -> None:
    """Drafts, references and what is on the work list, of keys of one kind."""
    if not keys:
        return
    drafts.remove(connection, [key for key in keys if isinstance(key, str)])
    references.remove(connection, keys)
    moves.removed(connection, keys)


def erase_outdated(database: Database, chain_end: ChainEnd, since: str) -> int:
    """Erase the events that are `outdated`; answers how many."""
    return _erase(database, chain_end, outdated(since), "retention")


def outdated(since: str) -> ColumnElement[bool]:
    """Events from before the moment `since`, but for what a later act is about.

    A review, a contest or an offer stands on a prediction: both go together.
    """
    review = events.alias()
    reviewed = exists().where(
        review.c.subject_id == events.c.event_id,
        review.c.kind.in_((REVIEW, SIGNATURE, CONTEST, OFFER)),
        review.c.created_at >= since,
    )
    return and_(events.c.created_at < since, not_(reviewed))


def _erase(
    database: Database, chain_end: ChainEnd, which: ColumnElement[bool], reason: str
) -> int:
    """In small transactions, so that predictions get their turn."""
    count = 0
    query = (
        select(events.c.sequence, events.c.event_id, events.c.created_at, *WHOSE)
        .join(personal, personal.c.sequence == events.c.sequence)
        .where(which)
        .order_by(events.c.sequence)
        .limit(_AT_A_TIME)
    )
    while True:
        with database.write() as connection:
            rows = connection.execute(query).all()
            if not rows:
                return count
            sequences = [row.sequence for row in rows]
            keyed_events = [(None, _erasure(sequences, reason))]
            end = append(connection, chain_end, keyed_events)
            gone = personal.c.sequence.in_(sequences)
            connection.execute(delete(personal).where(gone))
            whose = (key_of(row) for row in rows)
            moves.erased(connection, [key for key in whose if key is not None])
            ids = [row.event_id for row in rows]
            _forget_batches(connection, ids, min(row.created_at for row in rows))
        chain_end.note(end)
        count += len(rows)


def _erasure(sequences: Sequence[int], reason: str) -> Event:
    facts = {"reason": reason, "sequences": _runs(sequences)}
    return Event(uuid7(), ERASURE, None, now(), None, facts=facts)


def _runs(sequences: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for sequence in sequences:
        if runs and runs[-1][1] == sequence - 1:
            runs[-1][1] = sequence
        else:
            runs.append([sequence, sequence])
    return runs


def _forget_batches(connection: Connection, ids: Sequence[str], since: str) -> None:
    """Records of Idempotency-Keys that hold one of these answers in a longer one."""
    query = select(idempotency).where(
        idempotency.c.answer.is_not(None), idempotency.c.created_at >= since
    )
    names = [name.encode() for name in ids]
    for row in connection.execute(query).all():
        said = text(row.answer)
        if any(name in said for name in names):
            mine = (idempotency.c.key_id == row.key_id) & (
                idempotency.c.token == row.token
            )
            connection.execute(update(idempotency).where(mine).values(answer=None))
