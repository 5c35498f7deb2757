"""What a validation asks of the model itself: measured in the run, kept with it.

How the answer moves with each input, whether a reason weighs what it is said to weigh,
and how each fold did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mlflow
import numpy as np
from sklearn.metrics import roc_auc_score

from training.arrays import Array
from training.evaluation.cross_validation import Assessment
from training.evaluation.model_analysis import ModelAnalysis
from training.evaluation.shap_values import sample_rows, sums_by_group
from training.evaluation.trained_model import TrainedModel
from training.evaluation.uncertainty import auc
from training.gates.champion import FOLDER
from training.gates.reasons import TOLD

FILE = f"{FOLDER}/measured.json"
SAMPLE = 1_000
# Log-odds below which a reason says next to nothing.
LEAST_SAID = 0.01


def log_measured(
    trained: TrainedModel, analysis: ModelAnalysis, most: int | None = None
) -> None:
    """Measure, and put it into the active run."""
    mlflow.log_dict(measure(trained, analysis, most), FILE)


def measure(
    trained: TrainedModel, analysis: ModelAnalysis, most: int | None = None
) -> dict[str, Any]:
    """The content of `measured.json`.

    `most`: how many inputs are moved, those that weigh most; None is all that weigh.
    """
    explained = analysis.explained
    rows = sample_rows(len(explained.inputs), SAMPLE)
    matrix = explained.inputs.to_numpy(np.float32)[rows]
    values = explained.values[rows]
    return {
        "by_fold": by_fold(trained.data.target, trained.chosen),
        "sensitivity": {
            "clients": len(rows),
            "inputs": sensitivity(
                trained,
                matrix,
                explained.target[rows],
                _weighty(np.abs(explained.values).mean(axis=0), most),
            ),
        },
        "faithfulness": faithfulness(trained, matrix, values, analysis.borderline),
    }


def _weighty(weight: Array, most: int | None) -> np.ndarray:
    """Which inputs weigh anything, or are among those that weigh most."""
    least = 0.0 if most is None or most >= len(weight) else np.sort(weight)[-most]
    return np.asarray((weight >= least) & (weight > 0))


def by_fold(target: Array, chosen: Assessment) -> list[dict[str, Any]]:
    """How the model that did not see a fold did on it."""
    found = []
    for number in np.unique(chosen.fold):
        mask = chosen.fold == number
        found.append(
            {
                "clients": int(mask.sum()),
                "defaults": int(target[mask].sum()),
                "predicted_rate": float(chosen.probability[mask].mean()),
                "auc": auc(target[mask], chosen.probability[mask]),
                "business_score": float(chosen.cost[mask].mean()),
            }
        )
    return found


def sensitivity(
    trained: TrainedModel, matrix: np.ndarray, target: Array, used: np.ndarray
) -> list[dict[str, Any]]:
    """What each input that the model looks at does when it is missing, or shifted.

    `matrix`: some clients' inputs, shape (clients, features). A shift is of a standard
    deviation, up and down; a category has none.
    """
    before = _probability(trained, matrix)
    changed = matrix.copy()
    found = []
    for at, feature in enumerate(trained.feature_set.features):
        if not used[at]:
            continue
        column = matrix[:, at]
        known = column[~np.isnan(column)]
        step = np.float32(0 if feature.category or not len(known) else known.std())
        entry: dict[str, Any] = {"feature": feature.name, "group": feature.group}
        changes = {"missing": np.full_like(column, np.nan)}
        if step > 0:
            changes |= {"up": column + step, "down": column - step}
        for name, values in changes.items():
            changed[:, at] = values
            entry[name] = _moved(trained, before, _probability(trained, changed))
        changed[:, at] = column
        changed_auc = entry["missing"].pop("probability")
        for name in changes.keys() - {"missing"}:
            del entry[name]["probability"]
        entry["missing"]["auc_lost"] = _auc_lost(target, before, changed_auc)
        found.append(entry)
    return sorted(found, key=lambda one: -float(one["missing"]["moved"]))


def _moved(trained: TrainedModel, before: Array, after: Array) -> dict[str, Any]:
    """Mean change of the probability, its mean size, and decisions that turn."""
    threshold = trained.chosen.threshold.value
    return {
        "change": float((after - before).mean()),
        "moved": float(np.abs(after - before).mean()),
        "turned": float(((before < threshold) != (after < threshold)).mean()),
        "probability": after,
    }


def _auc_lost(target: Array, before: Array, after: Array) -> float:
    if len(np.unique(target)) < 2:
        return 0.0
    return float(roc_auc_score(target, before) - roc_auc_score(target, after))


def _probability(trained: TrainedModel, matrix: np.ndarray) -> Array:
    return trained.chosen.calibration(trained.model.margins(matrix))


def faithfulness(
    trained: TrainedModel,
    matrix: np.ndarray,
    values: Array,
    borderline: Mapping[str, Any],
) -> dict[str, Any]:
    """Does taking a reason away move the score as was said?

    A reason is a group of features; what is said of it is its contribution against the
    borderline clients. Taken away, its features have their typical values. `values`:
    SHAP values, shape (clients, features), as is `matrix`. `told`: of the reasons that
    an answer tells, the share whose removal moves the risk to the side that was said.
    """
    features = trained.feature_set.features
    group_of = [one.group for one in features]
    usual = np.array([one["contribution"] for one in borderline["features"]])
    groups, said = sums_by_group(values - usual, group_of)
    typical = np.array(
        [
            _coded(one["typical"], trained.data.categories.get(one["feature"]))
            for one in borderline["features"]
        ],
        np.float32,
    )
    whole = trained.model.margins(matrix)
    moved = np.empty_like(said)
    for at, group in enumerate(groups):
        places = [place for place, one in enumerate(group_of) if one == group]
        changed = matrix.copy()
        changed[:, places] = typical[places]
        moved[:, at] = whole - trained.model.margins(changed)
    order = np.argsort(-np.abs(said), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    told = (rank < TOLD) & (np.abs(said) >= LEAST_SAID)
    return {
        "clients": len(matrix),
        "told": _agreed(said[told], moved[told]),
        "correlation": _correlation(said.ravel(), moved.ravel()),
        "groups": [
            {
                "group": group,
                "said": float(np.abs(said[:, at]).mean()),
                "moved": float(np.abs(moved[:, at]).mean()),
                "correlation": _correlation(said[:, at], moved[:, at]),
                "same_side": _agreed(
                    said[np.abs(said[:, at]) >= LEAST_SAID, at],
                    moved[np.abs(said[:, at]) >= LEAST_SAID, at],
                ),
            }
            for at, group in enumerate(groups)
        ],
    }


def _coded(typical: float | str | None, categories: Sequence[str] | None) -> float:
    if typical is None:
        return np.nan
    return float(typical if categories is None else categories.index(str(typical)))


def _agreed(said: Array, moved: Array) -> float | None:
    """The share of changes to the side that was said; None where nothing was."""
    return float((np.sign(said) == np.sign(moved)).mean()) if len(said) else None


def _correlation(said: Array, moved: Array) -> float | None:
    """Pearson's; None where one of both does not move."""
    if said.std() < 1e-12 or moved.std() < 1e-12:
        return None
    return float(np.corrcoef(said, moved)[0, 1])
