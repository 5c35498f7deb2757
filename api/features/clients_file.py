"""clients.parquet: checked as a whole, then read in chunks through DuckDB.

Beside it is its seal, `clients.parquet.sha256`, as `sha256sum` writes it: a damaged
Parquet file can be read to its end and give other numbers.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson

from api.bundle.manifest import Manifest
from api.errors import ImportRefused
from api.features.columns import TYPES, typed_key
from api.schemas.client_keys import DRAFT, LONGEST, PATTERN, ClientKey, fault_of
from api.schemas.layout import APPLICATION
from api.store.events.packing import Dictionary
from api.store.people import records
from api.store.people.clients import pack

# What DuckDB has freed goes back to the system at once.
_SPARING: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "allocator_flush_threshold": "1MB",
    "allocator_bulk_deallocation_flush_threshold": "1MB",
}
_LISTS = [f"{kind}[]" for kind in TYPES.values()]
_SEAL = re.compile(rb"([0-9a-f]{64}) [ *][^\n]+\n")
_COPY_BOTH = (
    "copy the file and its .sha256 together, or export both again "
    "(training export --clients)"
)


@dataclass(frozen=True)
class ClientsFile:
    """A file that fits the bundle; its rows may be read once.

    `tables`: those that there are records of. `dictionary`: what they are packed with;
    None where there are none.
    """

    path: Path
    manifest: Manifest
    sha256: str
    clients: int
    tables: tuple[str, ...]
    dictionary: Dictionary | None
    connection: duckdb.DuckDBPyConnection

    def chunks(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """Rows as the clients table takes them, `size` at a time, in the file's order.

        Their columns are read one group after the other: DuckDB takes hundreds of
        megabytes for all of those of the records together.
        """
        for start in range(0, self.clients, size):
            yield self._rows(f"file_row_number BETWEEN {start} AND {start + size - 1}")

    def keys(self) -> set[ClientKey]:
        query = f'SELECT "{self.manifest.client_key}" FROM clients'
        return {key for (key,) in self.connection.execute(query).fetchall()}

    def _rows(self, which: str) -> list[dict[str, Any]]:
        manifest = self.manifest
        keys: list[ClientKey] = self._values(f'"{manifest.client_key}"', which)
        texts = manifest.key_type == "category"
        numbers = self._values("number", which, "places") if texts else keys
        applications = self._documents("application", keys, which)
        vectors = (
            self._vectors("history", len(manifest.history), keys, which),
            self._vectors("features", len(manifest.features), keys, which),
        )
        told = self._records(keys, which)
        rows = zip(keys, numbers, applications, *vectors, told, strict=True)
        return [
            {
                "client_id": number,
                "client_text": key if texts else None,
                "application": application,
                "history": history,
                "features": features,
                "records": packed,
            }
            for key, number, application, history, features, packed in rows
        ]

    def _values(self, column: str, which: str, table: str = "clients") -> list[Any]:
        query = f"SELECT {column} FROM {table} WHERE {which}"
        return [value for (value,) in self.connection.execute(query).fetchall()]

    def _documents(
        self, column: str, keys: Sequence[ClientKey], which: str
    ) -> list[str]:
        """A column as JSON, which has neither NaN nor Infinity."""
        texts = self._values(f"to_json({column})::VARCHAR", which)
        for key, text in zip(keys, texts, strict=True):
            try:
                orjson.loads(text or "null")
            except orjson.JSONDecodeError as error:
                name = column.partition(".")[0]
                raise ImportRefused(
                    f"{self.path}: client {key}: {name} has NaN or Infinity"
                ) from error
        return [text or "null" for text in texts]

    def _records(
        self, keys: Sequence[ClientKey], which: str
    ) -> list[bytes] | list[None]:
        """Packed, a table after the other."""
        if self.dictionary is None:
            return [None] * len(keys)
        tables = [
            [f"{json.dumps(name)}:{text}" for text in texts]
            for name in self.tables
            for texts in [self._documents(f"records.{_quoted(name)}", keys, which)]
        ]
        documents = (
            f"{{{','.join(parts)}}}".encode() for parts in zip(*tables, strict=True)
        )
        return [records.pack(document, self.dictionary) for document in documents]

    def _vectors(
        self, name: str, length: int, keys: Sequence[ClientKey], which: str
    ) -> list[bytes]:
        query = f"SELECT unnest({name}) AS value FROM clients WHERE {which}"
        values = self.connection.execute(query).fetchnumpy()["value"]
        matrix = np.ma.filled(values, np.nan).reshape(len(keys), length)
        for at in np.flatnonzero(np.isinf(matrix).any(axis=1)).tolist():
            raise ImportRefused(f"{self.path}: client {keys[at]}: {name} has Infinity")
        return [pack(vector) for vector in matrix]


@contextmanager
def opened(path: Path, manifest: Manifest) -> Iterator[ClientsFile]:
    """Open and check; raises ImportRefused saying what does not fit."""
    if not path.is_file():
        raise ImportRefused(f"{path}: there is no such file")
    sha256 = _sealed(path)
    with duckdb.connect(":memory:", config=_SPARING) as connection:
        try:
            rows = connection.read_parquet(str(path), file_row_number=True)
            rows.create_view("clients")
            _check_feature_set(connection, path, manifest)
            _check_columns(connection, path, manifest)
            tables = _tables(connection, path)
            dictionary = _dictionary(manifest) if tables else None
            clients = _check_rows(connection, path, manifest)
            if manifest.key_type == "category":
                _number(connection, manifest.client_key)
            read = clients, tables, dictionary, connection
            yield ClientsFile(path, manifest, sha256, *read)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise ImportRefused(f"{path}: {reason}") from error


def _check_feature_set(
    connection: duckdb.DuckDBPyConnection, path: Path, manifest: Manifest
) -> None:
    query = "SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)"
    feature_set = dict(connection.execute(query, [str(path)]).fetchall()).get(
        "feature_set"
    )
    if feature_set != manifest.feature_set:
        raise ImportRefused(
            f"{path}: its feature_set is {feature_set}, the bundle's is "
            f"{manifest.feature_set}: name the bundle it was exported with (--bundle)"
        )


def _check_columns(
    connection: duckdb.DuckDBPyConnection, path: Path, manifest: Manifest
) -> None:
    """Names and types; the order of the application's fields is free."""
    types = _fields(connection, "clients.*")
    vectors = {"history": "FLOAT[]", "features": "FLOAT[]"}
    expected = dict([typed_key(manifest)]) | vectors
    for name, kind in expected.items():
        _same(path, name, kind, types.get(name))
    if not types.get("application", "").startswith("STRUCT"):
        _same(path, "application", "STRUCT", types.get("application"))
    fields = _fields(connection, "application.*")
    for column in manifest.tables["application"].columns:
        name = f"application.{column.name}"
        _same(path, name, TYPES[column.type], fields.get(column.name))


