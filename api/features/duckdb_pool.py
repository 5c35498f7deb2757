"""DuckDB connections with statements prepared, lent to one thread at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from queue import Empty, LifoQueue
from threading import BoundedSemaphore

import duckdb

from api.errors import BundleError, FeatureError
from api.features.columns import Row
from api.json_encoding import encode

Typed = Sequence[tuple[str, str]]  # columns by name and DuckDB type


def connect() -> duckdb.DuckDBPyConnection:
    """To a database in memory, on the caller's thread, that reaches nothing outside.

    A process has one, as each takes megabytes before anything is in it: what is made
    must be temporary, which is the connection's own.
    """
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        ":memory:", config={"threads": 1, "enable_external_access": False}
    )


class Pool:
    """Connections that `prepare` made ready, as many as are used at the same time."""

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
        connection = connect()
        # The optimizer runs again at every EXECUTE, for ten times as long as the
        # plan it finds for a few rows; and a plan prepared on empty tables may keep
        # what their statistics said (duckdb/duckdb#24696).
        connection.execute("PRAGMA disable_optimizer")
        self._prepare(connection)
        return connection


def declare(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Typed]) -> None:
    """Tables without rows, which `give` gives them.

    They are read out of JSON: for a few rows of many columns that takes less than half
    the time of arrays, or of copying into columns.
    """
    documents = ", ".join(f'"{name}" VARCHAR' for name in tables)
    connection.execute(f"CREATE TEMP TABLE given ({documents})")
    for name, columns in tables.items():
        shape = json.dumps([dict(columns)]).replace("'", "''")
        rows = f"""unnest(from_json("{name}", '{shape}'), max_depth := 2)"""
        connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT {rows} FROM given')


def give(
    connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Sequence[Row]]
) -> None:
    """Give declared tables their rows, once; what a row does not have is missing."""
    names = ", ".join(f'"{name}"' for name in rows)
    places = ", ".join("?" for _ in rows)
    documents = [encode(of_one).decode() for of_one in rows.values()]
    connection.execute(f"INSERT INTO given ({names}) VALUES ({places})", documents)


def described(connection: duckdb.DuckDBPyConnection, sql: str) -> Typed:
    """What the statement answers."""
    rows = connection.execute(f"DESCRIBE {sql}").fetchall()
    return [(name, kind) for name, kind, *_ in rows]


def check_answer(file: str, expected: Typed, actual: Typed) -> None:
    """Raises BundleError unless they are the same."""
    for at, (wanted, answered) in enumerate(zip(expected, actual, strict=False)):
        if wanted != answered:
            raise BundleError(
                f"{file}: column {at} is {' '.join(answered)}, "
                f"expected {' '.join(wanted)}"
            )
    if len(expected) != len(actual):
        raise BundleError(
            f"{file}: answers {len(actual)} columns, expected {len(expected)}"
        )


def reason(error: duckdb.Error | FeatureError) -> str:
    if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
        return "the values are too large, or too small, to compute with"
    return str(error).splitlines()[0]
