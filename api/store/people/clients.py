"""Known clients, of the import that is active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select

from api.identifiers import parts
from api.store.database import Database
from api.store.events.record import Check
from api.store.prepared import Prepared
from api.store.tables import active_import, clients, imports

Vector = NDArray[np.float32]
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Client:
    """One client: raw application, and both vectors (NaN is missing)."""

    client_id: int
    import_id: int
    application: dict[str, Any]
    history: Vector
    features: Vector
    feature_set: str
    imported_at: str


@dataclass(frozen=True)
class IdPage:
    """Some of the ids that match, in order; `following`: there are more after."""

    ids: tuple[int, ...]
    total: int
    following: bool


def pack(vector: Vector) -> bytes:
    """A vector as it is stored."""
    return vector.astype("<f4").tobytes()


def unpack(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype="<f4")


def find(database: Database, ids: Sequence[int]) -> dict[int, Client]:
    """The clients of these ids that are known, by id."""
    known: dict[int, Client] = {}
    wanted = sorted(set(ids))
    with database.read() as connection:
        for part in parts(wanted):
            rows = _OF_IDS.rows(connection, ids=part)
            known |= {row.client_id: _client(row) for row in rows}
    return known


def still_known(known: Sequence[Client]) -> tuple[Check, ...]:
    """That all of them are still there: none was forgotten since they were read."""
    of_import: dict[int, set[int]] = {}
    for client in known:
        of_import.setdefault(client.import_id, set()).add(client.client_id)
    return tuple(
        Check(_STILL_KNOWN, len(ids), {"import_id": import_id, "ids": sorted(ids)})
        for import_id, ids in of_import.items()
    )


def active_feature_set(database: Database) -> str | None:
    """The feature set of the active import; None before the first import."""
    query = select(imports.c.feature_set).join(
        active_import, active_import.c.import_id == imports.c.id
    )
    with database.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def search(
    database: Database, prefix: str, suffix: str, after: int, limit: int
) -> IdPage:
    """Ids whose digits begin and end so, above `after`, in numeric order."""
    ids = _of_active_import(clients.c.client_id).where(_matches(prefix, suffix))
    some = ids.where(clients.c.client_id > after).order_by(clients.c.client_id)
    total = select(func.count()).select_from(ids.subquery())
    with database.read() as connection:
        rows = connection.execute(some.limit(limit + 1)).scalars().all()
        count = connection.execute(total).scalar_one()
    return IdPage(tuple(rows[:limit]), count, len(rows) > limit)


def _of_active_import(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join_from(clients, imports, clients.c.import_id == imports.c.id)
        .join(active_import, active_import.c.import_id == imports.c.id)
    )


_OF_IDS = Prepared(
    _of_active_import(clients, imports.c.feature_set, imports.c.finished_at).where(
        clients.c.client_id.in_(bindparam("ids", expanding=True))
    ),
    many="ids",
)
_STILL_KNOWN = Prepared(
    select(func.count()).where(
        clients.c.import_id == bindparam("import_id"),
        clients.c.client_id.in_(bindparam("ids", expanding=True)),
    ),
    many="ids",
)


def _matches(prefix: str, suffix: str) -> ColumnElement[bool]:
    ends = clients.c.client_id % 10 ** len(suffix) == int(suffix or 0)
    return _begins_with(prefix) & ends if suffix else _begins_with(prefix)


def _begins_with(prefix: str) -> ColumnElement[bool]:
    """As ranges of numbers, so that the primary key's index answers it."""
    if not prefix:
        return clients.c.client_id.is_not(None)
    ranges = []
    low, high = int(prefix), int(prefix) + 1
    while 0 < low <= LARGEST_ID and not prefix.startswith("0"):
        ranges.append(clients.c.client_id.between(low, min(high - 1, LARGEST_ID)))
        low, high = low * 10, high * 10
    return or_(*ranges) if ranges else clients.c.client_id.is_(None)


def _client(row: Row[Any]) -> Client:
    return Client(
        client_id=row.client_id,
        import_id=row.import_id,
        application=orjson.loads(row.application),
        history=unpack(row.history),
        features=unpack(row.features),
        feature_set=row.feature_set,
        imported_at=row.finished_at,
    )
