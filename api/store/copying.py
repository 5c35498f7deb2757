"""Copy a whole database into a new one, of either kind."""

from __future__ import annotations

from contextlib import nullcontext

from sqlalchemy import Connection, Table, delete, insert, select, text

from api.errors import CopyRefused, EventsError
from api.store import tables
from api.store.database import Database
from api.store.events.chain import End
from api.store.events.chain_end import ChainEnd
from api.store.events.verification import verify

# What `db upgrade` itself puts into a new database.
_MADE_BY_UPGRADE = (
    tables.active_policy,
    tables.secrets,
    tables.delivered,
)
_NUMBERED = (tables.api_keys, tables.imports, tables.references, tables.work)
_AT_A_TIME = 1000


def copy(source: Database, target: Database, chain_end: ChainEnd) -> int:
    """Put all that `source` holds into `target`; answers how many events there are.

    As of one moment, all or nothing, and verified before it is committed. Raises
    CopyRefused when the target is not new or the source of another schema, EventsError
    when its events are not as they were written; DatabaseUnavailable.
    """
    revision = source.revision()
    if revision != tables.HEAD:
        raise CopyRefused(
            f"the database to copy is at {revision}, expected {tables.HEAD}: what a "
            "later version has added would be lost, copy by that version"
        )
    with source.read() as old, target.write() as new:
        if old.dialect.name == "postgresql":
            old.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        _require_new(new)
        for table in _MADE_BY_UPGRADE:
            new.execute(delete(table))
        for table in tables.metadata.sorted_tables:
            _copy(old, new, table)
        _number_on(new)
        findings = verify(lambda: nullcontext(new))
        if findings.broken:
            raise EventsError(f"nothing was copied: {findings.broken}")
        end = End(findings.events, findings.newest_sha256)
        chain_end.compare(chain_end.probe(), end)
    chain_end.note(end)
    return end.sequence


def _require_new(connection: Connection) -> None:
    for table in (*_NUMBERED, tables.policies, tables.events):
        if connection.execute(select(table).limit(1)).first() is not None:
            raise CopyRefused(
                f"the database is not new, there are {table.name.replace('_', ' ')} in "
                "it: copy into one that only `db upgrade` has touched"
            )


def _copy(old: Connection, new: Connection, table: Table) -> None:
    rows = old.execute(select(table), execution_options={"yield_per": _AT_A_TIME})
    for part in rows.mappings().partitions():
        new.execute(insert(table), [dict(row) for row in part])


def _number_on(connection: Connection) -> None:
    """PostgreSQL numbers its next row by a counter of its own."""
    if connection.dialect.name == "postgresql":
        for table in _NUMBERED:
            counter = f"pg_get_serial_sequence('{table.name}', 'id')"
            highest = "coalesce(max(id), 1), max(id) IS NOT NULL"
            query = f"SELECT setval({counter}, {highest}) FROM {table.name}"
            connection.execute(text(query))
