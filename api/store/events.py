"""Predictions as they were answered, and the records that make a retry harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from api.identifiers import now
from api.store.database import Database
from api.store.tables import events, idempotency


@dataclass(frozen=True)
class Event:
    """One prediction; `answer` holds the bytes that were sent."""

    event_id: str
    kind: str
    client_id: int | None
    created_at: str
    bundle_sha256: str
    request: str
    features: bytes
    answer: bytes


@dataclass(frozen=True)
class Token:
    """An Idempotency-Key of one API key, and what was asked with it."""

    key_id: int
    token: str
    request_sha256: str


@dataclass(frozen=True)
class Reply:
    """An answer with the events that must be durable before it is sent."""

    status: int
    answer: bytes
    location: str | None
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Recorded:
    """What was answered the first time, and to which request."""

    request_sha256: str
    status: int
    location: str | None
    answer: bytes


class AlreadyRecorded(Exception):
    """Another request with the same token was faster."""


def record(database: Database, key_id: int, reply: Reply, token: Token | None) -> None:
    """Make the events, and with them the token's record, durable, or nothing.

    Raises AlreadyRecorded, or DatabaseUnavailable.
    """
    try:
        with database.write() as connection:
            if token is not None:
                _remember(connection, token, reply)
            if reply.events:
                connection.execute(insert(events), _rows(key_id, reply.events))
    except IntegrityError as error:
        if token is None or recorded(database, token) is None:
            raise
        raise AlreadyRecorded from error


def recorded(database: Database, token: Token) -> Recorded | None:
    """The first answer given under this token."""
    query = select(
        idempotency.c.request_sha256,
        idempotency.c.status,
        idempotency.c.location,
        idempotency.c.answer,
    ).where(
        idempotency.c.key_id == token.key_id,
        idempotency.c.token == token.token,
    )
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Recorded(*row)


def answer_of(database: Database, event_id: str) -> bytes | None:
    """The exact bytes that were answered for this prediction."""
    query = select(events.c.answer).where(events.c.event_id == event_id)
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def _remember(connection: Connection, token: Token, reply: Reply) -> None:
    row = {
        "key_id": token.key_id,
        "token": token.token,
        "request_sha256": token.request_sha256,
        "status": reply.status,
        "location": reply.location,
        "answer": reply.answer,
        "created_at": now(),
    }
    connection.execute(insert(idempotency).values(row))


def _rows(key_id: int, recorded: Sequence[Event]) -> list[dict[str, object]]:
    return [vars(event) | {"key_id": key_id} for event in recorded]
