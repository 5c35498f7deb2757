"""The known clients, as the API imports them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from training.bundle.champion import Champion
from training.bundle.read import file_sha256
from training.features.build import FeatureStore
from training.features.sql import FeatureSet, encoded
from training.files import PARQUET, literal, replacing
from training.tables.layout import APPLICATION


def export_clients(
    store: FeatureStore,
    champion: Champion,
    out: Path,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write one row per client of the store, as the model sees it, and its seal.

    Columns: the key; `application`, a struct of the raw columns; `history` and
    `features`, float32 lists in the manifest's order. The seal, `out` and `.sha256`,
    is what `sha256sum` prints of it. Returns the number of rows.

    Raises:
        TrainingError: the store's features are not those the model was trained on.
    """
    feature_set = champion.feature_set(store)
    # The seal takes its place last: until then the API refuses the file.
    with replacing(out.with_name(f"{out.name}.sha256")) as seal_beside:
        with duckdb.connect() as connection, replacing(out) as beside:
            rows = connection.execute(
                f"COPY ({_clients(store, feature_set, champion.categories)})"
                f" TO {literal(beside)}"
                f" ({PARQUET}, ROW_GROUP_SIZE 20480, KV_METADATA"
                f" {{feature_set: '{champion.core['feature_set']}'}})"
            ).fetchone()
            seal_beside.write_text(f"{file_sha256(beside)}  {out.name}\n")
    count = int(rows[0]) if rows else 0
    progress(f"clients: {count:,} rows")
    return count


def _clients(
    store: FeatureStore, feature_set: FeatureSet, categories: dict[str, list[str]]
) -> str:
    key = store.layout.key
    raw = ", ".join(
        f'"{name}" := application."{name}"' for name in store.layout.application.names
    )
    past = ", ".join(f'history."{feature.name}"' for feature in feature_set.history)
    inputs = ", ".join(encoded(feature_set.features, categories))
    return (
        f'SELECT features."{key}", struct_pack({raw}) AS {APPLICATION},'
        f" [{past}]::FLOAT[] AS history, [{inputs}]::FLOAT[] AS features"
        f" FROM {store.feature_rows} AS features"
        f' JOIN {store.history_rows} AS history USING ("{key}")'
        f" JOIN '{store.application}' AS application USING (\"{key}\")"
        f' ORDER BY features."{key}"'
    )
