"""Where the clients are from that a policy is tried on, some thousands at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from training.arrays import Array
from training.bundle import strangers
from training.bundle.champion import Champion
from training.errors import ConfigurationError
from training.features.build import FeatureStore
from training.features.sql import encoded
from training.files import identifier, literal
from training.tables.layout import APPLICATION, TARGET
from training.tables.schema import Role

ROWS = 5_000


@dataclass(frozen=True)
class Clients:
    """Some clients, or decisions on them, in order.

    `application`: raw columns by name, those that were asked for and are there.
    `vectors`: float32, shape (clients, features). `outcome`: 1 for a default, NaN where
    it is not known. Of decisions that were made: `at`, the moment of each, `facts`,
    what was kept of what its policy read, and `before`, what was recommended.
    """

    keys: Sequence[Any]
    application: Mapping[str, Sequence[Any]]
    vectors: np.ndarray
    outcome: Array
    at: Sequence[str] | None = None
    facts: Sequence[Mapping[str, Any]] | None = None
    before: Sequence[str] | None = None


Source = Iterator[Clients]


def key_of(champion: Champion) -> str:
    """What the lender calls the client's key."""
    columns = champion.core["tables"][APPLICATION]["columns"]
    found = [one["name"] for one in columns if one.get("role") == Role.CLIENT]
    if not found:
        raise ConfigurationError(
            f"manifest.json: no column of {APPLICATION} has the role {Role.CLIENT};"
            " train and export again"
        )
    return str(found[0])


def of_file(
    path: Path, champion: Champion, columns: Sequence[str], say: Callable[[str], None]
) -> Source:
    """The known clients, as the API imports them.

    Raises:
        ConfigurationError: it is no such file, or another model's.
    """
    with duckdb.connect() as connection:
        try:
            described = connection.execute(
                "SELECT decode(value) FROM parquet_kv_metadata(?)"
                " WHERE decode(key) = 'feature_set'",
                [str(path)],
            ).fetchone()
            rows = f"read_parquet({literal(path)})"
            there = connection.execute(
                f"SELECT unnest({APPLICATION}) FROM {rows} LIMIT 0"
            ).description
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            raise ConfigurationError(f"{path}: no file of clients: {told}") from None
        if described is None or described[0] != champion.core["feature_set"]:
            raise ConfigurationError(
                f"{path}: its features are not those of the bundle; export both again"
            )
        names = {name for name, *_ in there or ()}
        wanted = [name for name in columns if name in names]
        key = identifier(key_of(champion))
        chosen = [f"{APPLICATION}[{literal(name)}]" for name in wanted]
        query = _query(key, chosen, "NULL", "features", rows)
        yield from _read(connection, query, wanted, len(champion.core["features"]), say)


def of_tables(
    store: FeatureStore,
    champion: Champion,
    columns: Sequence[str],
    say: Callable[[str], None],
) -> Source:
    """Every client of raw tables whose features were made.

    Raises:
        TrainingError: the features are not the model's.
    """
    made = champion.feature_set(store)
    key = f"features.{identifier(store.layout.key)}"
    names = set(store.layout.application.names)
    wanted = [name for name in columns if name in names]
    chosen = [f"raw.{identifier(name)}" for name in wanted]
    vector = ", ".join(encoded(made.features, champion.codes))
    rows = (
        f"{store.feature_rows} AS features JOIN {strangers.applications(store)} AS raw"
        f" USING ({identifier(store.layout.key)}) ORDER BY {key}"
    )
    outcome = f"features.{identifier(TARGET)}"
    query = _query(key, chosen, outcome, f"[{vector}]::FLOAT[]", rows)
    with duckdb.connect() as connection:
        yield from _read(connection, query, wanted, len(made.features), say)


def _query(
    key: str, columns: Sequence[str], outcome: str, vector: str, rows: str
) -> str:
    """Columns by place: a raw one may be called like any of ours."""
    chosen = [key, f"CAST({outcome} AS DOUBLE)", vector, *columns]
    named = (f"{sql} AS c{at}" for at, sql in enumerate(chosen))
    return f"SELECT {', '.join(named)} FROM {rows}"


def _read(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    columns: Sequence[str],
    width: int,
    say: Callable[[str], None],
) -> Source:
    done = 0
    reader: pa.RecordBatchReader = connection.sql(query).to_arrow_reader(ROWS)
    for batch in reader:
        keys, outcome, vectors, *values = batch.columns
        flat = vectors.flatten().to_numpy(zero_copy_only=False)
        done += len(batch)
        yield Clients(
            keys.to_pylist(),
            {name: one.to_pylist() for name, one in zip(columns, values, strict=True)},
            np.asarray(flat, np.float32).reshape(len(batch), width),
            outcome.to_numpy(zero_copy_only=False).astype(np.float64),
        )
        say(f"policy: {done:,} clients")
