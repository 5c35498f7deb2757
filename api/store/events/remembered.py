"""What was answered under an Idempotency-Key, which makes a retry harmless.

An answer that is an event's, or holds those of several, as that of a batch does, is
kept without them: as their ids and what is said between them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from api.errors import Gone
from api.identifiers import now
from api.json_encoding import encode
from api.store.database import Database
from api.store.events import kept
from api.store.events.record import Reply, Token
from api.store.prepared import Prepared
from api.store.tables import idempotency

# The first byte, where an answer that is kept as it is has the "{" of its JSON.
_IN_PIECES = b"\x01"


@dataclass(frozen=True)
class Recorded:
    """What was answered the first time, and to which request."""

    request_sha256: str
    status: int
    location: str | None
    answer: bytes


_OF_TOKEN = Prepared(
    select(idempotency).where(
        idempotency.c.key_id == bindparam("key_id"),
        idempotency.c.token == bindparam("token"),
    )
)
_REMEMBER = Prepared(insert(idempotency))


def recorded(database: Database, token: Token) -> Recorded | None:
    """The first answer given under this token; raises Gone when it was erased."""
    with database.read() as connection:
        row = _OF_TOKEN.row(connection, key_id=token.key_id, token=token.token)
    if row is None:
        return None
    if row.answer is None and row.event_id is None:
        raise _erased()
    if row.answer is None:
        answer = _together(database, ["", row.event_id, ""])
    elif row.answer[:1] == _IN_PIECES:
        answer = _together(database, json.loads(text(row.answer)))
    else:
        answer = row.answer
    return Recorded(row.request_sha256, row.status, row.location, answer)


def remember(
    connection: Connection, replies: Sequence[tuple[Token | None, Reply]]
) -> None:
    """Record the replies that were asked for with a token."""
    rows = [_row(token, reply) for token, reply in replies if token is not None]
    if rows:
        _REMEMBER.run(connection, rows)


def text(answer: bytes) -> bytes:
    """What is kept of an answer; the ids of its events stand in it."""
    return zlib.decompress(answer[1:]) if answer[:1] == _IN_PIECES else answer


def _row(token: Token, reply: Reply) -> dict[str, Any]:
    same = len(reply.events) == 1 and reply.events[0].answer == reply.answer
    return {
        "key_id": token.key_id,
        "token": token.token,
        "request_sha256": token.request_sha256,
        "status": reply.status,
        "location": reply.location,
        "event_id": reply.events[0].event_id if same else None,
        "answer": None if same else _without_events(reply),
        "created_at": now(),
    }


def _without_events(reply: Reply) -> bytes:
    """The answer as what is said before an event's, its id, what is said after it…"""
    pieces: list[str] = []
    start = 0
    for event in reply.events:
        at = reply.answer.find(event.answer, start) if event.answer else -1
        if at >= 0:
            pieces += [reply.answer[start:at].decode(), event.event_id]
            start = at + len(event.answer)
    if not pieces:
        return reply.answer
    pieces.append(reply.answer[start:].decode())
    return _IN_PIECES + zlib.compress(encode(pieces))


def _together(database: Database, pieces: list[str]) -> bytes:
    """Raises Gone when one of the events was erased."""
    ids = pieces[1::2]
    found = kept.find(database, ids)
    if len(found) < len(ids):
        raise _erased()
    said = [piece.encode() for piece in pieces]
    said[1::2] = [found[event_id]["answer"] for event_id in ids]
    return b"".join(said)


def _erased() -> Gone:
    return Gone("What was answered to this request has been erased.")
