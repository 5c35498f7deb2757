"""In-memory DuckDB databases with statements prepared, lent to one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from threading import BoundedSemaphore

import duckdb

from api.errors import FeatureError


class Pool:
    """Databases that `prepare` made ready, as many as are used at the same time."""

    def __init__(
        self,
        prepare: Callable[[duckdb.DuckDBPyConnection], None],
        permits: BoundedSemaphore,
    ) -> None:
        """Makes the first at once, so that a bad statement shows; `permits` bound how
        many are used in all pools that share them.
        """
        self._prepare = prepare
        self._permits = permits
        self._idle: LifoQueue[duckdb.DuckDBPyConnection] = LifoQueue()
        self._idle.put(self._connect())

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lends one; all is rolled back, so that it never keeps a person's data.

        Raises FeatureError for what goes wrong in DuckDB.
        """
        with self._permits:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._connect()
            try:
                connection.begin()
                yield connection
            except duckdb.Error as error:
                raise FeatureError(reason(error)) from error
            finally:
                connection.rollback()
                self._idle.put(connection)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            ":memory:", config={"threads": 1, "enable_external_access": False}
        )
        # The optimizer runs again at every EXECUTE, for ten times as long as the
        # plan it finds for a few rows; and a plan prepared on empty tables may keep
        # what their statistics said (duckdb/duckdb#24696).
        connection.execute("PRAGMA disable_optimizer")
        self._prepare(connection)
        return connection


def reason(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
