"""The event store as one file that either kind of database takes up again.

Gzipped JSON lines: a heading, a line per row, and an end with the number of lines and
their hash, so that a file that was cut off or changed is refused. Known clients are
left out: `clients import` brings them back.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    RowMapping,
    Table,
    delete,
    insert,
    select,
    text,
)

from api.errors import BackupRefused
from api.identifiers import now
from api.store import tables
from api.store.chain import NOWHERE, End
from api.store.chain_end import NEWEST, ChainEnd
from api.store.database import Database
from api.store.erasure import erased_ranges
from api.store.events import ERASURE
from api.store.revisions import adds_to
from api.store.tables import events, personal

FORMAT = 1
TABLES = {
    table.name: table
    for table in (
        tables.secrets,
        tables.api_keys,
        events,
        personal,
        tables.writers,
        tables.idempotency,
        tables.reports,
        tables.alerts,
    )
}
# What rows of the others refer to.
REFERRED_TO = (tables.secrets, tables.api_keys)
AT_A_TIME = 1000
Row = Mapping[str, Any]


class Writer:
    """Lines into a file, counted and hashed."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self.lines = 0

    def add(self, content: Mapping[str, Any]) -> None:
        line = json.dumps(content, separators=(",", ":")).encode() + b"\n"
        self._file.write(line)
        self._sha256.update(line)
        self.lines += 1

    def end(self) -> None:
        self.add({"lines": self.lines, "sha256": self._sha256.hexdigest()})


def backup(database: Database, out: Path) -> int:
    """Write a new file, readable by its owner only; answers how many events it has.

    Events are read some at a time, so that decisions go on meanwhile; the last ones
    and all that is changed in place are read as of one moment.

    Raises BackupRefused when the file is there, DatabaseUnavailable.
    """
    if out.exists():
        raise BackupRefused(f"{out}: is there already")
    beside = out.with_name(f".part-{os.getpid()}-{out.name}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb") as packed:
                count = _write(database, Writer(packed))
            raw.flush()
            os.fsync(raw.fileno())
        beside.rename(out)
    except OSError as error:
        raise BackupRefused(f"{out}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
    return count


def _write(database: Database, writer: Writer) -> int:
    writer.add({"format": FORMAT, "schema": tables.HEAD, "made_at": now()})
    count = last = 0
    while True:
        with database.read() as connection:
            _as_of_one_moment(connection)
            query = select(events).order_by(events.c.sequence).limit(AT_A_TIME)
            found = connection.execute(query.where(events.c.sequence > last)).all()
            _add(writer, events, (row._mapping for row in found))
            if found:
                newest = found[-1].sequence
                apart = select(personal).where(
                    personal.c.sequence.between(last + 1, newest)
                )
                _add(writer, personal, connection.execute(apart).mappings())
                count, last = count + len(found), newest
            if len(found) == AT_A_TIME:
                continue
            for table in TABLES.values():
                if table not in (events, personal):
                    rows = connection.execute(select(table)).mappings()
                    _add(writer, table, rows)
        writer.end()
        return count


def _as_of_one_moment(connection: Connection) -> None:
    """SQLite's transactions are; PostgreSQL's when they are asked to."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def _add(writer: Writer, table: Table, rows: Iterable[Row | RowMapping]) -> None:
    binary = _binary(table)
    for row in rows:
        plain = {
            name: base64.b64encode(value).decode()
            if name in binary and value is not None
            else value
            for name, value in row.items()
        }
        writer.add({"table": table.name, "row": plain})


def restore(database: Database, chain_end: ChainEnd, file: Path) -> int:
    """Put a backup into a database that is new; answers how many events it has.

    All of it or nothing; its end is noted. What an erasure in the backup covers stays
    erased.

    Raises BackupRefused when the file is damaged or of another schema, or the
    database is not new; DatabaseUnavailable.
    """
    first = [(table, row) for table, row in _rows(file) if table in REFERRED_TO]
    with database.write() as connection:
        _require_new(connection)
        connection.execute(delete(tables.secrets))
        _insert(connection, iter(first))
        rest = ((table, row) for table, row in _rows(file) if table not in REFERRED_TO)
        _insert(connection, rest)
        _erase_again(connection)
        _number_on(connection)
        newest = connection.execute(NEWEST).one_or_none()
    # Sequences have no gap.
    end = End(*newest) if newest else NOWHERE
    chain_end.renew(end)
    return end.sequence


def _require_new(connection: Connection) -> None:
    for table in (tables.api_keys, events):
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupRefused(
                f"the database is not new, there are {table.name.replace('_', ' ')} in "
                "it: restore into one that only `db upgrade` has touched"
            )


def _insert(connection: Connection, rows: Iterator[tuple[Table, Row]]) -> None:
    for table, some in groupby(rows, key=lambda one: one[0]):
        for part in _batched(some, AT_A_TIME):
            connection.execute(insert(table), [row for _, row in part])


def _erase_again(connection: Connection) -> None:
    """A row may have been read just before it was erased."""
    query = select(events.c.facts).where(events.c.kind == ERASURE)
    for facts in connection.execute(query).scalars().all():
        for start, end in erased_ranges(facts):
            gone = personal.c.sequence.between(start, end)
            connection.execute(delete(personal).where(gone))


def _number_on(connection: Connection) -> None:
    """PostgreSQL numbers its next key by a counter of its own."""
    if connection.dialect.name == "postgresql":
        counter = "pg_get_serial_sequence('api_keys', 'id')"
        highest = "SELECT coalesce(max(id), 1) FROM api_keys"
        connection.execute(text(f"SELECT setval({counter}, ({highest}))"))


def _rows(file: Path) -> Iterator[tuple[Table, Row]]:
    """Every row of a backup, which is whole once the last one was given."""
    sha256, lines, ended = hashlib.sha256(), 0, False
    try:
        with gzip.open(file, "rb") as packed:
            for line in packed:
                content = json.loads(line)
                if lines == 0:
                    _require_readable(file, content)
                elif "table" in content:
                    table = TABLES[content["table"]]
                    yield table, _unpacked(table, content["row"])
                else:
                    found = {"lines": lines, "sha256": sha256.hexdigest()}
                    ended = content == found
                    break
                sha256.update(line)
                lines += 1
            ended = ended and not packed.read(1)
    except OSError as error:
        raise BackupRefused(f"{file}: {error.strerror or error}") from error
    except (EOFError, zlib.error, ValueError, KeyError) as error:
        raise BackupRefused(f"{file}: damaged, or no backup") from error
    if not ended:
        raise BackupRefused(f"{file}: cut off or changed")


def _require_readable(file: Path, heading: Mapping[str, Any]) -> None:
    found = heading.get("format"), heading.get("schema")
    if found[0] != FORMAT or not adds_to(str(found[1])):
        raise BackupRefused(
            f"{file}: expected format {FORMAT} and schema {tables.HEAD} or one that "
            f"this only adds to, found "
            f"{found[0]} and {found[1]}: restore it with the version that made it"
        )


@cache
def _binary(table: Table) -> set[str]:
    return {one.name for one in table.columns if isinstance(one.type, LargeBinary)}


def _unpacked(table: Table, row: Row) -> Row:
    binary = _binary(table)
    return {
        name: base64.b64decode(value) if name in binary and value is not None else value
        for name, value in row.items()
    }


def _batched(some: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(some)
    while part := list(islice(rest, size)):
        yield part
