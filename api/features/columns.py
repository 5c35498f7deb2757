"""Rows of raw tables for DuckDB, and what it answers as matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.manifest import Manifest
from api.errors import FeatureError
from api.schemas.layout import CLIENT, RECORD
from api.schemas.model import Column, Table

# The DuckDB type of each raw column type.
TYPES = {"integer": "BIGINT", "number": "DOUBLE", "category": "VARCHAR"}
Row = Mapping[str, Any]
# Feature vectors, one row each; NaN is missing.
Matrix = NDArray[np.float32]
# The model's number for each category of a column; None: its values are numbers.
Codes = Mapping[str, float] | None


def typed(columns: Sequence[Column]) -> list[tuple[str, str]]:
    return [(column.name, TYPES[column.type]) for column in columns]


def typed_key(manifest: Manifest) -> tuple[str, str]:
    """The client's key, as the application and what is computed have it."""
    return manifest.client_key, TYPES[manifest.key_type]


def place(kind: str, at: int) -> int | str:
    """What stands for an applicant's key of this type in a run: which one it is."""
    return str(at) if kind == "category" else at


def fill(
    matrix: Matrix,
    rows: Sequence[tuple[Any, ...]],
    places: Sequence[int],
    codes: Sequence[Codes],
) -> None:
    """Write answered rows, each after its applicant's place, over these columns."""
    if sorted(str(row[0]) for row in rows) != sorted(map(str, range(len(matrix)))):
        raise FeatureError("the feature SQL did not answer one row per applicant")
    coded = [(number, of) for number, of in enumerate(codes) if of is not None]
    for at, *values in rows:
        for number, of in coded:
            values[number] = of.get(values[number], np.nan)
        matrix[int(at), places] = values


def numbered(
    tables: Mapping[str, Table],
    applicants: Sequence[tuple[int, Mapping[str, Sequence[Row]]]],
) -> dict[str, list[Row]]:
    """The records of all applicants by table, renumbered so that none share an id.

    The client's key becomes the applicant's place. The numbers of records are numbered
    anew over all applicants, keeping their order inside each and the links between
    tables: the same number of a credit of one applicant stays the same.
    """
    clients, links = (
        {
            name: {c.name: c.type for c in table.columns if c.role == role}
            for name, table in tables.items()
        }
        for role in (CLIENT, RECORD)
    )
    together: dict[str, list[Row]] = {}
    begins: dict[str, int] = {}
    for applicant_id, records in applicants:
        numbers = {
            name: {old: begins.get(name, 0) + at for at, old in enumerate(sorted(ids))}
            for name, ids in _identifiers(links, records).items()
        }
        for name, mapping in numbers.items():
            begins[name] = begins.get(name, 0) + len(mapping)
        for table, rows in records.items():
            anew = {name: numbers[name] for name in links[table]}
            keys = clients[table].items()
            own = {name: place(kind, applicant_id) for name, kind in keys}
            together.setdefault(table, []).extend(
                _renumber(row, anew, own) for row in rows
            )
    return together


def _identifiers(
    links: Mapping[str, Iterable[str]], records: Mapping[str, Sequence[Row]]
) -> dict[str, set[int]]:
    identifiers: dict[str, set[int]] = {}
    for table, rows in records.items():
        for name in links[table]:
            found = (row[name] for row in rows if row.get(name) is not None)
            identifiers.setdefault(name, set()).update(found)
    return identifiers


def _renumber(row: Row, anew: Mapping[str, Mapping[int, int]], own: Row) -> Row:
    renumbered = dict(row)
    for name, numbers in anew.items():
        if row.get(name) is not None:
            renumbered[name] = numbers[row[name]]
    for name, key in own.items():
        if name in row:
            renumbered[name] = key
    return renumbered
