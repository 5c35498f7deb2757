"""Learn which outside score is usual at which age; rewrites `scores_by_age.json`.

    python -m training.features.applicant.learn_ages STORE [STORE ...]

Each STORE is a folder that `python -m training features` has written. Of each score the
middle is a parabola over the age, and the spread between its quarters a straight line:
smooth, so that no birthday moves a risk. No outcome is looked at.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import numpy as np

from training.features.applicant.external import AGES, AVERAGE
from training.features.build import FeatureStore
from training.files import literal
from training.tables.home_credit.reasons import EXTERNAL

# Years of age that are summed up together, and how many clients there are at least.
WIDTH, LEAST = 2.5, 50


def learn(years: np.ndarray, score: np.ndarray) -> dict[str, list[float]]:
    """Coefficients over the age, the highest power first; shapes (clients,)."""
    known = ~np.isnan(score)
    years, score = years[known], score[known]
    bands = years // WIDTH
    values, sizes = np.unique(bands, return_counts=True)
    parts = [bands == value for value in values[sizes >= LEAST]]
    age = [years[part].mean() for part in parts]
    low, middle, high = np.transpose(
        [np.quantile(score[part], (0.25, 0.5, 0.75)) for part in parts]
    )
    weight = np.sqrt([part.sum() for part in parts])
    fitted = {
        "typical": np.polyfit(age, middle, 2, w=weight),
        "spread": np.polyfit(age, high - low, 1, w=weight),
    }
    return {name: [float(f"{c:.4g}") for c in found] for name, found in fitted.items()}


def main(folders: list[str]) -> None:
    paths = ", ".join(literal(FeatureStore(Path(f)).application) for f in folders)
    columns = ", ".join(("DAYS_BIRTH", *EXTERNAL))
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {columns} FROM read_parquet([{paths}], union_by_name = true)"
        ).df()
    years = rows["DAYS_BIRTH"].to_numpy(np.float64) / -365.25
    scores = {name: rows[name].to_numpy(np.float64) for name in EXTERNAL}
    scores[AVERAGE] = rows[list(EXTERNAL)].mean(axis=1).to_numpy(np.float64)
    found = {name: learn(years, values) for name, values in scores.items()}
    AGES.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
