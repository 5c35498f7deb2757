"""Imports of clients: written beside those that serve, then whole at once.

A process reads the newest import of its bundle's feature set. That of another one waits
until a bundle of its own is served; after that the one before stays for a way back,
until the next import.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from api.errors import ImportRefused
from api.identifiers import moment, now
from api.store.database import Database
from api.store.events.append import wait_for_turn
from api.store.events.kept import keep
from api.store.events.packing import Dictionary
from api.store.prepared import Prepared
from api.store.tables import clients, imports, served_feature_sets

# Rows of a transaction: so few that no prediction waits for half a second; and for how
# many seconds others may take the lock before the next one.
_AT_A_TIME, _PAUSE = 200, 0.02
# What was served so lately may be served still, by another server.
_LATELY = timedelta(hours=1)
_WHOLE = imports.c.finished_at.is_not(None)
_SETS = served_feature_sets.c
_NEWEST = select(func.max(imports.c.id)).where(_WHOLE).group_by(imports.c.feature_set)

# The id of the import that serves the feature set of that name.
SERVING = (
    select(func.max(imports.c.id))
    .where(imports.c.feature_set == bindparam("feature_set"), _WHOLE)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Listed:
    """An import that is whole; `served_at`: when its feature set last was, if ever.

    `serves`: no other feature set was served later.
    """

    import_id: int
    feature_set: str
    clients: int
    imported_at: str
    served_at: str | None
    serves: bool

    @property
    def waits(self) -> bool:
        """It was not served since it was imported."""
        return not self.serves and (self.served_at or "") < self.imported_at

    def __str__(self) -> str:
        told = f"import {self.import_id}: {self.clients} clients of {self.imported_at}"
        if self.serves:
            return f"{told} serve bundles of feature set {self.feature_set}"
        if self.waits:
            return f"{told} wait for a bundle of feature set {self.feature_set}"
        return (
            f"{told} stay for the way back to feature set {self.feature_set}, last "
            f"served {self.served_at}, until the next import"
        )


def serving(database: Database, feature_set: str) -> Row[Any] | None:
    """The import that serves a feature set, None before its first."""
    query = select(imports).where(imports.c.id == SERVING)
    with database.read() as connection:
        return connection.execute(query, {"feature_set": feature_set}).one_or_none()


def lacking(database: Database, feature_set: str) -> bool:
    """Whether clients were served before, and none were imported for this one."""
    with database.read() as connection:
        return _is_lacking(connection, feature_set)


def note_served(database: Database, feature_set: str) -> None:
    """Note that a bundle of it is served now, unless its clients are lacking."""
    this = _SETS.feature_set == feature_set
    seen = update(served_feature_sets).where(this).values(last_at=now())
    with database.write() as connection:
        wait_for_turn(connection)
        if _is_lacking(connection, feature_set):
            return
        if connection.execute(seen).rowcount == 0:
            row = {"feature_set": feature_set, "last_at": now()}
            connection.execute(insert(served_feature_sets).values(row))


def listed(database: Database) -> list[Listed]:
    """All that are whole, but for those of a feature set that has a newer one."""
    counted = select(func.count()).where(clients.c.import_id == imports.c.id)
    query = select(imports, counted.scalar_subquery().label("counted"))
    with database.read() as connection:
        rows = connection.execute(
            query.where(imports.c.id.in_(_NEWEST)).order_by(imports.c.id)
        ).all()
        served = _served(connection)
    last = max(served.values(), default=None)
    return [
        Listed(
            import_id=row.id,
            feature_set=row.feature_set,
            clients=row.counted,
            imported_at=row.finished_at,
            served_at=served.get(row.feature_set),
            serves=last is None or served.get(row.feature_set) == last,
        )
        for row in rows
    ]


def begin(
    database: Database,
    file_sha256: str,
    feature_set: str,
    expected: int,
    dictionary: Dictionary | None = None,
) -> int:
    """Announce an import of `expected` clients; answers its id.

    `dictionary`: what their records are packed with, if the file has any.
    """
    row = {
        "file_sha256": file_sha256,
        "feature_set": feature_set,
        "clients": expected,
        "started_at": now(),
    }
    with database.write() as connection:
        wait_for_turn(connection)
        if dictionary is not None:
            keep(connection, dictionary)
        done = connection.execute(insert(imports).values(row))
        return int((done.inserted_primary_key or [0])[0])


def add(database: Database, import_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store some clients of an import that is not whole yet."""
    for at in range(0, len(rows), _AT_A_TIME):
        some = rows[at : at + _AT_A_TIME]
        filled = [{"import_id": import_id, **row} for row in some]
        with database.write() as connection:
            connection.execute(insert(clients), filled)
        time.sleep(_PAUSE)


def finish(database: Database, import_id: int) -> None:
    """Let the import serve its feature set; refused unless all its clients are there.

    Raises ImportRefused.
    """
    mine = clients.c.import_id == import_id
    with database.write() as connection:
        expected = select(imports.c.clients).where(imports.c.id == import_id)
        counted = select(func.count()).select_from(clients).where(mine)
        if (
            connection.execute(expected).scalar()
            != connection.execute(counted).scalar()
        ):
            raise ImportRefused("another import ran at the same time; import again")
        finished = update(imports).where(imports.c.id == import_id)
        connection.execute(finished.values(finished_at=now()))


def clear_away(database: Database) -> None:
    """Remove what an import that was cut off left."""
    _remove(database, ~_WHOLE)


def clean(database: Database, feature_set: str) -> None:
    """Remove all but what serves this feature set, and those served last or lately."""
    with database.read() as connection:
        served = _served(connection)
        lately = moment(datetime.now(UTC) - _LATELY)
        since = min(lately, max(served.values(), default=lately))
        sets = {feature_set, *(name for name, at in served.items() if at >= since)}
        newest = _NEWEST.where(imports.c.feature_set.in_(sets))
        kept: Collection[int] = connection.execute(newest).scalars().all()
    _remove(database, imports.c.id.not_in(kept))


def _is_lacking(connection: Connection, feature_set: str) -> bool:
    rows = _KNOWN.rows(connection, feature_set=feature_set)
    return bool(rows) and all(row.feature_set != feature_set for row in rows)


def _served(connection: Connection) -> dict[str, str]:
    """When each feature set was served last."""
    rows = connection.execute(select(served_feature_sets))
    return {row.feature_set: row.last_at for row in rows}


def _remove(database: Database, which: ColumnElement[bool]) -> None:
    """In small transactions, so that predictions get their turn."""
    with database.read() as connection:
        stale = connection.execute(select(imports.c.id).where(which)).scalars().all()
    for import_id in stale:
        mine = clients.c.import_id == import_id
        some = select(clients.c.client_id).where(mine).limit(_AT_A_TIME)
        removed = 1
        while removed:
            with database.write() as connection:
                gone = delete(clients).where(mine, clients.c.client_id.in_(some))
                removed = connection.execute(gone).rowcount
            time.sleep(_PAUSE)
        with database.write() as connection:
            connection.execute(delete(imports).where(imports.c.id == import_id))


_KNOWN = Prepared(
    select(imports.c.feature_set).where(
        _WHOLE,
        (imports.c.feature_set == bindparam("feature_set"))
        | imports.c.feature_set.in_(select(_SETS.feature_set)),
    )
)
