"""One way to read and one to write, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, update
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ConfigurationError, DatabaseUnavailable
from api.store import revisions, tables
from api.store.concurrency_limit import ConcurrencyLimit
from api.store.events.kept import Dictionaries
from api.store.revisions import UPGRADE

if TYPE_CHECKING:
    from api.store import sqlite

_URL = "database URL (by default SCORING_DATABASE_URL)"


class Database:
    """Connections to the database at `url`; makes none before the first use."""

    def __init__(
        self,
        url: str,
        timeout: float,
        threads: int = 1,
        create: bool = False,
        patient: bool = False,
        waited: Callable[[float], None] = lambda _: None,
    ) -> None:
        """`timeout`: seconds to wait for a connection, a lock or a statement.

        `threads`: how many use it; one fewer, but one at least, does so at a time.
        `create`: let SQLite make the file when it is missing.
        `patient`: a statement may take as long as it does.
        `waited`: told how many seconds each waited until it could use it.
        """
        self._url = parse(url)
        self._held: sqlite.HeldFile | None = None
        # What it is, in words.
        self.kind = "PostgreSQL"
        self._engine = self._make_engine(timeout, threads, create, patient)
        self._writer = self._engine.execution_options(writes=True)
        self._limit = ConcurrencyLimit(max(1, threads - 1), waited)
        self._at_head = False
        self.dictionaries = Dictionaries(self.read)

    def slot(self) -> AbstractContextManager[None]:
        """A slot among those who may wait for it, for more than one transaction.

        Raises DatabaseUnavailable.
        """
        return self._limit.slot()

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
            self._require_same_file()

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
        row = tables.active_policy
        with self.write() as connection:
            connection.execute(update(row).values(slot=row.c.slot))
            connection.rollback()

    def leave_no_trace(self) -> bool:
        """After an erasure: no copy of it stays in SQLite's log.

        False where others read it just now: it goes when their log is written anew.
        PostgreSQL's own log and free space are its administrator's.
        """
        if self._held is None:
            return True
        from api.store import sqlite

        with self._guarded():
            return sqlite.empty_log(self._engine)

    def close(self) -> None:
        """Close every connection that is idle."""
        self._engine.dispose()
        if self._held is not None:
            self._held.release()

    def _make_engine(
        self, timeout: float, threads: int, create: bool, patient: bool
    ) -> Engine:
        # Each needs what who has the other may do without.
        if self._url.drivername == "sqlite":
            from api.store import sqlite

            engine, self._held, self.kind = sqlite.make_engine(
                self._url, timeout, threads, create
            )
            return engine
        from api.store import postgresql

        return postgresql.make_engine(self._url, timeout, threads, patient)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """What was read or written in a file that was replaced meanwhile is nothing."""
        with self.slot():
            self._require_same_file()
            try:
                yield
            except IntegrityError:
                raise
            except (DBAPIError, PoolTimeout) as error:
                raise self._unavailable(error) from error
            self._require_same_file()

    def _require_same_file(self) -> None:
        if self._held is not None:
            self._held.require()

    def _unavailable(self, error: Exception) -> DatabaseUnavailable:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(cause).splitlines() or [type(cause).__name__])[0]
        hint = f" (a new one: {UPGRADE})" if _missing(reason) else ""
        return DatabaseUnavailable(f"database {_told(self._url)}: {reason}{hint}")


def _missing(reason: str) -> bool:
    return "unable to open" in reason or "no such table" in reason


def _told(url: URL) -> str:
    """Which database it is; user, password and options may be secrets, so not those."""
    return f"{url.database} at {url.host}" if url.host else f"{url.database}"


def parse(url: str) -> URL:
    """The parts of a database URL; raises ConfigurationError, and tells none of it."""
    try:
        parsed = sqlalchemy.make_url(url)
    except (ArgumentError, ValueError):
        # Its cause would quote a part of it.
        raise ConfigurationError(f"{_URL}: it is none") from None
    # As hosts write it, too.
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigurationError(
            f"{_URL}: expected sqlite:///… or postgresql://…, found {parsed.drivername}"
        )
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError(f"{_URL}: SQLite needs a file")
    return parsed
