"""The known clients, as the API imports them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from training.bundle import records, strangers
from training.bundle.champion import Champion
from training.bundle.read import file_sha256
from training.features.build import FeatureStore
from training.features.engines.embedded import parts, room_for
from training.features.sql import Codes, FeatureSet, encoded
from training.files import PARQUET, literal, remove, replacing
from training.tables.layout import APPLICATION

# Of whom the records are put together in memory, and what those of one may take.
CLIENTS_AT_A_TIME = 20_000
BYTES_PER_CLIENT = 200_000


def export_clients(
    store: FeatureStore,
    champion: Champion,
    out: Path,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write one row per client of the store, as the model sees it, and its seal.

    Columns: the key; `application`, a struct of the raw columns; `history` and
    `features`, float32 lists in the manifest's order; `records`, those of the history
    tables, where the layout has any. The seal, `out` and `.sha256`, is what `sha256sum`
    prints of it. Returns the number of rows.

    Raises:
        TrainingError: the store's features are not those the model was trained on.
    """
    feature_set = champion.feature_set(store)
    # The seal takes its place last: until then the API refuses the file.
    with replacing(out.with_name(f"{out.name}.sha256")) as seal_beside:
        with _spilling(store) as (connection, spill), replacing(out) as beside:
            written = _written(connection, store, feature_set, champion, spill)
            together = ", ".join(map(literal, written))
            rows = connection.execute(
                f"COPY (FROM read_parquet([{together}]))"
                f" TO {literal(beside)}"
                f" ({PARQUET}, ROW_GROUP_SIZE 8192, KV_METADATA"
                f" {{feature_set: {literal(champion.core['feature_set'])}}})"
            ).fetchone()
            seal_beside.write_text(f"{file_sha256(beside)}  {out.name}\n")
    count = int(rows[0]) if rows else 0
    progress(f"clients: {count:,} rows")
    return count


@contextmanager
def _spilling(store: FeatureStore) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection, and a folder for what outgrows memory."""
    spill = store.folder / "spill"
    remove(spill)
    spill.mkdir()
    try:
        with duckdb.connect() as connection:
            connection.execute(f"SET temp_directory = {literal(spill)}")
            yield connection, spill
    finally:
        remove(spill)


def _written(
    connection: duckdb.DuckDBPyConnection,
    store: FeatureStore,
    feature_set: FeatureSet,
    champion: Champion,
    spill: Path,
) -> list[Path]:
    """Files of some clients each, in the order of their keys."""
    records.write_by_client(connection, store, spill)
    most = min(CLIENTS_AT_A_TIME, room_for(connection, BYTES_PER_CLIENT))
    shares = parts(connection, literal(store.application), store.layout.key, most)
    written = []
    for number, clients in enumerate(shares):
        path = spill / f"part-{number}.parquet"
        rows = _clients(store, feature_set, champion.codes, spill, clients)
        connection.execute(f"COPY ({rows}) TO {literal(path)} ({PARQUET})")
        written.append(path)
    return written


def _clients(
    store: FeatureStore,
    feature_set: FeatureSet,
    codes: Codes,
    spill: Path,
    clients: str,
) -> str:
    """`clients`: a condition of the key."""
    key = store.layout.key
    raw = ", ".join(
        f'"{name}" := application."{name}"' for name in store.layout.application.names
    )
    past = ", ".join(f'history."{feature.name}"' for feature in feature_set.history)
    inputs = ", ".join(encoded(feature_set.features, codes))
    told = f", {records.records(store)} AS records" if store.layout.histories else ""
    return (
        f'SELECT features."{key}", struct_pack({raw}) AS {APPLICATION},'
        f" [{past}]::FLOAT[] AS history, [{inputs}]::FLOAT[] AS features{told}"
        f" FROM (SELECT * FROM {store.feature_rows} WHERE {clients}) AS features"
        f' JOIN {store.history_rows} AS history USING ("{key}")'
        f' JOIN {strangers.applications(store)} AS application USING ("{key}")'
        f"{records.joins(store, spill, clients)}"
        f' ORDER BY features."{key}"'
    )
