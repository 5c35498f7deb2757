"""Imports of clients: written beside the active one, then made active at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from api.errors import ImportRefused
from api.identifiers import now
from api.store.database import Database
from api.store.events.append import wait_for_turn
from api.store.events.kept import keep
from api.store.events.packing import Dictionary
from api.store.tables import active_import, clients, imports

_AT_A_TIME = 2000


def active(database: Database) -> Row[Any] | None:
    """The import that serves, None before the first."""
    query = select(imports).join(
        active_import, active_import.c.import_id == imports.c.id
    )
    with database.read() as connection:
        return connection.execute(query).one_or_none()


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
    """Store some clients of an import that does not serve yet."""
    filled = [{"import_id": import_id, **row} for row in rows]
    with database.write() as connection:
        connection.execute(insert(clients), filled)


def activate(database: Database, import_id: int) -> None:
    """Let the import serve; refused unless every one of its clients is there."""
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
        connection.execute(update(active_import).values(import_id=import_id))


def clean(database: Database) -> int:
    """Remove every import that does not serve; answers how many were there."""
    serving = select(active_import.c.import_id).where(
        active_import.c.import_id.is_not(None)
    )
    with database.read() as connection:
        query = select(imports.c.id).where(imports.c.id.not_in(serving))
        stale = connection.execute(query).scalars().all()
    for import_id in stale:
        _remove(database, import_id)
    return len(stale)


def _remove(database: Database, import_id: int) -> None:
    """In small transactions, so that predictions get their turn."""
    mine = clients.c.import_id == import_id
    some = select(clients.c.client_id).where(mine).limit(_AT_A_TIME)
    removed = 1
    while removed:
        with database.write() as connection:
            gone = delete(clients).where(mine, clients.c.client_id.in_(some))
            removed = connection.execute(gone).rowcount
    with database.write() as connection:
        connection.execute(delete(imports).where(imports.c.id == import_id))
