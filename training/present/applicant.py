"""An invented applicant, decided on by the bundle: nobody real is ever on a slide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import lightgbm
import numpy as np
import pandas as pd

from training.models.calibration import Calibration
from training.models.explanation import contributions
from training.synthesize import synthesize
from training.tables import TABLES
from training.tables.stage import stage

CLIENTS, SEED = 100, 2018
Row = Mapping[str, Any]
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Applicant:
    """`records`: the raw rows by table, as the API takes them.

    `features` are the contributions to the margin, in log-odds, by feature, and
    `groups` their sums by reason group; both with the largest effect first.
    """

    records: Mapping[str, Sequence[Row]]
    probability: float
    margin: float
    base: float
    features: Sequence[tuple[str, float]]
    groups: Sequence[tuple[str, float]]


def invent(
    bundle: Path, manifest: Document, progress: Callable[[str], None]
) -> Applicant:
    """Invent clients and take the refused one that is nearest to the threshold.

    The one with the highest risk when none is refused. Features are made by the
    bundle's own SQL, as the API makes them, so that it need not be of this code.
    """
    progress(f"applicant: inventing {CLIENTS} clients")
    booster = lightgbm.Booster(model_file=str(bundle / "model.txt"))
    fitted = manifest["calibration"]
    calibration = Calibration(fitted["slope"], fitted["intercept"])
    with TemporaryDirectory(prefix="training-") as name, duckdb.connect() as database:
        raw = Path(name) / "raw"
        synthesize(CLIENTS, raw, file_format="parquet", seed=SEED, progress=_silent)
        staged = stage(raw, Path(name) / "tables", progress=_silent)
        for table in manifest["tables"]:
            file = staged["application_train" if table == "application" else table]
            database.execute(f"CREATE VIEW \"{table}\" AS FROM '{file}'")
        inputs = _inputs(database, bundle, manifest)
        margin = np.asarray(booster.predict(inputs.to_numpy(), raw_score=True))
        probability = calibration(margin)
        chosen = _nearest(probability, manifest["threshold"])
        values = contributions(booster, inputs.iloc[[chosen]])[0]
        features = manifest["features"]
        return Applicant(
            records=_records(database, manifest, int(inputs.index[chosen])),
            probability=float(probability[chosen]),
            margin=float(margin[chosen]),
            base=float(values[-1]),
            features=_summed((one["name"] for one in features), values),
            groups=_summed((one["group"] for one in features), values),
        )


def _inputs(
    database: duckdb.DuckDBPyConnection, bundle: Path, manifest: Document
) -> pd.DataFrame:
    """The model's inputs as float32, a row per client, indexed by their number."""
    sql = (bundle / "history.sql").read_text(encoding="utf-8")
    database.execute(f"CREATE TABLE history AS {sql}")
    sql = (bundle / "applicant.sql").read_text(encoding="utf-8")
    rows = database.execute(sql).df().set_index("SK_ID_CURR").sort_index()
    encoded = {
        one["name"]: rows[one["name"]]
        if one["categories"] is None
        else rows[one["name"]].map({v: at for at, v in enumerate(one["categories"])})
        for one in manifest["features"]
    }
    return pd.DataFrame(encoded, index=rows.index).astype(np.float32)


def _nearest(probability: np.ndarray, threshold: float) -> int:
    refused = np.flatnonzero(probability >= threshold)
    if not len(refused):
        return int(probability.argmax())
    return int(refused[probability[refused].argmin()])


def _summed(names: Iterable[str], values: np.ndarray) -> list[tuple[str, float]]:
    """Contributions by name, the largest effect first; the base value has no name."""
    sums: dict[str, float] = {}
    for name, value in zip(names, values[:-1], strict=True):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sorted(sums.items(), key=lambda one: -abs(one[1]))


def _records(
    database: duckdb.DuckDBPyConnection, manifest: Document, client: int
) -> dict[str, list[Row]]:
    """A client's raw rows by table, only what is known, as JSON can carry it."""
    return {
        table: [
            {column: value for column, value in row.items() if value is not None}
            for row in _rows(database, table, client)
        ]
        for table in manifest["tables"]
    }


def _rows(
    database: duckdb.DuckDBPyConnection, table: str, client: int
) -> list[dict[str, Any]]:
    names = ", ".join(f'"{one}"' for one in TABLES[table].names)
    where = f"SK_ID_CURR = {client}"
    if "SK_ID_CURR" not in TABLES[table].names:
        where = f"SK_ID_BUREAU IN (SELECT SK_ID_BUREAU FROM bureau WHERE {where})"
    found = database.execute(f'SELECT {names} FROM "{table}" WHERE {where}')
    columns = [one[0] for one in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _silent(_: str) -> None:
    """The sentences of the stages, which nobody asked for here."""
