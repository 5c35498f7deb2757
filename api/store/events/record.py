"""What is recorded with an answer, and the records that make a retry harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Insert, Update, bindparam, func, select

from api.errors import Gone
from api.store.database import Database
from api.store.prepared import Prepared
from api.store.tables import events, idempotency, personal

DECISION, SIMULATION = "decision", "simulation"
REVIEW, OUTCOME, ERASURE = "review", "outcome", "erasure"
PREDICTIONS = (DECISION, SIMULATION)


@dataclass(frozen=True)
class Event:
    """One decision, simulation, review or outcome; `answer` is what was sent.

    `facts`: what may be kept when the person is erased. Of the events that have the
    same `unique_as` only one is recorded.
    """

    event_id: str
    kind: str
    client_id: int | None
    created_at: str
    bundle_sha256: str | None
    request: str | None = None
    features: bytes | None = None
    answer: bytes = b""
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject_id: str | None = None
    unique_as: str | None = None


@dataclass(frozen=True)
class Token:
    """An Idempotency-Key of one API key, and what was asked with it."""

    key_id: int
    token: str
    request_sha256: str


@dataclass(frozen=True)
class Check:
    """What a reply rests on: in its own transaction the query still says `expected`."""

    query: Prepared
    expected: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """An answer with what must be durable before it is sent.

    Each of `checks` holds and each of `changes` changes one row, or nothing of the
    reply is recorded.
    """

    status: int
    answer: bytes
    location: str | None = None
    events: tuple[Event, ...] = ()
    changes: tuple[Insert | Update, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What was answered the first time, and to which request."""

    request_sha256: str
    status: int
    location: str | None
    answer: bytes


class AlreadyRecorded(Exception):
    """Another request with the same token was faster."""


class Overtaken(Exception):
    """Another request changed what this reply was made from: make it anew."""


_RECORDED = Prepared(
    select(
        idempotency.c.request_sha256,
        idempotency.c.status,
        idempotency.c.location,
        func.coalesce(idempotency.c.answer, personal.c.answer).label("answer"),
    )
    .outerjoin(events, events.c.event_id == idempotency.c.event_id)
    .outerjoin(personal, personal.c.sequence == events.c.sequence)
    .where(
        idempotency.c.key_id == bindparam("key_id"),
        idempotency.c.token == bindparam("token"),
    )
)


_ANSWER = Prepared(
    select(personal.c.answer, personal.c.features)
    .join(events, events.c.sequence == personal.c.sequence)
    .where(events.c.event_id == bindparam("event_id"), events.c.kind.in_(PREDICTIONS))
)


def recorded(database: Database, token: Token) -> Recorded | None:
    """The first answer given under this token; raises Gone when it was erased."""
    with database.read() as connection:
        row = _RECORDED.row(connection, key_id=token.key_id, token=token.token)
    if row is None:
        return None
    if row.answer is None:
        raise Gone("What was answered to this request has been erased.")
    return Recorded(*row)


def answer_of(database: Database, prediction_id: str) -> tuple[bytes, bytes]:
    """The exact bytes that were answered, and the vector; raises Gone when erased."""
    with database.read() as connection:
        row = _ANSWER.row(connection, event_id=prediction_id)
    if row is None:
        raise Gone(f"What prediction {prediction_id} answered has been erased.")
    return row.answer, row.features
