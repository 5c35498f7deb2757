"""The history of new applicants, through the SQL that training compiled.

`history.sql` has a statement per table of records; an older bundle has one for all.
A statement whose tables hold no record is not run: its answer is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from threading import BoundedSemaphore

import duckdb
import numpy as np

from api.bundle.manifest import Manifest
from api.errors import BundleError, FeatureError
from api.features.columns import (
    Matrix,
    Row,
    fill,
    numbered,
    place,
    typed,
    typed_key,
)
from api.features.duckdb_pool import (
    Pool,
    check_answer,
    connect,
    declare,
    described,
    give,
    reason,
)
from api.schemas.layout import APPLICATION

FILE = "history.sql"


@dataclass(frozen=True)
class Statement:
    """Which tables it reads, and where the columns that it answers belong."""

    name: str
    sql: str
    tables: Set[str]
    places: range


class OnlineHistory:
    """The history columns of the manifest, from records of any of its tables."""

    def __init__(self, sql: str, manifest: Manifest, permits: BoundedSemaphore) -> None:
        """Raises BundleError when the SQL does not answer what the manifest says."""
        self._manifest = manifest
        with connect() as connection:
            try:
                self._declare_tables(connection)
                self._statements = tuple(_statements(connection, sql, manifest))
            except duckdb.Error as error:
                raise BundleError(f"{FILE}: {reason(error)}") from error
        self._pool = Pool(self._prepare, permits)
        self._without_records = np.zeros((1, len(manifest.history)), dtype=np.float32)
        try:
            with self._pool.transaction() as connection:
                self._run(connection, self._statements, {}, self._without_records)
        except FeatureError as error:
            raise BundleError(f"{FILE}: {error}") from error

    def compute(self, records: Sequence[Mapping[str, Sequence[Row]]]) -> Matrix:
        """Shape (applicants, history columns), NaN is missing; raises FeatureError."""
        together = numbered(self._manifest.tables, list(enumerate(records)))
        tables = {name: rows for name, rows in together.items() if rows}
        history = np.tile(self._without_records, (len(records), 1))
        statements = [s for s in self._statements if not s.tables.isdisjoint(tables)]
        if statements:
            with self._pool.transaction() as connection:
                self._run(connection, statements, tables, history)
        return history

    def _run(
        self,
        connection: duckdb.DuckDBPyConnection,
        statements: Sequence[Statement],
        tables: Mapping[str, Sequence[Row]],
        history: Matrix,
    ) -> None:
        """Write the answers over the history; an applicant's key is its place."""
        key, kind = self._manifest.client_key, self._manifest.key_type
        applicants = [{key: place(kind, at)} for at in range(len(history))]
        give(connection, {**tables, APPLICATION: applicants})
        for statement in statements:
            rows = connection.execute(f"EXECUTE {statement.name}").fetchall()
            fill(history, rows, statement.places, [None] * len(statement.places))

    def _prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._declare_tables(connection)
        for statement in self._statements:
            connection.execute(f"PREPARE {statement.name} AS {statement.sql}")

    def _declare_tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Of the application, the history takes but which applicants there are."""
        tables = {name: typed(t.columns) for name, t in self._manifest.tables.items()}
        declare(connection, {**tables, APPLICATION: [typed_key(self._manifest)]})


def _statements(
    connection: duckdb.DuckDBPyConnection, text: str, manifest: Manifest
) -> Iterator[Statement]:
    """Those of the file, which one after the other answer the manifest's columns."""
    begin = 0
    for number, query in enumerate(connection.extract_statements(text)):
        sql = query.query.strip().rstrip(";")
        if query.type != duckdb.StatementType.SELECT:
            raise BundleError(f"{FILE}: expected SELECTs alone, found {query.type}")
        # By their names anywhere in the text: perhaps too many, never too few.
        tables = {name for name in manifest.tables if name.lower() in sql.lower()}
        answered = described(connection, sql)
        end = begin + len(answered) - 1
        names = [(name, "FLOAT") for name in manifest.history[begin:end]]
        check_answer(FILE, [typed_key(manifest), *names], answered)
        yield Statement(f"history_{number}", sql, tables, range(begin, end))
        begin = end
    if begin != len(manifest.history):
        raise BundleError(
            f"{FILE}: answers {begin} columns of the history, "
            f"expected {len(manifest.history)}"
        )
