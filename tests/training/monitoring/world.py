"""A small bundle with a real model, and events as the API would export them."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from training.bundle.samples import CORRELATIONS, correlations
from training.evaluation.calibration import fit_calibration
from training.monitoring.statistics.reference import Reference, read_reference

NAMES = ("FIRST", "SECOND", "THIRD", "UNUSED", "KIND")
MONITORED = ("THIRD", "FIRST", "KIND", "SECOND")
KINDS = ("Cash", "Revolving", "Other")
CLIENTS = 6_000


def clients(rows: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features in the order of NAMES, float32, and outcomes."""
    values = random.normal(size=(rows, 5)).astype(np.float32)
    values[:, 4] = random.choice(3, rows, p=[0.7, 0.25, 0.05])
    values[random.random(rows) < 0.2, 1] = np.nan
    line = -2.6 + 0.9 * values[:, 0] + 0.6 * values[:, 2] + 0.4 * (values[:, 4] == 1)
    return values, (random.random(rows) < 1 / (1 + np.exp(-line))).astype(np.float64)


def make_bundle(folder: Path, seed: int = 0, version: str = "1") -> Reference:
    """Write a bundle; only the files that monitoring reads."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    parameters = {
        "objective": "binary",
        "verbosity": -1,
        "num_leaves": 7,
        "learning_rate": 0.1,
        "num_threads": 1,
        "min_data_in_leaf": 50,
    }
    learned = lightgbm.Dataset(*clients(CLIENTS, random))
    booster = lightgbm.train(parameters, learned, num_boost_round=40)
    values, target = clients(CLIENTS, random)
    margin = np.asarray(booster.predict(values, raw_score=True))
    calibration = fit_calibration(margin, target)
    frame = pd.DataFrame(values, columns=list(NAMES))[list(MONITORED)]
    frame["margin"] = margin
    frame["probability"] = calibration(margin)
    frame["TARGET"] = target.astype(np.int8)
    frame.to_parquet(folder / "reference.parquet", index=False)
    related = correlations(frame[list(MONITORED)]).tolist()
    (folder / CORRELATIONS).write_text(json.dumps(related))
    booster.save_model(str(folder / "model.txt"))
    weights = [
        {"feature": name, "group": "G", "mean_absolute": weight}
        for name, weight in zip(
            ("THIRD", "FIRST", "KIND", "SECOND", "UNUSED"),
            (0.5, 0.8, 0.2, 0.02, 0.01),
            strict=True,
        )
    ]
    (folder / "importance.json").write_text(json.dumps({"features": weights}))
    manifest = {
        "format": 1,
        "model": {"name": "credit-scoring", "version": version},
        "costs": {"false_negative": 10.0, "false_positive": 1.0},
        "threshold": 1 / 11,
        "calibration": calibration.to_json(),
        "monitored": list(MONITORED),
        "features": [
            {
                "name": name,
                "dtype": "category" if name == "KIND" else "float32",
                "categories": list(KINDS) if name == "KIND" else None,
                "labels": {"en": name.capitalize(), "fr": name.capitalize()},
                "formula": name,
            }
            for name in NAMES
        ],
        "files": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return read_reference(folder)


class Events:
    """Makes event lines with rising sequence numbers."""

    def __init__(self, reference: Reference, seed: int = 1) -> None:
        self.reference = reference
        self.model = reference.model()
        self.random = np.random.default_rng(seed)
        self.sequence = 0
        self.lines: list[dict[str, Any]] = []

    def decide(
        self, count: int, shift: float = 0.0, client: str | None = None
    ) -> list[dict[str, Any]]:
        """Decisions on new clients, FIRST moved by standard deviations."""
        values, _ = clients(count, self.random)
        values[:, 0] += shift
        margins = self.model.margins(values)
        found = self.reference.manifest["calibration"]
        made = []
        for vector, margin in zip(values, margins, strict=True):
            line = found["slope"] * margin + found["intercept"]
            probability = float(1 / (1 + np.exp(-line)))
            refused = probability >= self.reference.threshold
            made.append(
                self._add(
                    "decision",
                    client=client,
                    probability=probability,
                    margin=float(margin),
                    decision="refused" if refused else "granted",
                    threshold=self.reference.threshold,
                    unknown_categories=0,
                    features=base64.b64encode(vector.astype("<f4").tobytes()).decode(),
                )
            )
        return made

    def outcome(self, of: dict[str, Any], defaulted: bool) -> dict[str, Any]:
        return self._add(
            "outcome",
            client=of["client"],
            prediction_id=of["event_id"],
            defaulted=defaulted,
            observed_on="2026-11-01",
        )

    def review(self, of: dict[str, Any], action: str) -> dict[str, Any]:
        return self._add(
            "review",
            client=of["client"],
            prediction_id=of["event_id"],
            action=action,
            decision="granted",
        )

    def _add(self, kind: str, **rest: Any) -> dict[str, Any]:
        # Gaps: the API's numbers are not without them.
        self.sequence += int(self.random.integers(1, 4))
        line = {
            "sequence": self.sequence,
            "event_id": str(uuid.uuid4()),
            "kind": kind,
            "created_at": f"2026-11-24T12:{self.sequence // 60 % 60:02}:00.000000Z",
            "bundle_sha256": self.reference.bundle_sha256,
            **rest,
        }
        self.lines.append(line)
        return line
