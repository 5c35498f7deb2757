"""The a-priori analysis: clients with a known outcome against others, by Evidently."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from training.files import replacing
from training.language import SOURCE, Labels, _, alike
from training.monitoring import evidently_report
from training.monitoring.evidently_report import LIMIT, distance_of, limit_of
from training.monitoring.statistics.drift_tests import share_test
from training.monitoring.statistics.reference import Reference
from training.monitoring.train_test_drift import datasets
from training.monitoring.train_test_drift.conclusion import alert, conclude, headline
from training.monitoring.train_test_drift.datasets import (
    PROBABILITY,
    ComparedColumn,
    DatasetPair,
    Shift,
)

# Evidently draws the score, the most important features and those that drifted: what
# it draws of hundreds nobody reads, and no browser opens.
DRAWN, MOST_DRAWN = 60, 90
SURE = 0.01


def analyse(
    data: Path,
    out: Path,
    *,
    features: Path | None = None,
    bundle: Reference | None = None,
    progress: Callable[[str], None],
) -> str:
    """Write `report.html`, `report.json` and `conclusion.md` to the folder `out`.

    With a bundle its model's features and score are compared, with the folder
    `features` for its feature store; without one the application form's columns.
    Returns the conclusion's first sentence.

    Raises:
        TrainingError: an application file is missing or cannot be used, or Evidently
            is not installed.
    """
    evidently_report.require()
    if bundle is None or features is None:
        pair = datasets.of_application(data, progress).known()
    else:
        pair = datasets.of_model(data, features, bundle, progress).known()
    progress(f"comparing {len(pair.columns)} columns")
    shifts = [_shift(column, pair) for column in pair.columns]
    # What is empty on one side first; of a model then what is important.
    shifts.sort(key=lambda one: not one.one_sided if bundle else -one.size)
    drawn = _drawn(shifts)
    names = [shift.column.name for shift in drawn]
    rows = len(pair.reference), len(pair.current)
    scores = None
    if bundle is not None:
        probability = pair.current[PROBABILITY].to_numpy(np.float64)
        scores = bundle, probability, bundle.costs.weight(pair.current)
    with replacing(out) as beside:
        beside.mkdir()
        evidently_report.write_report(
            beside,
            pair.reference[names],
            pair.current[names],
            {shift.column.name for shift in drawn if shift.column.category},
            {shift.column.name: shift.limit for shift in drawn},
            _title(shifts, drawn),
            {shift.column.name: shift.column.share for shift in drawn}
            if bundle
            else None,
            {shift.column.name: _gaps(shift) for shift in drawn if shift.missing_moved},
        )
        texts = conclude(shifts, rows, scores)
        (beside / "conclusion.md").write_text(texts[SOURCE], encoding="utf-8")
        document = json.loads((beside / "report.json").read_bytes())
        document |= {
            "conclusion": texts,
            "columns": [shift.to_json() for shift in shifts],
        }
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        (beside / "report.json").write_text(text, encoding="utf-8")
    return " ".join(labels[SOURCE] for labels in (headline(shifts), *alert(shifts)))


def _title(shifts: Sequence[Shift], drawn: Sequence[Shift]) -> str:
    """The conclusion's count, and how much of it the table below shows."""
    shown = sum(shift.drifted for shift in drawn)
    return (
        f"{headline(shifts)[SOURCE]} Drawn are {len(drawn)}, {shown} of them drifted."
    )


def _gaps(shift: Shift) -> str:
    return f"Missing: {shift.missing_before:.1%}, now {shift.missing_after:.1%}"


def _drawn(shifts: Sequence[Shift]) -> list[Shift]:
    """In order: the first ones, and the others that drifted."""
    if all(shift.column.share is None for shift in shifts):
        return list(shifts)
    first, others = list(shifts[:DRAWN]), shifts[DRAWN:]
    return (first + [shift for shift in others if shift.drifted])[:MOST_DRAWN]


def _shift(column: ComparedColumn, pair: DatasetPair) -> Shift:
    before, after = pair.reference[column.name], pair.current[column.name]
    if before.notna().any() and after.notna().any():
        distance = distance_of(before, after, column.category)
        limit = limit_of(before, after, column.category, distance)
        what, values = _values(column, before, after)
    else:
        distance, limit, values = math.inf, LIMIT, (math.nan, math.nan)
        what = _("empty now") if before.notna().any() else _("empty in training")
    empty = int(before.isna().sum()), int(after.isna().sum())
    _z, p = share_test(
        np.array([empty[1]]), np.array([len(after)]), empty[0], len(before)
    )
    return Shift(
        column,
        distance,
        limit,
        what,
        *values,
        empty[0] / len(before),
        empty[1] / len(after),
        bool(p[0] * len(pair.columns) < SURE),
    )


def _values(
    column: ComparedColumn, before: pd.Series, after: pd.Series
) -> tuple[Labels, tuple[float, float]]:
    if not column.category:
        return _("mean"), (float(before.mean()), float(after.mean()))
    shares = [
        values[values.notna()].astype(str).value_counts(normalize=True)
        for values in (before, after)
    ]
    moved = (shares[1] - shares[0].reindex(shares[1].index).fillna(0)).abs()
    most = str(moved.idxmax())
    what = _("share of {category}", category=alike(most))
    return what, (float(shares[0].get(most, 0.0)), float(shares[1][most]))
