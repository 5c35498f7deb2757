"""The newest decisions against the reference, as Evidently draws it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from training.monitoring.evidently_report import (
    compare,
    distance_of,
    is_installed,
    limit_of,
)
from training.monitoring.reference import Reference

ROWS = 5_000


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
    # Evidently cannot compare a column that is empty on a side.
    drawn = [n for n in names if before[n].notna().any() and after[n].notna().any()]
    order = [names[-1], *drawn[:-1]] if names[-1] in drawn else drawn
    categories = {one.name for one in reference.columns if one.category}
    categoric = [name for name in drawn if name in categories]
    numeric = [name for name in drawn if name not in categoric]
    limits = {
        name: limit_of(
            before[name],
            after[name],
            name in categoric,
            distance_of(before[name], after[name], name in categoric),
        )
        for name in order
    }
    shares = reference.importance
    compared = compare(before[order], after[order], numeric, categoric, limits, shares)
    with tempfile.TemporaryDirectory() as folder:
        compared.save(Path(folder))
        return (Path(folder) / "report.html").read_text(encoding="utf-8")
