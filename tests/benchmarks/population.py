"""Clients to draw from: real applications scored out of fold, or invented ones."""

from __future__ import annotations

import json
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from training.evaluation.calibration import fit_calibration
from training.features.build import build
from training.models.dataset import load_labelled
from training.monitoring.statistics import histogram
from training.monitoring.statistics.reference import SCORE, Reference

MONITORED = 60
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "lambda_l2": 10.0,
    "verbosity": -1,
    "seed": 0,
}


class Population:
    """Labelled clients: a reference can be made of some, and the rest be replayed.

    `frame`: the monitored features, `margin` (out of fold), `probability`, `TARGET`.
    """

    def __init__(self, folder: Path) -> None:
        self.frame = pd.read_parquet(folder / "population.parquet")
        self.about = json.loads((folder / "population.json").read_text())
        self.names = [one["name"] for one in self.about["features"]]

    def reference(self, rows: np.ndarray) -> Reference:
        frame = self.frame.iloc[rows].reset_index(drop=True)
        columns = [
            histogram.category(one["name"], one["categories"])
            if one["categories"]
            else histogram.numeric(one["name"], frame[one["name"]].to_numpy(np.float64))
            for one in self.about["features"]
        ]
        columns.append(histogram.numeric(SCORE, frame[SCORE].to_numpy()))
        share = {one["name"]: one["share"] for one in self.about["features"]}
        manifest = {
            "features": [{"name": name, "labels": {"en": name}} for name in self.names],
            "threshold": 1 / 11,
            "costs": {"false_negative": 10.0, "false_positive": 1.0},
        }
        return Reference(Path(), "sha", manifest, frame, tuple(columns), share)

    def values(self, rows: np.ndarray) -> np.ndarray:
        """The monitored features and the margin, shape (rows, columns)."""
        return self.frame[[*self.names, SCORE]].iloc[rows].to_numpy(np.float64)


def prepare(data: Path, folder: Path) -> Population:
    """Train on the raw tables of `data`, five folds, and keep what is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "population.json").exists():
        return Population(folder)
    store, made = build(data, folder / "features")
    labelled = load_labelled(store, made)
    inputs = labelled.inputs.to_numpy()
    margin = np.zeros(len(inputs))
    importance = np.zeros(inputs.shape[1])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for kept, held in folds.split(inputs, labelled.target):
        train = lightgbm.Dataset(inputs[kept], labelled.target[kept])
        booster = lightgbm.train(PARAMETERS, train, num_boost_round=400)
        margin[held] = booster.predict(inputs[held], raw_score=True)
        importance += booster.feature_importance("gain")
    importance /= importance.sum()
    top = np.argsort(-importance)[:MONITORED]
    frame = labelled.inputs.iloc[:, top].copy()
    frame[SCORE] = margin
    frame["probability"] = fit_calibration(margin, labelled.target)(margin)
    frame["TARGET"] = labelled.target.astype(np.int8)
    frame.to_parquet(folder / "population.parquet", index=False)
    features = [
        {
            "name": name,
            "categories": len(labelled.categories.get(name, [])),
            "share": float(importance[place]),
        }
        for name, place in zip(frame.columns[:MONITORED], top, strict=True)
    ]
    about = json.dumps({"features": features})
    (folder / "population.json").write_text(about, encoding="utf-8")
    return Population(folder)
