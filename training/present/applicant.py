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

from training.models.calibration import Calibration
from training.models.explanation import contributions
from training.synthesize import synthesize
from training.tables import TABLES
from training.tables.stage import stage

CLIENTS, SEED = 100, 2018


@dataclass(frozen=True)
class Applicant:
    """`records`: the raw rows by table, as the API takes them.

    `features` are the contributions to the margin, in log-odds, by feature, and
    `groups` their sums by reason group; both with the largest effect first.
    """

    records: Mapping[str, Sequence[Mapping[str, Any]]]
    probability: float
    margin: float
    base: float
    features: Sequence[tuple[str, float]]
    groups: Sequence[tuple[str, float]]


def invent(
    bundle: Path, manifest: Mapping[str, Any], progress: Callable[[str], None]
) -> Applicant:
    """Invent clients and take the refused one that is nearest to the threshold.

    The one with the highest risk when none is refused. Features are made by the
    bundle's own SQL, as the API makes them, so that it need not be of this code.
    """
    progress(f"applicant: inventing {CLIENTS} clients")
    booster = lightgbm.Booster(model_file=str(bundle / "model.txt"))
    fitted, features = manifest["calibration"], manifest["features"]
    with TemporaryDirectory(prefix="training-") as name, duckdb.connect() as database:
        raw = Path(name, "raw")
        synthesize(CLIENTS, raw, file_format="parquet", seed=SEED, progress=_silent)
        staged = stage(raw, Path(name, "tables"), progress=_silent)
        for table in manifest["tables"]:
            file = staged["application_train" if table == "application" else table]
            database.execute(f"CREATE VIEW \"{table}\" AS FROM '{file}'")
        history, applicant = (
            (bundle / f"{one}.sql").read_text(encoding="utf-8")
            for one in ("history", "applicant")
        )
        database.execute(f"CREATE TABLE history AS {history}")
        rows = database.execute(applicant).df().set_index("SK_ID_CURR").sort_index()
        for one in features:
            if one["categories"] is not None:
                codes = {value: at for at, value in enumerate(one["categories"])}
                rows[one["name"]] = rows[one["name"]].map(codes)
        inputs = rows[[one["name"] for one in features]].astype(np.float32)
        margin = np.asarray(booster.predict(inputs.to_numpy(), raw_score=True))
        probability = Calibration(fitted["slope"], fitted["intercept"])(margin)
        refused = probability >= manifest["threshold"]
        chosen = int(np.where(refused, -probability, probability - 2).argmax())
        values = contributions(booster, inputs.iloc[[chosen]])[0]
        return Applicant(
            records=_records(database, manifest["tables"], int(inputs.index[chosen])),
            probability=float(probability[chosen]),
            margin=float(margin[chosen]),
            base=float(values[-1]),
            features=_summed((one["name"] for one in features), values),
            groups=_summed((one["group"] for one in features), values),
        )


def _summed(names: Iterable[str], values: np.ndarray) -> list[tuple[str, float]]:
    """Contributions by name, the largest effect first; the base value has no name."""
    sums: dict[str, float] = {}
    for name, value in zip(names, values[:-1], strict=True):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sorted(sums.items(), key=lambda one: -abs(one[1]))


def _records(
    database: duckdb.DuckDBPyConnection, tables: Iterable[str], client: int
) -> dict[str, list[dict[str, Any]]]:
    """A client's raw rows by table, only what is known, as JSON can carry it."""
    records = {}
    for table in tables:
        columns = TABLES[table].names
        where = f"SK_ID_CURR = {client}"
        if "SK_ID_CURR" not in columns:
            where = f"SK_ID_BUREAU IN (SELECT SK_ID_BUREAU FROM bureau WHERE {where})"
        found = database.sql(f'SELECT * FROM "{table}" WHERE {where}').to_arrow_table()
        records[table] = [
            {k: v for k, v in row.items() if k in columns and v is not None}
            for row in found.to_pylist()
        ]
    return records


def _silent(_: str) -> None:
    """The sentences of the stages, which nobody asked for here."""
