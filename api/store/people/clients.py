"""Known clients, of the import that serves a bundle's feature set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    bindparam,
    func,
    or_,
    select,
)

from api.errors import Problem
from api.identifiers import parts
from api.schemas.client_keys import LARGEST, LONGEST, ClientKey, KeyType
from api.store.database import Database
from api.store.events.record import Check
from api.store.people.imports import SERVING
from api.store.prepared import Prepared
from api.store.tables import clients, drafts, imports, key_of

Vector = NDArray[np.float32]
HIGHEST = "\U0010ffff"


class Vectors(NamedTuple):
    """Of the history and of all features; NaN is missing."""

    history: Vector
    features: Vector


@dataclass(frozen=True)
class Entered:
    """What is so of a client whose application was entered here.

    `needed`: without what it cannot be scored. `unknown`: columns whose category counts
    as missing. `records` by table.
    """

    revision: int
    needed: tuple[str, ...]
    unknown: tuple[str, ...]
    records: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Client:
    """One client, imported or `entered` here.

    `number`: the key, or the place beside one that is a text. `vectors`: None of what
    cannot be scored yet; who asks for them then is told what is needed.
    """

    client_id: ClientKey
    number: int
    import_id: int | None
    application: Mapping[str, Any]
    vectors: Vectors | None
    feature_set: str
    imported_at: str | None
    entered: Entered | None = None

    @property
    def history(self) -> Vector:
        """Raises Problem 409 while it cannot be scored."""
        return self._whole().history

    @property
    def features(self) -> Vector:
        """Raises Problem 409 while it cannot be scored."""
        return self._whole().features

    def not_yet(self) -> Problem | None:
        """Why it cannot be scored yet."""
        if self.vectors is not None:
            return None
        needed = ", ".join(self.entered.needed if self.entered else ())
        return Problem(
            HTTPStatus.CONFLICT,
            f"Application {self.client_id} cannot be scored yet: it needs {needed}.",
        )

    def _whole(self) -> Vectors:
        if problem := self.not_yet():
            raise problem
        assert self.vectors is not None
        return self.vectors


@dataclass(frozen=True)
class IdPage:
    """Some of the ids that match, in order; `last`: the place that more follow."""

    ids: tuple[ClientKey, ...]
    total: int
    last: int | None


def pack(vector: Vector) -> bytes:
    """A vector as it is stored."""
    return vector.astype("<f4").tobytes()


def unpack(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype="<f4")


def find(
    database: Database, feature_set: str, ids: Sequence[ClientKey]
) -> dict[ClientKey | None, Client]:
    """The clients of these ids, all of one kind, that are known, by id."""
    known: dict[ClientKey | None, Client] = {}
    with database.read() as connection:
        for part in parts(list(dict.fromkeys(ids))):
            query = _OF_IDS[type(part[0])]
            rows = query.rows(connection, feature_set=feature_set, ids=part)
            known |= {key_of(row): _client(row) for row in rows}
    return known


def still_known(known: Sequence[Client]) -> tuple[Check, ...]:
    """That all of them are still there: none was forgotten since they were read.

    And what was entered here is as it was read.
    """
    of_import: dict[int, set[int]] = {}
    revisions: dict[ClientKey, int] = {}
    for client in known:
        if client.import_id is not None:
            of_import.setdefault(client.import_id, set()).add(client.number)
        elif client.entered is not None:
            revisions[client.client_id] = client.entered.revision
    imported = (
        Check(_STILL_KNOWN, len(ids), {"import_id": import_id, "ids": sorted(ids)})
        for import_id, ids in of_import.items()
    )
    entered = (
        Check(_REVISION, revision, {"key": key}) for key, revision in revisions.items()
    )
    return *imported, *entered


def search(
    database: Database,
    feature_set: str,
    keys: KeyType,
    prefix: str,
    suffix: str,
    after: int,
    limit: int,
) -> IdPage:
    """Ids that begin and end so, after the place `after`, numbers in numeric order.

    Texts are compared as they are, and are in the order of their bytes.
    """
    matches = _MATCHES[keys](prefix, suffix)
    ids = select(clients.c.client_id, clients.c.client_text).where(
        clients.c.import_id == SERVING, matches
    )
    some = ids.where(clients.c.client_id > after).order_by(clients.c.client_id)
    total = select(func.count()).select_from(ids.subquery())
    served = {"feature_set": feature_set}
    with database.read() as connection:
        rows = connection.execute(some.limit(limit + 1), served).all()
        count = connection.execute(total, served).scalar_one()
    shown = rows[:limit]
    last = shown[-1].client_id if len(rows) > limit else None
    return IdPage(tuple(map(key_of, shown)), count, last)


_NUMBERED = clients.c.client_text.is_(None)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Not the records, which are long and nothing is decided by.
_WHAT = tuple(column for column in clients.c if column is not clients.c.records)
_OF_IDS = {
    kind: Prepared(
        select(*_WHAT, imports.c.feature_set, imports.c.finished_at)
        .join_from(clients, imports, clients.c.import_id == imports.c.id)
        .where(imports.c.id == SERVING, which),
        many="ids",
    )
    for kind, which in (
        (int, clients.c.client_id.in_(_IDS) & _NUMBERED),
        (str, clients.c.client_text.in_(_IDS)),
    )
}
_STILL_KNOWN = Prepared(
    select(func.count()).where(
        clients.c.import_id == bindparam("import_id"),
        clients.c.client_id.in_(_IDS),
    ),
    many="ids",
)
# By a key that is given, of one kind or the other.
OF_KEY = {
    int: (clients.c.client_id == bindparam("client_id")) & _NUMBERED,
    str: clients.c.client_text == bindparam("client_id"),
}
_REVISION = Prepared(
    select(drafts.c.revision).where(drafts.c.client_text == bindparam("key"))
)


def is_client(key: ClientKey) -> ColumnElement[bool]:
    """In whatever import."""
    if isinstance(key, str):
        return clients.c.client_text == key
    return (clients.c.client_id == key) & _NUMBERED


def _texts(prefix: str, suffix: str) -> ColumnElement[bool]:
    """The beginning as a range, so that the index answers it.

    Not by LIKE, which has wildcards, and in SQLite takes `a` for `A`.
    """
    key = clients.c.client_text
    begins = key.between(prefix, prefix + HIGHEST * LONGEST)
    ends = func.substr(key, func.length(key) - len(suffix) + 1) == suffix
    return begins & ends if suffix else begins


def _numbers(prefix: str, suffix: str) -> ColumnElement[bool]:
    ends = clients.c.client_id % 10 ** len(suffix) == int(suffix or 0)
    return _begins_with(prefix) & ends if suffix else _begins_with(prefix)


def _begins_with(prefix: str) -> ColumnElement[bool]:
    """As ranges of numbers, so that the primary key's index answers it."""
    if not prefix:
        return clients.c.client_id.is_not(None)
    ranges = []
    low, high = int(prefix), int(prefix) + 1
    while 0 < low <= LARGEST and not prefix.startswith("0"):
        ranges.append(clients.c.client_id.between(low, min(high - 1, LARGEST)))
        low, high = low * 10, high * 10
    return or_(*ranges) if ranges else clients.c.client_id.is_(None)


_MATCHES = {"integer": _numbers, "category": _texts}


def _client(row: Row[Any]) -> Client:
    return Client(
        client_id=key_of(row),
        number=row.client_id,
        import_id=row.import_id,
        application=orjson.loads(row.application),
        vectors=Vectors(unpack(row.history), unpack(row.features)),
        feature_set=row.feature_set,
        imported_at=row.finished_at,
    )
