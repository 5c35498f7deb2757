"""Evidently's drift table, told what each column is and when a distance matters.

Evidently's own p-values cry drift on any large sample; a fixed distance cries on small
ones. Here the limit of a column is an effect worth seeing, and more where the samples
are so small that chance alone would reach that.
"""

from __future__ import annotations

import json
import math
import tempfile
import warnings
from collections.abc import Container, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import jensenshannon

from training.errors import TrainingError
from training.monitoring.statistics.reference import Reference

if TYPE_CHECKING:
    from evidently.core.report import Snapshot

# Effect sizes, not p-values: with tens of thousands of clients every p-value is tiny.
NUMERIC, CATEGORIC = "wasserstein", "jensenshannon"
LIMIT = 0.1
TABLE, SHARE, DETECTED = "big_table", "importance", "Detected"
# With this many clients on both sides chance stays far below the limit.
MANY = 5_000
PERMUTATIONS, DEVIATIONS = 40, 5.0
# Newest decisions that are drawn.
ROWS = 5_000


def is_installed() -> bool:
    return find_spec("evidently") is not None


def require() -> None:
    """Raise TrainingError unless Evidently is there: it is an extra."""
    if not is_installed():
        raise TrainingError(
            "drift: Evidently, which draws the report, is not installed; the extra"
            " `report` brings it, on Python 3.11 to 3.13"
        )


def write_report(
    folder: Path,
    reference: pd.DataFrame,
    current: pd.DataFrame,
    categories: Container[str],
    limits: Mapping[str, float],
    title: str,
    shares: Mapping[str, float | None] | None = None,
    notes: Mapping[str, str] | None = None,
) -> None:
    """Compare all columns of two frames, into `report.html` and `report.json`.

    `categories`: which of them are. `limits`: the distance from which a column counts
    as drifted. `title`: of the table, which is in the frames' order; columns that are
    empty on a side, which Evidently cannot compare, come before all others. `shares`:
    each column's part of the model's importance. `notes`: why else a column has drifted
    than by its distance.
    """
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    order = list(map(str, reference))
    known = reference.notna().any() & current.notna().any()
    names = [name for name in order if known[name]]
    definition = DataDefinition(
        numerical_columns=[name for name in names if name not in categories],
        categorical_columns=[name for name in names if name in categories],
    )
    preset = DataDriftPreset(
        columns=names,
        num_method=NUMERIC,
        cat_method=CATEGORIC,
        per_column_threshold={name: limits[name] for name in names},
    )
    with warnings.catch_warnings():
        # Evidently asks pandas and scipy for things that they deprecate.
        warnings.simplefilter("ignore")
        snapshot = Report([preset], include_tests=True).run(
            Dataset.from_pandas(current[names], definition),
            Dataset.from_pandas(reference[names], definition),
        )
    one_sided = [
        _one_sided(name, reference[name], current[name], name in categories)
        for name in order
        if not known[name]
    ]
    arranged = _arranged(snapshot, names, title, shares, one_sided, notes or {})
    arranged.save_html(str(folder / "report.html"))
    report = finite(json.loads(snapshot.json()))
    text = json.dumps(report, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text, encoding="utf-8")


def _one_sided(
    name: str, before: pd.Series, after: pd.Series, category: bool
) -> dict[str, Any]:
    """A row of Evidently's table for a column that is empty on a side."""
    known = before if before.notna().any() else after
    if category:
        counts = known.dropna().astype(str).value_counts()
        drawn = {"x": counts.index.tolist(), "y": counts.tolist()}
    else:
        heights, edges = np.histogram(known.dropna().to_numpy(np.float64), density=True)
        drawn = {"x": edges.tolist(), "y": heights.tolist()}
    nothing = {"x": drawn["x"], "y": [0] * len(drawn["y"])}
    return {
        "details": {"parts": []},
        "column_name": name,
        "column_type": "cat" if category else "num",
        "stattest_name": "Empty now" if known is before else "Empty in the reference",
        "reference_distribution": drawn if known is before else nothing,
        "current_distribution": nothing if known is before else drawn,
        "data_drift": DETECTED,
        "drift_score": "",
    }


