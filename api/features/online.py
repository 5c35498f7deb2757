"""Features of applicants, through the SQL that training compiled.

Every applicant of a request is computed together. A new applicant takes both
statements whole; a change to a known client's application takes only the part of the
applicant SQL that the changed columns reach, and its other features stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import BoundedSemaphore
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.bundle.read import Bundle
from api.errors import BundleError, FeatureError
from api.features.columns import TYPES, Matrix, Row, columns_of, numbered
from api.features.duckdb_pool import Pool, reason
from api.features.partial_sql import FeatureLineage, Part
from api.schemas.model import Column, Feature

KEPT_PARTS = 32


@dataclass(frozen=True)
class Applicant:
    """A raw application with its history records."""

    application: Row
    records: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Revision:
    """A known client's application, changed; `features` are those of before."""

    application: Row
    history: NDArray[np.float32]
    features: NDArray[np.float32]
    changed: frozenset[str]


class OnlineFeatures:
    """Computes features in in-memory DuckDB databases, at most `limit` at once."""

    def __init__(self, bundle: Bundle, limit: int) -> None:
        """Raises BundleError when the SQL does not answer what the manifest says."""
        self._manifest = manifest = bundle.manifest
        self._key = manifest.client_key
        self._sql = {n: _statement(bundle, n) for n in ("history", "applicant")}
        self._codes = [_codes(feature) for feature in manifest.features]
        self._places = {f.name: at for at, f in enumerate(manifest.features)}
        self._permits = BoundedSemaphore(max(1, limit))
        self._whole = Pool(self._prepare_whole, self._permits)
        self._reduction = FeatureLineage(self._sql["applicant"], manifest)
        # Making one takes a tenth of a second: keep those of the usual questions.
        self._part_for = lru_cache(KEPT_PARTS)(self._make_part)
        columns = manifest.tables["application"].columns
        self._levers = frozenset(column.name for column in columns if column.term)
        self._part_for(self._levers)

    def compute(self, applicants: Sequence[Applicant]) -> Matrix:
        """Shape (applicants, features), NaN is missing; raises FeatureError."""
        with self._whole.transaction() as connection:
            rows = self._run(connection, applicants)
        matrix = np.full((len(applicants), len(self._codes)), np.nan, dtype=np.float32)
        self._fill(matrix, rows, range(len(self._codes)))
        return matrix

    def revise(self, revisions: Sequence[Revision]) -> Matrix:
        """Like `compute`, but only what the changed columns reach; the same numbers."""
        changed = frozenset[str]().union(*(revision.changed for revision in revisions))
        reach = self._levers if changed <= self._levers else changed
        part, pool = self._part_for(reach)
        matrix = np.array(
            [revision.features for revision in revisions], dtype=np.float32
        )
        if not part.features:
            return matrix
        with pool.transaction() as connection:
            self._insert_part(connection, part, revisions)
            rows = connection.execute("EXECUTE applicant").fetchall()
        self._fill(matrix, rows, [self._places[name] for name in part.features])
        return matrix

    def _run(
        self, connection: duckdb.DuckDBPyConnection, applicants: Sequence[Applicant]
    ) -> list[tuple[Any, ...]]:
        """Compute all in one run; an applicant's number there is its index."""
        rows = [
            {**applicant.application, self._key: at}
            for at, applicant in enumerate(applicants)
        ]
        columns = self._manifest.tables["application"].columns
        _insert(connection, "application", columns_of(columns, rows))
        together = numbered(
            self._manifest.tables,
            [(at, applicant.records) for at, applicant in enumerate(applicants)],
        )
        for name, records in together.items():
            if records:
                columns = self._manifest.tables[name].columns
                _insert(connection, name, columns_of(columns, records))
        connection.execute("EXECUTE history")
        return connection.execute("EXECUTE applicant").fetchall()

    def _insert_part(
        self,
        connection: duckdb.DuckDBPyConnection,
        part: Part,
        revisions: Sequence[Revision],
    ) -> None:
        rows = [
            {**revision.application, self._key: at}
            for at, revision in enumerate(revisions)
        ]
        _insert(connection, "application", columns_of(part.application, rows))
        places = [self._manifest.history.index(name) for name in part.history]
        matrix = np.array(
            [revision.history[places] for revision in revisions], dtype=np.float32
        )
        columns = {self._key: np.arange(len(revisions))}
        named = zip(part.history, np.ascontiguousarray(matrix.T), strict=True)
        _insert(connection, "history", columns | dict(named))

    def _fill(
        self, matrix: Matrix, rows: Sequence[tuple[Any, ...]], places: Sequence[int]
    ) -> None:
        """Write answered rows over these places of the matrix."""
        if sorted(row[0] for row in rows) != list(range(len(matrix))):
            raise FeatureError("the feature SQL did not answer one row per applicant")
        for at, *values in rows:
            matrix[at, places] = [
                value if codes is None else codes.get(value, np.nan)
                for value, codes in zip(
                    values, [self._codes[p] for p in places], strict=True
                )
            ]
        self._refuse_infinite(matrix)

    def _refuse_infinite(self, matrix: Matrix) -> None:
        infinite = np.isinf(matrix).any(axis=0)
        if infinite.any():
            name = self._manifest.features[int(infinite.argmax())].name
            raise FeatureError(f"the values make feature {name} infinite")

    def _make_part(self, changed: frozenset[str]) -> tuple[Part, Pool]:
        part = self._reduction.part(changed)
        return part, Pool(partial(_prepare_part, part), self._permits)

    def _prepare_whole(self, connection: duckdb.DuckDBPyConnection) -> None:
        for name, table in self._manifest.tables.items():
            _create(connection, name, table.columns)
        _create_history(connection, self._key, self._manifest.history)
        _check_answers(connection, self._sql, self._manifest)
        into = f"INSERT INTO history BY NAME ({self._sql['history']})"
        connection.execute(f"PREPARE history AS {into}")
        connection.execute(f"PREPARE applicant AS {self._sql['applicant']}")


def _prepare_part(part: Part, connection: duckdb.DuckDBPyConnection) -> None:
    _create(connection, "application", part.application)
    _create_history(connection, part.key, part.history)
    connection.execute(f"PREPARE applicant AS {part.sql}")


def _statement(bundle: Bundle, name: str) -> str:
    return bundle.text(f"{name}.sql").strip().rstrip(";")


def _codes(feature: Feature) -> dict[str, float] | None:
    """The model's number for each category."""
    if feature.categories is None:
        return None
    return {text: float(code) for code, text in enumerate(feature.categories)}


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[Column]
) -> None:
    typed = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in columns)
    connection.execute(f'CREATE TABLE "{name}" ({typed})')


def _create_history(
    connection: duckdb.DuckDBPyConnection, key: str, names: Sequence[str]
) -> None:
    typed = "".join(f', "{name}" FLOAT' for name in names)
    connection.execute(f'CREATE TABLE history ("{key}" BIGINT{typed})')


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
            raise BundleError(f"{name}.sql: {reason(error)}") from error
        actual = [(row[0], row[1]) for row in described]
        _same(f"{name}.sql", [(manifest.client_key, "BIGINT"), *expected], actual)


def _same(
    file: str, expected: list[tuple[str, str]], actual: list[tuple[str, str]]
) -> None:
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


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Any]
) -> None:
    connection.register("incoming", columns)
    connection.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM incoming')
    connection.unregister("incoming")
