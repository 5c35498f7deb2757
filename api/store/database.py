"""One way to read and one to write, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event, update
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ConfigurationError, DatabaseUnavailable, NotPrepared
from api.store import tables

UPGRADE = "python -m flask --app api db upgrade"


class Database:
    """Connections to the database at `url`; makes none before the first use."""

    def __init__(self, url: str, timeout: float, create: bool = False) -> None:
        """`create`: let SQLite make the file when it is missing."""
        self._url = _parse(url)
        self._engine = _engine(self._url, timeout, create)
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
        writer = self._engine.execution_options(writes=True)
        with self._guarded(), writer.begin() as connection:
            yield connection

    def require_schema(self) -> None:
        """Raise NotPrepared unless the schema is the one of this code."""
        if self._at_head:
            return
        found = self.revision()
        if found != tables.HEAD:
            raise NotPrepared(
                f"the database schema is at {found or 'no revision'}, expected "
                f"{tables.HEAD}: run {UPGRADE}"
            )
        self._at_head = True

    def revision(self) -> str | None:
        """The migration this database is at, None before the first."""
        with self.read() as connection:
            if not sqlalchemy.inspect(connection).has_table("alembic_version"):
                return None
            query = sqlalchemy.text("SELECT version_num FROM alembic_version")
            found = connection.execute(query).scalar()
        return None if found is None else str(found)

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
        creator = _sqlite_connector(url, timeout, create)
        bare = url.set(query={})
        engine = sqlalchemy.create_engine(bare, creator=creator, hide_parameters=True)
        event.listen(engine, "begin", _begin_sqlite)
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
    url: URL, timeout: float, create: bool
) -> Callable[[], sqlite3.Connection]:
    """Never make an empty file by connecting: an empty database hides a lost one."""
    path = Path(str(url.database))
    mode = "rwc" if create else str(url.query.get("mode", "rw"))
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            uri=True,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        # A rollback journal: the WAL of SQLite before 3.51.3 can lose a commit. Of
        # its kinds, TRUNCATE is the one that synchronous=FULL makes survive a power
        # cut: deleting the journal would need a sync of the folder as well.
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    return connect


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock first: a read lock that turns into one can deadlock."""
    options: Any = connection.get_execution_options()
    immediate = " IMMEDIATE" if options.get("writes") else ""
    connection.exec_driver_sql(f"BEGIN{immediate}")
