"""What each history table is worth: AUC by repeated cross-validation, paired.

    python -m tests.benchmarks.ablation STORE [--repeats 3] [--jobs 2]

STORE is a folder that `python -m training features` has written. Two questions per
table: what it adds to the application alone, and what it adds to everything else.
Standard errors are of the differences over the same folds, corrected for folds that
share clients (Nadeau and Bengio, Inference for the Generalization Error, 2003).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import joblib
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from training.features.build import FeatureStore
from training.features.sql import FeatureSet, compile_features
from training.models import candidates
from training.models.candidates import margins
from training.models.fewer import only
from training.models.matrix import Labelled, load_labelled

FOLDS = 5
APPLICATION, EVERYTHING = "application", "everything"


def subsets(made: FeatureSet) -> dict[str, list[str]]:
    """The features of each model that is compared, by its name."""
    tables = [name for name in made.tables if name != APPLICATION]
    found = {
        APPLICATION: [APPLICATION],
        EVERYTHING: [APPLICATION, *tables],
        **{f"with {name}": [APPLICATION, name] for name in tables},
        **{
            f"without {name}": [APPLICATION, *(n for n in tables if n != name)]
            for name in tables
        },
    }
    return {
        name: [one.name for one in made.features if one.table in among]
        for name, among in found.items()
    }


def auc_by_fold(data: Labelled, names: list[str], repeat: int) -> list[float]:
    some = only(data, names)
    found = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=repeat)
    for train, test in folds.split(some.inputs, some.target):
        model = candidates.lightgbm().fit(
            some.inputs.iloc[train], some.target[train], list(some.categories)
        )
        held_out = margins(model, some.inputs.iloc[test])
        found.append(float(roc_auc_score(some.target[test], held_out)))
    return found


def measure(
    data: Labelled, sets: Mapping[str, list[str]], repeats: int, jobs: int
) -> dict[str, np.ndarray]:
    """The AUC of each model in each fold of each repeat, shape (repeats * folds,)."""
    asked = [(name, repeat) for repeat in range(repeats) for name in sets]
    found = joblib.Parallel(jobs)(
        joblib.delayed(auc_by_fold)(data, sets[name], repeat) for name, repeat in asked
    )
    return {
        name: np.concatenate(
            [auc for (one, _), auc in zip(asked, found, strict=True) if one == name]
        )
        for name in sets
    }


def gain(better: np.ndarray, base: np.ndarray) -> str:
    difference = better - base
    shared = 1 / len(difference) + 1 / (FOLDS - 1)
    error = float(np.sqrt(difference.var(ddof=1) * shared))
    said = "" if abs(difference.mean()) > 2 * error else " (too small to tell)"
    return f"{difference.mean():+.4f} ± {error:.4f}{said}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    store = FeatureStore(options.store)
    made = compile_features(store.present())
    data, sets = load_labelled(store, made), subsets(made)
    auc = measure(data, sets, options.repeats, options.jobs)
    lines = [
        f"{len(data.target):,} labelled clients, {options.repeats} x {FOLDS} folds:"
        f" AUC {auc[APPLICATION].mean():.4f} of the application alone,"
        f" {auc[EVERYTHING].mean():.4f} of everything",
        "",
        "| table | features | added to the application | added to everything else |",
        "| --- | --- | --- | --- |",
    ]
    for name in made.tables[1:]:
        counted = len(sets[f"with {name}"]) - len(sets[APPLICATION])
        first = gain(auc[f"with {name}"], auc[APPLICATION])
        last = gain(auc[EVERYTHING], auc[f"without {name}"])
        lines.append(f"| {name} | {counted} | {first} | {last} |")
    together = gain(auc[EVERYTHING], auc[APPLICATION])
    history = len(sets[EVERYTHING]) - len(sets[APPLICATION])
    lines.append(f"| all of them | {history} | {together} | |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
