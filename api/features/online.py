"""Features of applicants, through the SQL that training compiled.

Every applicant of a request is computed together, and only a part of the applicant SQL
is run: for a new applicant all but the features that repeat a column of the history,
for a change to a known client's application what the changed columns reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from threading import BoundedSemaphore

import duckdb
import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.bundle.read import Bundle
from api.errors import BundleError, FeatureError
from api.features.columns import (
    Codes,
    Matrix,
    Row,
    fill,
    place,
    typed,
    typed_key,
)
from api.features.duckdb_pool import (
    Pool,
    Typed,
    check_answer,
    connect,
    declare,
    described,
    give,
    reason,
)
from api.features.history_sql import OnlineHistory
from api.features.partial_sql import FeatureLineage, Part
from api.schemas.layout import APPLICATION, LOAN
from api.schemas.model import Column, Feature

FILE = "applicant.sql"
KEPT_PARTS = 32
# More changed columns than any usual question has: no part is made for them.
MANY = 8


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
    """Computes features by DuckDB, in memory, at most `limit` at once."""

    def __init__(self, bundle: Bundle, limit: int) -> None:
        """Raises BundleError when the SQL does not answer what the manifest says."""
        try:
            self._read(bundle, limit)
            # Of an applicant of whom nothing is known.
            self.compute([Applicant({}, {})])
        except (duckdb.Error, FeatureError) as error:
            raise BundleError(f"{FILE}: {reason(error)}") from error

    def _read(self, bundle: Bundle, limit: int) -> None:
        self._manifest = manifest = bundle.manifest
        self._key = manifest.client_key
        columns = manifest.tables[APPLICATION].columns
        seen = {column.name: column.categories for column in columns}
        self._codes = [_codes(one, seen.get(one.name)) for one in manifest.features]
        self._places = {f.name: at for at, f in enumerate(manifest.features)}
        self._permits = BoundedSemaphore(max(1, limit))
        self._history = OnlineHistory(
            bundle.text("history.sql"), manifest, self._permits
        )
        sql = bundle.text(FILE).strip().rstrip(";")
        _check(sql, manifest)
        self._lineage = FeatureLineage(sql, manifest)
        copies = self._lineage.copies
        self._copied = [self._places[name] for name in copies]
        self._copied_from = [manifest.history.index(name) for name in copies]
        self._whole = self._prepared(n for n in self._places if n not in copies)
        # Making one takes a tenth of a second: keep those of the usual questions.
        self._part_for = lru_cache(KEPT_PARTS)(self._make_part)
        self._loan = frozenset(column.name for column in columns if column.role in LOAN)
        self._part_for(self._loan)

    def compute(self, applicants: Sequence[Applicant]) -> Matrix:
        """Shape (applicants, features), NaN is missing; raises FeatureError."""
        return self.both(applicants)[1]

    def both(self, applicants: Sequence[Applicant]) -> tuple[Matrix, Matrix]:
        """What is made of the history beside that, in the manifest's order."""
        history = self._history.compute([one.records for one in applicants])
        matrix = np.full((len(applicants), len(self._codes)), np.nan, dtype=np.float32)
        matrix[:, self._copied] = history[:, self._copied_from]
        applications = [one.application for one in applicants]
        return history, self._completed(matrix, self._whole, applications, history)

    def revise(self, revisions: Sequence[Revision]) -> Matrix:
        """Like `compute`, but only what the changed columns reach; the same numbers."""
        changed = frozenset[str]().union(*(revision.changed for revision in revisions))
        reach = self._loan if changed <= self._loan else changed
        prepared = self._whole if len(reach) > MANY else self._part_for(reach)
        matrix = np.array([one.features for one in revisions], dtype=np.float32)
        history = np.array([one.history for one in revisions], dtype=np.float32)
        applications = [one.application for one in revisions]
        return self._completed(matrix, prepared, applications, history)

    def _completed(
        self,
        matrix: Matrix,
        prepared: tuple[Part, Pool],
        applications: Sequence[Row],
        history: Matrix,
    ) -> Matrix:
        """Write the part's features over those that are known already."""
        part, pool = prepared
        if part.features:
            with pool.transaction() as connection:
                self._give(connection, part, applications, history)
                rows = connection.execute("EXECUTE applicant").fetchall()
            places = [self._places[name] for name in part.features]
            fill(matrix, rows, places, [self._codes[place] for place in places])
        _refuse_infinite(matrix, [*self._places])
        return matrix

    def _give(
        self,
        connection: duckdb.DuckDBPyConnection,
        part: Part,
        applications: Sequence[Row],
        history: Matrix,
    ) -> None:
        """In one run together; an applicant's key there is its place."""
        kind, key = self._manifest.key_type, self._key
        places = [self._manifest.history.index(name) for name in part.history]
        past = history[:, places]
        _refuse_infinite(past, part.history)
        rows = {
            APPLICATION: [
                {**row, key: place(kind, at)} for at, row in enumerate(applications)
            ],
            "history": [
                {key: place(kind, at), **dict(zip(part.history, values, strict=True))}
                for at, values in enumerate(past.tolist())
            ],
        }
        give(connection, rows)

    def _make_part(self, changed: frozenset[str]) -> tuple[Part, Pool]:
        return self._prepared(self._lineage.reached(changed))

    def _prepared(self, features: Iterable[str]) -> tuple[Part, Pool]:
        part = self._lineage.part(tuple(features))
        return part, Pool(partial(_prepare, part), self._permits)


def _prepare(part: Part, connection: duckdb.DuckDBPyConnection) -> None:
    declare(connection, _tables(part.key, part.application, part.history))
    connection.execute(f"PREPARE applicant AS {part.sql}")


def _codes(feature: Feature, seen: Sequence[str] | None) -> Codes:
    """Of the categories that training saw: the others are missing to the model."""
    if feature.categories is None:
        return None
    return {
        text: float(code)
        for code, text in enumerate(feature.categories)
        if seen is None or text in seen
    }


def _tables(
    key: tuple[str, str], application: Sequence[Column], history: Iterable[str]
) -> dict[str, Typed]:
    past = [key, *((name, "FLOAT") for name in history)]
    return {APPLICATION: typed(application), "history": past}


def _refuse_infinite(values: Matrix, names: Sequence[str]) -> None:
    infinite = np.isinf(values).any(axis=0)
    if infinite.any():
        name = names[int(infinite.argmax())]
        raise FeatureError(f"the values make feature {name} infinite")


def _check(sql: str, manifest: Manifest) -> None:
    kinds = {"float32": "FLOAT", "category": "VARCHAR"}
    features = [(f.name, kinds[f.dtype]) for f in manifest.features]
    with connect() as connection:
        application = manifest.tables[APPLICATION].columns
        declare(connection, _tables(typed_key(manifest), application, manifest.history))
        answered = described(connection, sql)
    check_answer(FILE, [typed_key(manifest), *features], answered)