def _dictionary(manifest: Manifest) -> Dictionary:
    """The words of all tables of records."""
    tables = {
        name: {column.name: column.categories or () for column in table.columns}
        for name, table in manifest.tables.items()
        if name != APPLICATION
    }
    return records.dictionary(tables)


def _tables(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Those that the file has records of, as it should: older files have none.

    Of each table lists by column; nothing but nulls of one that the lender has not.
    """
    kind = _fields(connection, "clients.*").get("records")
    if kind is None:
        return ()
    if not kind.startswith("STRUCT"):
        _same(path, "records", "STRUCT", kind)
    tables = _fields(connection, "records.*")
    for table, kind in tables.items():
        if kind == '"NULL"':
            continue
        held = f"SELECT records.{_quoted(table)} AS held"
        columns = _fields(connection, "held.*", held)
        for column, listed in columns.items():
            if listed not in _LISTS:
                name = f"records.{table}.{column}"
                _same(path, name, f"one of {', '.join(_LISTS)}", listed)
    return tuple(tables)


def _number(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Keep the place of each row in the order of its key's bytes: the database's."""
    connection.execute(
        "CREATE TABLE places AS SELECT file_row_number, row_number() OVER "
        f'(ORDER BY "{key}") AS number FROM clients ORDER BY file_row_number'
    )


def _fields(
    connection: duckdb.DuckDBPyConnection, star: str, of: str = "SELECT *"
) -> dict[str, str]:
    """The type of each column, or of each field of a struct."""
    query = f"DESCRIBE SELECT {star} FROM ({of} FROM clients) AS clients"
    return {row[0]: row[1] for row in connection.execute(query).fetchall()}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _same(path: Path, name: str, expected: str, actual: str | None) -> None:
    if actual is None:
        raise ImportRefused(f"{path}: column {name} is missing")
    if actual != expected:
        raise ImportRefused(f"{path}: column {name} is {actual}, expected {expected}")


def _check_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, manifest: Manifest
) -> int:
    """Answers the number of clients."""
    key = manifest.client_key
    for name, length in (
        ("history", len(manifest.history)),
        ("features", len(manifest.features)),
    ):
        query = (
            f'SELECT "{key}", len({name}) FROM clients '
            f"WHERE len({name}) IS DISTINCT FROM ? LIMIT 1"
        )
        for client_id, count in connection.execute(query, [length]).fetchall():
            raise ImportRefused(
                f"{path}: client {client_id}: {name} has {count} values, "
                f"expected {length}"
            )
    if manifest.key_type == "category":
        _check_keys(connection, path, key)
    query = f'SELECT count(*), count(DISTINCT "{key}") FROM clients'
    rows, distinct = connection.execute(query).fetchall()[0]
    if rows != distinct or rows == 0:
        raise ImportRefused(
            f"{path}: has {rows} rows of {distinct} clients, expected one row a client"
        )
    return int(rows)


def _check_keys(connection: duckdb.DuckDBPyConnection, path: Path, key: str) -> None:
    query = (
        f'SELECT "{key}" FROM clients WHERE length("{key}") > ? '
        f'OR NOT regexp_full_match("{key}", ?) OR starts_with("{key}", ?) LIMIT 1'
    )
    for (text,) in connection.execute(query, [LONGEST, PATTERN, DRAFT]).fetchall():
        raise ImportRefused(f"{path}: a client's {key}: {fault_of(text)}")


def _sealed(path: Path) -> str:
    """The file's SHA-256, which its seal must name."""
    seal = path.with_name(f"{path.name}.sha256")
    try:
        named = _SEAL.fullmatch(seal.read_bytes())
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportRefused(
            f"{error.filename}: {error.strerror}: {_COPY_BOTH}"
        ) from error
    if named is None:
        raise ImportRefused(f"{seal}: expected a line of sha256sum: {_COPY_BOTH}")
    expected = named[1].decode()
    if actual != expected:
        raise ImportRefused(
            f"{path}: expected SHA-256 {expected}, found {actual}: {_COPY_BOTH}"
        )
    return actual
