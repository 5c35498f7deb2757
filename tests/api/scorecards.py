"""A bundle that serves a scorecard, made of one that serves trees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCALE = {"points": 600.0, "odds": 50.0, "points_to_double": 20.0}
BASE = 510.0
AMOUNT: dict[str, Any] = {
    "feature": "AMT_CREDIT",
    "edges": [200000.0, 500000.0],
    "groups": None,
    "points": [20, 0, -20],
    "missing": 0,
    "mean": -4.0,
    "clients": [100, 100, 300, 0],
    "default_rate": [0.1, 0.25, 0.5, None],
}
OUTSIDE: dict[str, Any] = {
    "feature": "EXT_SOURCE_1",
    "edges": [0.25, 0.5],
    "groups": None,
    "points": [-20, 0, 20],
    "missing": -10,
    "mean": 5.0,
    "clients": [100, 110, 220, 70],
    "default_rate": [0.6, 0.5, 0.125, 0.25],
}
GENDER: dict[str, Any] = {
    "feature": "CODE_GENDER",
    "edges": None,
    "groups": [["F"]],
    "points": [10],
    "missing": -5,
    "mean": 1.75,
    "clients": [225, 275],
    "default_rate": [0.25, 0.5],
}
WRITTEN = {one["feature"]: one for one in (AMOUNT, OUTSIDE, GENDER)}


def as_scorecard(
    folder: Path, written: Mapping[str, dict[str, Any]] = WRITTEN
) -> dict[str, Any]:
    """Put the points in place of the trees and seal the bundle; the scorecard.

    What is not `written` gets no points, whatever its value.
    """
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    inputs = [written.get(one["name"]) or _nothing(one) for one in manifest["features"]]
    card = {"scale": SCALE, "base_points": BASE, "inputs": inputs}
    for name in ("model.txt", "shap_tables.safetensors"):
        (folder / name).unlink(missing_ok=True)
        manifest["files"].pop(name, None)
    manifest["calibration"] |= {"slope": 1.0, "intercept": 0.0}
    write(folder, card, manifest)
    return card


def write(folder: Path, card: Any, manifest: dict[str, Any]) -> None:
    content = json.dumps(card).encode()
    (folder / "scorecard.json").write_bytes(content)
    manifest["files"]["scorecard.json"] = hashlib.sha256(content).hexdigest()
    sealed = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(sealed)
    digest = hashlib.sha256(sealed).hexdigest()
    (folder / "manifest.json.sha256").write_text(f"{digest}\n")


def _nothing(feature: dict[str, Any]) -> dict[str, Any]:
    category = feature.get("categories") is not None
    return {
        "feature": feature["name"],
        "edges": None if category else [],
        "groups": [feature["categories"]] if category else None,
        "points": [0],
        "missing": 0,
        "mean": 0,
        "clients": [400, 100],
        "default_rate": [0.25, 0.25],
    }