def _arranged(
    snapshot: Snapshot,
    order: list[str],
    title: str,
    shares: Mapping[str, float | None] | None,
    one_sided: Sequence[Mapping[str, Any]],
    notes: Mapping[str, str],
) -> Snapshot:
    """The table alone, in order, under a title of our own, with what it cannot tell.

    Evidently's own counts know neither the columns that are not drawn nor missing
    values: they would contradict the conclusion.
    """
    from evidently.core.report import Snapshot

    model = snapshot.to_snapshot_model()
    model.widgets = [widget for widget in model.widgets if widget.type == TABLE]
    for widget in model.widgets:
        widget.title = title
        rows = widget.params["data"]
        for row in rows:
            if note := notes.get(row["column_name"]):
                row |= {"data_drift": DETECTED, "stattest_name": note}
        rows.sort(key=lambda row: order.index(row["column_name"]))
        rows[:0] = one_sided
        if not shares:
            continue
        for row in rows:
            share = shares.get(row["column_name"])
            row[SHARE] = "" if share is None else f"{100 * share:.1f}"
        widget.params["columns"].insert(1, {"title": "Importance, %", "field": SHARE})
    return Snapshot.load_model(model)


def draw(reference: Reference, newest: np.ndarray) -> str | None:
    """Evidently's HTML of the newest decisions against the reference.

    None where Evidently is not installed.
    """
    if not is_installed():
        return None
    rows = reference.frame.sample(min(ROWS, len(reference.frame)), random_state=0)
    names = [column.name for column in reference.columns]
    before = rows[names].reset_index(drop=True)
    after = pd.DataFrame(newest[-ROWS:], columns=names)
    for feature in reference.manifest["features"]:
        if feature["name"] in names and feature["dtype"] == "category":
            texts = dict(enumerate(feature["categories"]))
            for frame in (before, after):
                frame[feature["name"]] = frame[feature["name"]].map(texts)
    drawn = [n for n in names if before[n].notna().any() or after[n].notna().any()]
    order = [names[-1], *drawn[:-1]] if names[-1] in drawn else drawn
    categories = {column.name for column in reference.columns if column.category}
    limits = {}
    for name in order:
        both = before[name], after[name], name in categories
        if before[name].isna().all() or after[name].isna().all():
            continue
        limits[name] = limit_of(*both, distance_of(*both))
    frames = before[order], after[order]
    with tempfile.TemporaryDirectory() as folder:
        title = f"Distances of {len(order)} columns of the newest decisions"
        write_report(
            Path(folder), *frames, categories, limits, title, reference.importance
        )
        return (Path(folder) / "report.html").read_text(encoding="utf-8")


def distance_of(reference: pd.Series, current: pd.Series, category: bool) -> float:
    """What Evidently computes for the two columns, missing values left out."""
    known = reference.dropna(), current.dropna()
    if not category:
        before, after = (column.to_numpy(np.float64) for column in known)
        return wasserstein(after, before)
    codes = pd.factorize(pd.concat(known, ignore_index=True))[0]
    return jensen_shannon(codes[len(known[0]) :], codes[: len(known[0])])


def limit_of(
    reference: pd.Series, current: pd.Series, category: bool, distance: float
) -> float:
    """From where a column counts as drifted, given its distance."""
    if distance <= LIMIT:
        return LIMIT
    return max(LIMIT, by_chance(reference, current, category))


def by_chance(reference: pd.Series, current: pd.Series, category: bool) -> float:
    """A distance that shuffled clients of these numbers practically never reach.

    Five standard deviations above the mean of permutations; 0 for large samples.
    """
    known = reference.dropna(), current.dropna()
    sizes = [len(series) for series in known]
    if min(sizes) >= MANY or not min(sizes):
        return 0.0
    pooled = pd.concat(known, ignore_index=True)
    values = pd.factorize(pooled)[0] if category else pooled.to_numpy(np.float64)
    between = jensen_shannon if category else wasserstein
    random = np.random.default_rng(0)
    # A subsample of the larger side changes little and saves much.
    large = min(max(sizes), 2 * MANY)
    drawn = []
    for _ in range(PERMUTATIONS):
        mixed = random.permutation(values)
        drawn.append(between(mixed[: min(sizes)], mixed[min(sizes) :][:large]))
    return float(np.mean(drawn) + DEVIATIONS * np.std(drawn))


def wasserstein(current: np.ndarray, reference: np.ndarray) -> float:
    """In standard deviations, as Evidently has it."""
    spread = max(float(np.std(reference)), 0.001)
    return float(stats.wasserstein_distance(reference, current)) / spread


def jensen_shannon(current: np.ndarray, reference: np.ndarray) -> float:
    """Of codes from 0 on."""
    categories = int(max(current.max(), reference.max())) + 1
    counts = (
        np.bincount(codes, minlength=categories) for codes in (current, reference)
    )
    return float(jensenshannon(*counts))


def finite(value: Any) -> Any:
    """The same JSON value with null in place of NaN and infinities."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list) else value
