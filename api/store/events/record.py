"""What is recorded with an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Insert, Update

from api.schemas.client_keys import ClientKey
from api.store.events.packing import Parts
from api.store.prepared import Prepared

DECISION, SIMULATION = "decision", "simulation"
# A review is final; the first of two signatures, which is not, is of a kind of its own.
REVIEW, SIGNATURE = "review", "signature"
OUTCOME, ERASURE = "outcome", "erasure"
NOTE, CONTEST, OFFER = "note", "contest", "offer"
EVIDENCE, DECLARATION, POLICY = "evidence", "declaration", "policy"
PREDICTIONS = (DECISION, SIMULATION)


@dataclass(frozen=True)
class Event:
    """Something that was decided or done; `answer` is what was sent.

    `facts`: what may be kept when the person is erased. Of the events that have the
    same `unique_as` only one is recorded. `parts`: make the answer, and are kept in
    its place.
    """

    event_id: str
    kind: str
    client_id: ClientKey | None
    created_at: str
    bundle_sha256: str | None
    request: str | None = None
    features: bytes | None = None
    answer: bytes = b""
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject_id: str | None = None
    unique_as: str | None = None
    parts: Parts | None = None


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
    reply is recorded. `writes`: what more is written in its transaction.
    """

    status: int
    answer: bytes
    location: str | None = None
    events: tuple[Event, ...] = ()
    changes: tuple[Insert | Update, ...] = ()
    checks: tuple[Check, ...] = ()
    writes: tuple[Callable[[Connection], None], ...] = ()


class AlreadyRecorded(Exception):
    """Another request with the same token was faster."""


class Overtaken(Exception):
    """Another request changed what this reply was made from: make it anew."""
