"""Batch scoring: a whole portfolio by a registered model, with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from training.arrays import Array
from training.bundle import strangers
from training.bundle.champion import Champion
from training.errors import ConfigurationError
from training.evaluation.shap_values import sums_by_group
from training.features.build import FeatureStore
from training.features.sql import encoded_columns
from training.files import literal, replacing
from training.language import SOURCE
from training.scoring.out_of_range import beyond
from training.tables.layout import TARGET, Key, Layout

ROWS = 20_000
REASONS = 3
FORMATS = {".csv": "csv, HEADER", ".parquet": "parquet, COMPRESSION zstd"}


def score_portfolio(
    champion: Champion,
    store: FeatureStore,
    out: Path,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write every client's score, by id; returns how many.

    Columns: the key, PROBABILITY of default, DECISION ("granted" or "refused"),
    REASON_1 to REASON_3: the codes of the reason groups that speak most for the
    decision, null where fewer do; and OUT_OF_RANGE, what is unlike anything that the
    model learned from, as the API names it, with spaces between, null where nothing is.

    Raises:
        TrainingError: the store's features are not the model's.
    """
    strange = strangers.columns_of(store)
    parts = (
        _explained(store.layout, champion, clients, inputs).assign(
            OUT_OF_RANGE=_out_of_range(champion, clients, inputs, strange)
        )
        for clients, inputs in read_inputs(champion, store, "", progress)
    )
    return _write(parts, out)


def submission(
    champion: Champion,
    store: FeatureStore,
    out: Path,
    *,
    progress: Callable[[str], None],
) -> int:
    """Write Kaggle's format: key and probability as TARGET, of the test clients."""
    where = f"WHERE features.{TARGET} IS NULL"
    parts = (
        pd.DataFrame(
            {
                store.layout.key: clients,
                TARGET: champion.calibration(margins(champion, inputs)),
            }
        )
        for clients, inputs in read_inputs(champion, store, where, progress)
    )
    return _write(parts, out)


def read_inputs(
    champion: Champion,
    store: FeatureStore,
    where: str,
    progress: Callable[[str], None],
) -> Iterator[tuple[np.ndarray, pd.DataFrame]]:
    """Clients and the model's inputs, some thousands at a time, by id."""
    feature_set = champion.feature_set(store)
    columns = encoded_columns(feature_set.features, champion.codes)
    key, done = store.layout.key, 0
    with duckdb.connect() as connection:
        reader: pa.RecordBatchReader = connection.sql(
            f'SELECT features."{key}", {columns} FROM {store.feature_rows}'
            f' AS features {where} ORDER BY features."{key}"'
        ).to_arrow_reader(ROWS)
        for batch in reader:
            rows: pd.DataFrame = pa.Table.from_batches([batch]).to_pandas()
            done += len(rows)
            clients = rows.pop(key).to_numpy()
            yield clients, rows.astype(np.float32)
            progress(f"score: {done:,} clients")


def margins(champion: Champion, inputs: pd.DataFrame) -> Array:
    return champion.model.margins(inputs.to_numpy())


def _explained(
    layout: Layout,
    champion: Champion,
    clients: np.ndarray,
    inputs: pd.DataFrame,
) -> pd.DataFrame:
    probability = champion.calibration(margins(champion, inputs))
    refused = probability >= champion.core["threshold"]
    values = champion.model.contributions(inputs.to_numpy())[:, :-1]
    names, differences = against_borderline(champion, inputs, values)
    # What speaks for the decision: risk raised when refused, lowered when granted.
    support = np.where(refused[:, None], differences, -differences)
    order = np.argsort(-support, axis=1, kind="stable")[:, :REASONS]
    codes = np.array([layout.by_group[name].code for name in names], dtype=object)
    speaks = np.take_along_axis(support, order, axis=1) > 0
    reasons = pd.DataFrame(codes[order]).where(speaks)
    decided = pd.DataFrame(
        {
            layout.key: clients,
            "PROBABILITY": probability,
            "DECISION": np.where(refused, "refused", "granted"),
        }
    )
    return decided.join(reasons.rename(columns=lambda rank: f"REASON_{rank + 1}"))


def _out_of_range(
    champion: Champion,
    clients: np.ndarray,
    inputs: pd.DataFrame,
    strange: Mapping[Key, list[str]],
) -> pd.Series[str]:
    """Of each client the names, with spaces between; null where there are none."""
    features = champion.core["features"]
    names = np.array([feature["name"] for feature in features], dtype=object)
    outside = beyond(features, inputs.to_numpy())
    told = [
        " ".join(dict.fromkeys([*names[row], *strange.get(client, ())])) or None
        for client, row in zip(clients.tolist(), outside, strict=True)
    ]
    return pd.Series(told, dtype=object)


def grouped(champion: Champion, values: Array) -> tuple[list[str], Array]:
    """Contributions summed per reason group: shape (clients, groups)."""
    groups = [feature["group"] for feature in champion.core["features"]]
    return sums_by_group(values, groups)


def against_borderline(
    champion: Champion, inputs: pd.DataFrame, values: Array
) -> tuple[list[str], Array]:
    """Sums per reason group less their means among borderline clients, as the API.

    Of groups without any known value that say the same, all but the largest are 0.
    """
    names, sums = grouped(champion, values)
    # Models of before there were any have none.
    told = champion.reasons.get("borderline", {"groups": []})["groups"]
    means = {one["group"]: one["contribution"] for one in told}
    differences = sums - np.array([means.get(name, 0.0) for name in names])
    groups = [feature["group"] for feature in champion.core["features"]]
    _names, known = sums_by_group(inputs.notna().to_numpy(np.float64), groups)
    for same in _absences(champion, names):
        absent = known[:, same] == 0
        sizes = np.where(absent, np.abs(differences[:, same]), -1.0)
        largest = np.arange(len(same)) == np.argmax(sizes, axis=1)[:, None]
        differences[:, same] = np.where(absent & ~largest, 0.0, differences[:, same])
    return names, differences


def _absences(champion: Champion, names: list[str]) -> list[list[int]]:
    """Which groups say the same where nothing of them is known."""
    told: dict[str, list[int]] = {}
    for reason in champion.reasons["reasons"]:
        if reason["group"] in names and "unknown" in reason:
            same = told.setdefault(reason["unknown"][SOURCE], [])
            same.append(names.index(reason["group"]))
    return list(told.values())


def check_format(out: Path) -> None:
    """Refuse a file whose name does not say how to write it.

    Raises:
        ConfigurationError: its suffix is neither .csv nor .parquet.
    """
    if out.suffix not in FORMATS:
        expected = " or ".join(FORMATS)
        raise ConfigurationError(f"{out}: expected a name ending in {expected}")


def _write(parts: Iterator[pd.DataFrame], out: Path) -> int:
    scores = pd.concat(parts, ignore_index=True)
    with duckdb.connect() as connection, replacing(out) as beside:
        connection.register("scores", scores)
        connection.execute(
            f"COPY scores TO {literal(beside)} (FORMAT {FORMATS[out.suffix]})"
        )
    return len(scores)
