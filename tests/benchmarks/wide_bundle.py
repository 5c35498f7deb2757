"""A bundle of sixty monitored features, and pages of events that belong to it."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd

from training.evaluation.calibration import fit_calibration
from training.monitoring.statistics.reference import Reference, read_reference

FEATURES, CLIENTS = 60, 50_000


def make_wide_bundle(folder: Path) -> Reference:
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    values = random.normal(size=(CLIENTS, FEATURES)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    line = -2.6 + np.nan_to_num(values[:, :8]).sum(axis=1) / 3
    target = (random.random(CLIENTS) < 1 / (1 + np.exp(-line))).astype(np.float64)
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(values, target), 30)
    margin = np.asarray(booster.predict(values, raw_score=True))
    calibration = fit_calibration(margin, target)
    names = [f"FEATURE_{place:02}" for place in range(FEATURES)]
    frame = pd.DataFrame(values, columns=names).assign(
        margin=margin, probability=calibration(margin), TARGET=target.astype(np.int8)
    )
    frame.to_parquet(folder / "reference.parquet", index=False)
    booster.save_model(str(folder / "model.txt"))
    weights = [
        {"feature": n, "mean_absolute": 1 / (3 + i)} for i, n in enumerate(names)
    ]
    (folder / "importance.json").write_text(json.dumps({"features": weights}))
    features = [
        {"name": n, "dtype": "float32", "labels": {"en": n}, "categories": None}
        for n in names
    ]
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
    }
    manifest = {
        "model": {"name": "credit-scoring", "version": "1"},
        "costs": {"false_negative": 10.0, "false_positive": 1.0},
        "threshold": 1 / 11,
        "calibration": calibration.to_json(),
        "monitored": names,
        "features": features,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return read_reference(folder)


def write_pages(
    folder: Path,
    reference: Reference,
    events: int,
    page: int,
    random: np.random.Generator,
) -> None:
    """`{after}.ndjson` for every page; clients of the reference, in random order."""
    names = reference.monitored
    values = reference.frame[names].to_numpy("<f4")
    vectors = [base64.b64encode(one.tobytes()).decode() for one in values]
    margin = reference.frame["margin"].to_numpy()
    probability = reference.frame["probability"].to_numpy()
    drawn = random.integers(0, len(values), events)
    for start in range(0, events, page):
        with (folder / f"{start}.ndjson").open("w", encoding="utf-8") as file:
            for number in range(start, min(start + page, events)):
                of = drawn[number]
                refused = probability[of] >= reference.threshold
                line = {
                    "sequence": number + 1,
                    "event_id": str(uuid.UUID(int=number + 1)),
                    "kind": "decision",
                    "client": f"{random.integers(1 << 62):016x}",
                    "created_at": f"2026-11-{1 + number * 28 // events:02}T12:00:00Z",
                    "bundle_sha256": reference.bundle_sha256,
                    "probability": probability[of],
                    "margin": margin[of],
                    "decision": "refused" if refused else "granted",
                    "threshold": reference.threshold,
                    "unknown_categories": 0,
                    "features": vectors[of],
                }
                file.write(json.dumps(line) + "\n")
