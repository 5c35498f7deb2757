"""One way to read and one to write, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import URL, Connection, Engine, event, update
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ConfigurationError, DatabaseUnavailable
from api.store import revisions, tables
from api.store.revisions import UPGRADE

# Before it, SQLite's WAL can lose a commit (sqlite.org/wal.html, "WAL-reset bug").
SAFE_SQLITE = (3, 51, 3)
# How often a process asks whether it may write now.
_TURN_SECONDS = 0.0005


class Database:
    """Connections to the database at `url`; makes none before the first use."""

    def __init__(self, url: str, timeout: float, create: bool = False) -> None:
        """`create`: let SQLite make the file when it is missing."""
        self._url = _parse(url)
        self._engine = _engine(self._url, timeout, create)
        self._writer = self._engine.execution_options(writes=True)
        self._at_head = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that only reads; raises DatabaseUnavailable."""
        with self._guarded(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block has ended without an error.

        Raises DatabaseUnavailable when it is not; IntegrityError passes through.
        """
        with self._guarded(), self._writer.begin() as connection:
            yield connection

    def require_schema(self) -> None:
        """Raise NotPrepared unless this code serves on the schema."""
        if not self._at_head:
            revisions.require_served(self.revision())
            self._at_head = True

    def revision(self) -> str | None:
        """The migration this database is at, None before the first."""
        with self.read() as connection:
            return revisions.current(connection)

    def probe(self) -> None:
        """Raise DatabaseUnavailable unless a row can be written; changes nothing."""
        active = tables.active_import
        with self.write() as connection:
            connection.execute(update(active).values(slot=active.c.slot))
            connection.rollback()

    def close(self) -> None:
        """Close every connection that is idle."""
        self._engine.dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeout) as error:
            # What the pool holds may point to a file or a server that is gone.
            self._engine.dispose()
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> DatabaseUnavailable:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(cause).splitlines() or [type(cause).__name__])[0]
        place = self._url.render_as_string(hide_password=True)
        hint = f" (a new one: {UPGRADE})" if _missing(reason) else ""
        return DatabaseUnavailable(f"database {place}: {reason}{hint}")


def _missing(reason: str) -> bool:
    return "unable to open" in reason or "no such table" in reason


def _parse(url: str) -> URL:
    try:
        parsed = sqlalchemy.make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("SCORING_DATABASE_URL: not a database URL") from error
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigurationError(
            "SCORING_DATABASE_URL: expected sqlite:///… or postgresql://…, "
            f"found {parsed.drivername}"
        )
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("SCORING_DATABASE_URL: SQLite needs a file")
    return parsed


def _engine(url: URL, timeout: float, create: bool) -> Engine:
    if url.drivername == "sqlite":
        path = Path(str(url.database))
        mode = "rwc" if create else str(url.query.get("mode", "rw"))
        creator = _sqlite_connector(path, mode, timeout)
        bare = url.set(query={})
        engine = sqlalchemy.create_engine(
            bare, module=sqlite3, creator=creator, hide_parameters=True
        )
        event.listen(engine, "begin", partial(_begin_sqlite, timeout))
        event.listen(engine, "connect", partial(_note_file, path))
        event.listen(engine, "checkout", partial(_same_file, path))
        return engine
    milliseconds = int(timeout * 1000)
    return sqlalchemy.create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=timeout,
        connect_args={
            "connect_timeout": max(1, int(timeout)),
            "options": f"-c lock_timeout={milliseconds} -c client_encoding=UTF8",
        },
    )


def _sqlite_connector(
    path: Path, mode: str, timeout: float
) -> Callable[[], sqlite3.Connection]:
    """Never make an empty file by connecting: an empty database hides a lost one."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        raise ConfigurationError(
            f"SQLite {sqlite3.sqlite_version} can lose a commit: install pysqlite3 "
            f"with {'.'.join(map(str, SAFE_SQLITE))} or later, or use PostgreSQL"
        )
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        # Reading and writing do not wait for each other, and a commit is one sync.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    return connect


def _note_file(path: Path, _: Any, record: Any) -> None:
    record.info["file"] = _file(path)


def _same_file(path: Path, _: Any, record: Any, __: Any) -> None:
    """Never write into a file that was moved or deleted: with a WAL, SQLite would."""
    if record.info["file"] != _file(path):
        raise DisconnectionError


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _begin_sqlite(timeout: float, connection: Connection) -> None:
    """Take the write lock first: a read lock that turns into one can deadlock."""
    options: Any = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting pauses longer and longer, and a process that comes back at
    # once takes the lock before it each time.
    bare: Any = connection.connection.dbapi_connection
    bare.execute("PRAGMA busy_timeout=0")
    try:
        if not _got_turn(bare, time.monotonic() + timeout):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # It says what is wrong.
    finally:
        bare.execute(f"PRAGMA busy_timeout={int(timeout * 1000)}")


def _got_turn(bare: Any, deadline: float) -> bool:
    """Begin to write, if that is possible before the time is over."""
    while time.monotonic() < deadline:
        try:
            bare.execute("BEGIN IMMEDIATE")
            return True
        except sqlite3.OperationalError as error:
            # Why it is busy is in the higher bits.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
        time.sleep(_TURN_SECONDS)
    return False
