"""Pack the answers that were stored whole, by releases before 0.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import bindparam, delete, insert, select

from api.store.database import Database
from api.store.events import kept
from api.store.events.append import wait_for_turn
from api.store.events.packing import LIST, NO_DICTIONARY, Dictionary, Parts
from api.store.events.pages import of_kinds
from api.store.events.record import PREDICTIONS
from api.store.prepared import Prepared
from api.store.tables import events, personal

_AT_A_TIME = 200
_SOME = Prepared(
    select(events.c.event_id, events.c.created_at, events.c.bundle_sha256)
    .add_columns(events.c.facts, *personal.c)
    .join_from(events, personal, personal.c.sequence == events.c.sequence)
    .where(
        events.c.sequence > bindparam("after"),
        personal.c.sequence > bindparam("after"),
        of_kinds(PREDICTIONS),
        personal.c.packed.is_(None),
    )
    .order_by(events.c.sequence)
    .limit(_AT_A_TIME)
)
_DELETE = Prepared(delete(personal).where(personal.c.sequence == bindparam("at")))
_INSERT = Prepared(insert(personal))


@dataclass(frozen=True)
class Compacted:
    """How many answers were packed, and their bytes before and after."""

    answers: int
    before: int
    after: int


def compact(
    database: Database, bundle_sha256: str, serving: Dictionary
) -> Iterator[Compacted]:
    """In small transactions, of which each says what it did; may be stopped anywhere.

    Of the bundle that has the dictionary `serving`, only numbers stay of what features
    contributed; what others answered is compressed. Each row goes and comes back in
    another form, of which the chain knows nothing: what it says is the same.
    """
    after = 0
    while True:
        with database.write() as connection:
            wait_for_turn(connection)
            kept.keep(connection, serving)
            rows = [row._asdict() for row in _SOME.rows(connection, after=after)]
            if not rows:
                return
            packed = [
                {**row, "packed": _packed(row, bundle_sha256, serving)} for row in rows
            ]
            _DELETE.run(connection, [{"at": row["sequence"]} for row in rows])
            _INSERT.run(connection, [_stored(row) for row in packed])
        after = rows[-1]["sequence"]
        sizes = [len(row["answer"]) + len(row["features"]) for row in rows]
        yield Compacted(len(rows), sum(sizes), sum(len(r["packed"]) for r in packed))


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    columns = {column.name: row[column.name] for column in personal.c}
    return {**columns, "features": None, "answer": None}


def _packed(row: Mapping[str, Any], bundle_sha256: str, serving: Dictionary) -> bytes:
    features = np.frombuffer(row["features"], dtype="<f4")
    plain = Parts(row["answer"], features, None, NO_DICTIONARY)
    if row["bundle_sha256"] != bundle_sha256:
        return plain.packed(row)
    parts = _taken_apart(row["answer"], features, serving)
    return (parts if parts.answer() == row["answer"] else plain).packed(row)


def _taken_apart(answer: bytes, features: Any, serving: Dictionary) -> Parts:
    """The answer without its list, if it is as long as the dictionary has it."""
    start = answer.find(LIST) + len(LIST)
    end = answer.find(b"}]", start) + 1
    if start < len(LIST) or not end:
        return Parts(answer, features, None, serving)
    listed = orjson.loads(answer[start - 1 : end + 1])
    if len(listed) != len(serving.names):
        return Parts(answer, features, None, serving)
    contributions = np.array([item["contribution"] for item in listed])
    skeleton = answer[:start] + answer[end:]
    return Parts(skeleton, features, contributions, serving)
