"""Features and answers, as they were before they were packed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, insert, select

from api.errors import EventsError, Gone
from api.identifiers import parts
from api.store.events.packing import (
    BESIDE,
    NO_DICTIONARY,
    Dictionary,
    dictionary_of,
    read_dictionary,
    unpacked,
)
from api.store.prepared import Prepared
from api.store.tables import dictionaries, events, personal

if TYPE_CHECKING:
    from api.store.database import Database

# Lends a connection for a part of the work, as Database.read does.
Read = Callable[[], AbstractContextManager[Connection]]

_FIND = Prepared(
    select(dictionaries.c.content).where(dictionaries.c.sha256 == bindparam("sha256"))
)
_KEEP = Prepared(insert(dictionaries))
# What a row needs for its answer to be read.
KEPT = (personal.c.request, personal.c.features, personal.c.answer, personal.c.packed)
_OF_IDS = Prepared(
    select(*(events.c[name] for name in BESIDE if name != "request"), *KEPT)
    .join_from(events, personal, personal.c.sequence == events.c.sequence)
    .where(events.c.event_id.in_(bindparam("ids", expanding=True))),
    many="ids",
)


class Dictionaries:
    """Those that a database keeps, by hash; each is read once, as none changes."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[bytes, Dictionary] = {}

    def of(self, packed: bytes) -> Dictionary:
        """What this was packed with; raises EventsError when it is not there."""
        sha256 = dictionary_of(packed)
        if sha256 is None:
            return NO_DICTIONARY
        if sha256 not in self._known:
            with self._read() as connection:
                content = _FIND.scalar(connection, sha256=sha256.hex())
            if content is None:
                raise EventsError(
                    f"dictionary {sha256.hex()} is missing: what was answered with it "
                    "cannot be read"
                )
            self._known[sha256] = read_dictionary(content)
        return self._known[sha256]


def keep(connection: Connection, dictionary: Dictionary) -> None:
    """Unless it is there; in a transaction that appends, where one is at a time."""
    sha256 = dictionary.sha256.hex()
    if _FIND.scalar(connection, sha256=sha256) is None:
        row = {"sha256": sha256, "content": dictionary.content()}
        _KEEP.run(connection, [row])


def whole(row: Mapping[str, Any], known: Dictionaries) -> dict[str, Any]:
    """The row of an event with `features` and `answer` as they were.

    Not within a transaction: it may read. Raises EventsError when they cannot be read.
    """
    if row["packed"] is None:
        return dict(row)
    made_of = unpacked(row, known.of(row["packed"]))
    features = made_of.features.tobytes()
    return {**row, "features": features, "answer": made_of.answer()}


def find(database: Database, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Of those of these events that were not erased `features` and `answer`, by id."""
    found = {}
    for part in parts(event_ids):
        with database.read() as connection:
            rows = _OF_IDS.rows(connection, ids=part)
        for row in rows:
            found[row.event_id] = whole(row._asdict(), database.dictionaries)
    return found


def skeletons(database: Database, event_ids: Sequence[str]) -> dict[str, Any]:
    """What these events answered, without the lists of features, by id."""
    found = {}
    for part in parts(event_ids):
        with database.read() as connection:
            rows = [row._asdict() for row in _OF_IDS.rows(connection, ids=part)]
        for row in rows:
            content = row["answer"]
            if row["packed"] is not None:
                known = database.dictionaries.of(row["packed"])
                content = unpacked(row, known).skeleton
            found[row["event_id"]] = json.loads(content)
    return found


def answer_of(database: Database, prediction_id: str) -> tuple[bytes, bytes]:
    """The exact bytes that were answered, and the vector; raises Gone when erased."""
    row = find(database, [prediction_id]).get(prediction_id)
    if row is None:
        raise Gone(f"What prediction {prediction_id} answered has been erased.")
    return row["answer"], row["features"]
