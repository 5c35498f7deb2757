"""The a-priori analysis: application_train against application_test, by Evidently."""

from __future__ import annotations

import json
import math
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.core.report import Snapshot
from evidently.presets import DataDriftPreset

from training.errors import TableError
from training.files import replacing
from training.tables import TABLES
from training.tables.schema import Column, Type, Unit
from training.tables.stage import APPLICATION_FILES, find, raw_tables, stage_table

# Effect sizes, not p-values: with tens of thousands of clients every p-value is tiny.
NUMERIC, CATEGORIC = "wasserstein", "jensenshannon"
LIMIT = 0.1
# Beyond this the distances no longer change, but time and memory grow.
SAMPLE = 50_000


@dataclass(frozen=True)
class Shift:
    """How far one column moved: `distance` above `LIMIT` counts as drift.

    `before` and `after` are the mean of a number, or the share of the category
    that moved most, named by `what`; missing values are left out.
    """

    column: Column
    distance: float
    what: str
    before: float
    after: float
    missing_before: float
    missing_after: float

    @property
    def drifted(self) -> bool:
        return self.distance > LIMIT


def analyse(data: Path, out: Path, *, progress: Callable[[str], None]) -> str:
    """Write `report.html`, `report.json` and `conclusion.md` to the folder `out`.

    Returns the conclusion's first sentence.

    Raises:
        TableError: an application file is missing or cannot be used.
    """
    reference, current = (_load(data, name, progress) for name in APPLICATION_FILES)
    columns = [
        column
        for column in TABLES["application"].columns[1:]
        if reference[column.name].notna().any() and current[column.name].notna().any()
    ]
    progress(f"comparing {len(columns)} columns")
    result = _report(reference, current, columns)
    report = json.loads(result.json())
    shifts = _shifts(report, reference, current, columns)
    headline = _headline(shifts)
    with replacing(out) as beside:
        beside.mkdir()
        result.save_html(str(beside / "report.html"))
        text = json.dumps(_finite(report), ensure_ascii=False, allow_nan=False)
        (beside / "report.json").write_text(text, encoding="utf-8")
        conclusion = _conclusion(headline, shifts, len(reference), len(current))
        (beside / "conclusion.md").write_text(conclusion, encoding="utf-8")
    return headline


def _load(data: Path, name: str, progress: Callable[[str], None]) -> pd.DataFrame:
    """A sample of one application file, the same at every run."""
    source = find(data, name)
    if source is None:
        raise TableError(f"{name}: missing in {data}; drift compares it with the other")
    names = ", ".join(f'"{column}"' for column in TABLES["application"].names[1:])
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        staged = Path(folder) / f"{name}.parquet"
        rows = stage_table(raw_tables()[name], source, staged)
        progress(f"{name}: {rows:,} rows")
        return connection.execute(
            f"SELECT {names} FROM '{staged}' ORDER BY hash(SK_ID_CURR) LIMIT {SAMPLE}"
        ).df()


def _is_category(column: Column) -> bool:
    return column.type is Type.CATEGORY or column.unit is Unit.FLAG


def _report(
    reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[Column]
) -> Snapshot:
    """Evidently's report, told what each column is rather than left to guess."""
    definition = DataDefinition(
        numerical_columns=[c.name for c in columns if not _is_category(c)],
        categorical_columns=[c.name for c in columns if _is_category(c)],
    )
    preset = DataDriftPreset(
        num_method=NUMERIC,
        cat_method=CATEGORIC,
        num_threshold=LIMIT,
        cat_threshold=LIMIT,
    )
    with warnings.catch_warnings():
        # Evidently asks pandas and scipy for things that they deprecate.
        warnings.simplefilter("ignore")
        return Report([preset], include_tests=True).run(
            Dataset.from_pandas(current, definition),
            Dataset.from_pandas(reference, definition),
        )


def _shifts(
    report: dict[str, Any],
    reference: pd.DataFrame,
    current: pd.DataFrame,
    columns: Sequence[Column],
) -> list[Shift]:
    """Every column's distance in the report, the farthest first."""
    distance = {
        metric["config"]["column"]: float(metric["value"])
        for metric in report["metrics"]
        if "column" in metric["config"]
    }
    shifts = [
        _shift(column, distance[column.name], reference, current) for column in columns
    ]
    return sorted(shifts, key=lambda one: -one.distance)


def _shift(
    column: Column, distance: float, reference: pd.DataFrame, current: pd.DataFrame
) -> Shift:
    before, after = reference[column.name], current[column.name]
    missing = float(before.isna().mean()), float(after.isna().mean())
    if not _is_category(column):
        what, values = "mean", (float(before.mean()), float(after.mean()))
    else:
        shares = [
            one[one.notna()].astype(str).value_counts(normalize=True)
            for one in (before, after)
        ]
        moved = (shares[1] - shares[0].reindex(shares[1].index).fillna(0)).abs()
        most = str(moved.idxmax())
        what = f"share of {most}"
        values = float(shares[0].get(most, 0.0)), float(shares[1][most])
    return Shift(column, distance, what, *values, *missing)


def _headline(shifts: Sequence[Shift]) -> str:
    drifted = [one for one in shifts if one.drifted]
    if not drifted:
        return f"None of {len(shifts)} columns drifted."
    verb = "has" if len(drifted) == 1 else "have"
    return f"{len(drifted)} of {len(shifts)} columns {verb} drifted."


def _conclusion(
    headline: str, shifts: Sequence[Shift], reference: int, current: int
) -> str:
    drifted = [one for one in shifts if one.drifted]
    lines = [
        f"**{headline}** The application form's columns of {reference:,} clients with a"
        f" known outcome (training) were compared with {current:,} clients without"
        f" one. A column counts as drifted when its distance is above {LIMIT}"
        " (Wasserstein distance in standard deviations for numbers, Jensen-Shannon"
        " distance for categories): a size of effect, which does not grow with the"
        " number of clients.",
        "",
    ]
    if drifted:
        lines += [
            "| column | distance | | training | now | missing, training | now |",
            "|---|---|---|---|---|---|---|",
            *(_row(one) for one in drifted),
            "",
        ]
    return "\n".join([*lines, _advice(drifted, len(shifts)), ""])


def _row(one: Shift) -> str:
    return (
        f"| {one.column.en} ({one.column.name}) | {one.distance:.3f} | {one.what}"
        f" | {_number(one, one.before)} | {_number(one, one.after)}"
        f" | {one.missing_before:.1%} | {one.missing_after:.1%} |"
    )


def _number(one: Shift, value: float) -> str:
    if _is_category(one.column):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _advice(drifted: Sequence[Shift], compared: int) -> str:
    if not drifted:
        return "The model may be used on these clients as it is."
    if len(drifted) < compared / 4:
        names = ", ".join(one.column.name for one in drifted[:5])
        return (
            "Most of the form is as it was in training, so the model may be used;"
            f" watch the columns that moved ({names}) and the score's own"
            " distribution, and retrain when outcomes show a higher cost."
        )
    return (
        "A large part of the form has moved: the model's probabilities may no longer"
        " hold. Retrain on recent clients before relying on it."
    )


def _finite(value: Any) -> Any:
    """The same JSON value with null in place of NaN and infinities."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list) else value
