"""Features of applicants, through the SQL that training compiled.

Both statements are prepared once per connection and run over every applicant of a
request together. All is done in a transaction that is rolled back, so a connection
never keeps a person's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from api.bundle import Bundle
from api.errors import BundleError, FeatureError
from api.frames import TYPES, Matrix, Row, columns_of, numbered
from api.manifest import Feature, Manifest

CLIENT = "SK_ID_CURR"


@dataclass(frozen=True)
class Applicant:
    """A raw application with either its history vector or its history records."""

    application: Row
    history: NDArray[np.float32] | None
    records: Mapping[str, Sequence[Row]]


class OnlineFeatures:
    """Computes features in in-memory DuckDB databases, at most `limit` at once."""

    def __init__(self, bundle: Bundle, limit: int) -> None:
        """Raises BundleError when the SQL does not answer what the manifest says."""
        self._manifest = bundle.manifest
        self._sql = {n: _statement(bundle, n) for n in ("history", "applicant")}
        self._codes = [_codes(feature) for feature in bundle.manifest.features]
        self._idle: LifoQueue[duckdb.DuckDBPyConnection] = LifoQueue()
        self._permits = BoundedSemaphore(max(1, limit))
        self._idle.put(self._connect())

    def compute(self, applicants: Sequence[Applicant]) -> Matrix:
        """Shape (applicants, features), NaN is missing; raises FeatureError."""
        with self._borrowed() as connection:
            connection.begin()
            try:
                rows = self._run(connection, applicants)
            except duckdb.Error as error:
                raise FeatureError(_reason(error)) from error
            finally:
                connection.rollback()
        return self._matrix(rows, len(applicants))

    def _run(
        self, connection: duckdb.DuckDBPyConnection, applicants: Sequence[Applicant]
    ) -> list[tuple[Any, ...]]:
        """Each applicant gets its place as SK_ID_CURR, so that none can mix."""
        places = list(enumerate(applicants))
        fresh = [(at, one) for at, one in places if one.history is None]
        known = [(at, one) for at, one in places if one.history is not None]
        if fresh:
            self._insert_applications(connection, fresh)
            self._insert_records(connection, fresh)
            connection.execute("EXECUTE history")
        if known:
            self._insert_applications(connection, known)
            self._insert_histories(connection, known)
        return connection.execute("EXECUTE applicant").fetchall()

    def _insert_applications(
        self,
        connection: duckdb.DuckDBPyConnection,
        applicants: Sequence[tuple[int, Applicant]],
    ) -> None:
        rows = [{**one.application, CLIENT: at} for at, one in applicants]
        table = self._manifest.tables["application"]
        _insert(connection, "application", columns_of(table, rows))

    def _insert_records(
        self,
        connection: duckdb.DuckDBPyConnection,
        applicants: Sequence[tuple[int, Applicant]],
    ) -> None:
        together = numbered([(at, one.records) for at, one in applicants])
        for name, rows in together.items():
            if rows:
                columns = columns_of(self._manifest.tables[name], rows)
                _insert(connection, name, columns)

    def _insert_histories(
        self,
        connection: duckdb.DuckDBPyConnection,
        applicants: Sequence[tuple[int, Applicant]],
    ) -> None:
        matrix = np.array([one.history for _, one in applicants], dtype=np.float32)
        columns = {CLIENT: np.array([at for at, _ in applicants], dtype=np.int64)}
        named = zip(self._manifest.history, np.ascontiguousarray(matrix.T), strict=True)
        _insert(connection, "history", columns | dict(named))

    def _matrix(self, rows: Sequence[tuple[Any, ...]], count: int) -> Matrix:
        matrix = np.full((count, len(self._codes)), np.nan, dtype=np.float32)
        if sorted(row[0] for row in rows) != list(range(count)):
            raise FeatureError("the feature SQL did not answer one row per applicant")
        for at, *values in rows:
            matrix[at] = [
                value if codes is None else codes.get(value, np.nan)
                for value, codes in zip(values, self._codes, strict=True)
            ]
        self._refuse_infinite(matrix)
        return matrix

    def _refuse_infinite(self, matrix: Matrix) -> None:
        infinite = np.isinf(matrix).any(axis=0)
        if infinite.any():
            name = self._manifest.features[int(infinite.argmax())].name
            raise FeatureError(f"the values make feature {name} infinite")

    @contextmanager
    def _borrowed(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._permits:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._connect()
            try:
                yield connection
            finally:
                self._idle.put(connection)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            ":memory:", config={"threads": 1, "enable_external_access": False}
        )
        for statement in _definitions(self._manifest):
            connection.execute(statement)
        # The optimizer runs again at every EXECUTE, for ten times as long as the
        # plan it finds for a few rows; and a plan prepared on empty tables may keep
        # what their statistics said (duckdb/duckdb#24696).
        connection.execute("PRAGMA disable_optimizer")
        _check_answers(connection, self._sql, self._manifest)
        into = f"INSERT INTO history BY NAME ({self._sql['history']})"
        connection.execute(f"PREPARE history AS {into}")
        connection.execute(f"PREPARE applicant AS {self._sql['applicant']}")
        return connection


def _statement(bundle: Bundle, name: str) -> str:
    return bundle.text(f"{name}.sql").strip().rstrip(";")


def _codes(feature: Feature) -> dict[str, float] | None:
    """The model's number for each category."""
    if feature.categories is None:
        return None
    return {text: float(code) for code, text in enumerate(feature.categories)}


def _definitions(manifest: Manifest) -> Iterator[str]:
    for name, table in manifest.tables.items():
        columns = ", ".join(f'"{c.name}" {TYPES[c.type]}' for c in table.columns)
        yield f'CREATE TABLE "{name}" ({columns})'
    features = "".join(f', "{name}" FLOAT' for name in manifest.history)
    yield f"CREATE TABLE history ({CLIENT} BIGINT{features})"


def _check_answers(
    connection: duckdb.DuckDBPyConnection, sql: Mapping[str, str], manifest: Manifest
) -> None:
    kinds = {"float32": "FLOAT", "category": "VARCHAR"}
    history = [(name, "FLOAT") for name in manifest.history]
    features = [(f.name, kinds[f.dtype]) for f in manifest.features]
    for name, expected in (("history", history), ("applicant", features)):
        try:
            described = connection.execute(f"DESCRIBE {sql[name]}").fetchall()
        except duckdb.Error as error:
            raise BundleError(f"{name}.sql: {_reason(error)}") from error
        found = [(row[0], row[1]) for row in described]
        _same(f"{name}.sql", [(CLIENT, "BIGINT"), *expected], found)


def _same(
    file: str, expected: list[tuple[str, str]], found: list[tuple[str, str]]
) -> None:
    for at, (wanted, answered) in enumerate(zip(expected, found, strict=False)):
        if wanted != answered:
            raise BundleError(
                f"{file}: column {at} is {' '.join(answered)}, "
                f"expected {' '.join(wanted)}"
            )
    if len(expected) != len(found):
        raise BundleError(
            f"{file}: answers {len(found)} columns, expected {len(expected)}"
        )


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Any]
) -> None:
    connection.register("incoming", columns)
    connection.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM incoming')
    connection.unregister("incoming")


def _reason(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
