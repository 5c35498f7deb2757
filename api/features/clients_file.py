"""clients.parquet: checked as a whole, then read in chunks through DuckDB.

Beside it is its seal, `clients.parquet.sha256`, as `sha256sum` writes it: a damaged
Parquet file can be read to its end and give other numbers.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
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

_LISTS = [f"{kind}[]" for kind in TYPES.values()]
_SEAL = re.compile(rb"([0-9a-f]{64}) [ *][^\n]+\n")
_COPY_BOTH = (
    "copy the file and its .sha256 together, or export both again "
    "(training export --clients)"
)


@dataclass(frozen=True)
class ClientsFile:
    """A file that fits the bundle; its rows may be read once.

    `dictionary`: what records are packed with; None where there are none.
    """

    path: Path
    manifest: Manifest
    sha256: str
    clients: int
    dictionary: Dictionary | None
    connection: duckdb.DuckDBPyConnection

    def chunks(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """Rows as the clients table takes them, at most `size` at a time."""
        key = f'"{self.manifest.client_key}"'
        told = "application, history, features, "
        told += "to_json(records)::VARCHAR" if self.dictionary else "NULL"
        query = f"SELECT {key}, {key}, {told} FROM clients"
        if self.manifest.key_type == "category":
            # In the order of their bytes, which is the database's, too.
            numbered = f"SELECT {key}, row_number() OVER (ORDER BY {key}) FROM clients"
            query = (
                f"SELECT number, {key}, {told} FROM clients "
                f"JOIN ({numbered}) AS numbered({key}, number) USING ({key})"
            )
        self.connection.execute(query)
        while rows := self.connection.fetchmany(size):
            yield [self._row(*row) for row in rows]

    def keys(self) -> set[ClientKey]:
        query = f'SELECT "{self.manifest.client_key}" FROM clients'
        return {key for (key,) in self.connection.execute(query).fetchall()}

    def _row(
        self,
        number: int,
        client_id: ClientKey,
        application: dict[str, Any],
        history: list[float | None],
        features: list[float | None],
        told: str | None,
    ) -> dict[str, Any]:
        try:
            text = json.dumps(application, allow_nan=False)
        except ValueError as error:
            raise ImportRefused(
                f"{self.path}: client {client_id}: application has NaN or Infinity"
            ) from error
        return {
            "client_id": number,
            "client_text": client_id if isinstance(client_id, str) else None,
            "application": text,
            "history": self._packed(client_id, "history", history),
            "features": self._packed(client_id, "features", features),
            "records": self._records(client_id, told),
        }

    def _records(self, client_id: ClientKey, told: str | None) -> bytes | None:
        if told is None or self.dictionary is None:
            return None
        try:
            orjson.loads(told)
        except orjson.JSONDecodeError as error:
            raise ImportRefused(
                f"{self.path}: client {client_id}: records has NaN or Infinity"
            ) from error
        return records.pack(told.encode(), self.dictionary)

    def _packed(
        self, client_id: ClientKey, name: str, values: list[float | None]
    ) -> bytes:
        vector = np.array(values, dtype=np.float32)
        if np.isinf(vector).any():
            raise ImportRefused(f"{self.path}: client {client_id}: {name} has Infinity")
        return pack(vector)


@contextmanager
def opened(path: Path, manifest: Manifest) -> Iterator[ClientsFile]:
    """Open and check; raises ImportRefused saying what does not fit."""
    if not path.is_file():
        raise ImportRefused(f"{path}: there is no such file")
    sha256 = _sealed(path)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        try:
            connection.read_parquet(str(path)).create_view("clients")
            _check_feature_set(connection, path, manifest)
            _check_columns(connection, path, manifest)
            dictionary = (
                _dictionary(manifest) if _has_records(connection, path) else None
            )
            clients = _check_rows(connection, path, manifest)
            yield ClientsFile(path, manifest, sha256, clients, dictionary, connection)
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


def _has_records(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the file has them, as it should: older ones have none.

    Of each table lists by column; nothing but nulls of one that the lender has not.
    """
    kind = _fields(connection, "clients.*").get("records")
    if kind is None:
        return False
    if not kind.startswith("STRUCT"):
        _same(path, "records", "STRUCT", kind)
    for table, kind in _fields(connection, "records.*").items():
        if kind == '"NULL"':
            continue
        quoted = table.replace('"', '""')
        columns = _fields(connection, "held.*", f'SELECT records."{quoted}" AS held')
        for column, listed in columns.items():
            if listed not in _LISTS:
                name = f"records.{table}.{column}"
                _same(path, name, f"one of {', '.join(_LISTS)}", listed)
    return True


def _fields(
    connection: duckdb.DuckDBPyConnection, star: str, of: str = "SELECT *"
) -> dict[str, str]:
    """The type of each column, or of each field of a struct."""
    query = f"DESCRIBE SELECT {star} FROM ({of} FROM clients) AS clients"
    return {row[0]: row[1] for row in connection.execute(query).fetchall()}


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
