"""A bundle that serves a scorecard, with training's own table of points in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.bundle.parts import hashes, seal
from training.models.scorecard import Input, Scale, Scorecard

# So many of the features that weigh most get points; more bins would say no more.
POINTED, BINS = 12, 4
# Of the evidence of each alone: they repeat each other.
WEIGHT = 0.5


def scorecard_bundle(trees: Path, folder: Path) -> Scorecard:
    """Write a bundle like `trees` to `folder`, its points by weight of evidence."""
    shutil.copytree(trees, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    sealed = ("manifest.json", "manifest.json.sha256")
    for name in ("model.txt", "shap_tables.safetensors", *sealed):
        (folder / name).unlink(missing_ok=True)
    spread = json.loads((folder / "distributions.json").read_text("utf-8"))
    weighty = json.loads((folder / "importance.json").read_text("utf-8"))["features"]
    named = [one["feature"] for one in weighty if one["feature"] in spread][:POINTED]
    inputs = [
        _input(one, spread[one["name"]]) if one["name"] in named else _nothing(one)
        for one in manifest["features"]
    ]
    rate = manifest["data"]["default_rate"]
    scale = Scale()
    base = round(scale.total(float(np.log(rate / (1 - rate)))))
    codes = {one["name"]: one["categories"] or () for one in manifest["features"]}
    card = Scorecard(scale, float(base), inputs, codes)
    card.save(folder)
    manifest["calibration"] |= {"slope": 1.0, "intercept": 0.0}
    manifest["files"] = hashes(folder)
    seal(folder, manifest)
    return card


def _input(feature: Mapping[str, Any], spread: Mapping[str, Any]) -> Input:
    """Its bins are those of its distribution, put together to a few."""
    repaid, defaulted = (np.array(spread[name]) for name in ("repaid", "defaulted"))
    starts, edges, groups = np.arange(len(repaid)), None, None
    if spread["kind"] == "numeric":
        passed = np.cumsum(repaid + defaulted) / (repaid + defaulted).sum()
        starts = np.unique([0, *np.searchsorted(passed, np.arange(1, BINS) / BINS)])
        edges = np.array(spread["edges"], np.float32)[starts[1:]].tolist()
    else:
        groups = [[name] for name in feature["categories"]]
    lost = spread["missing"]
    good = np.append(np.add.reduceat(repaid, starts), lost["repaid"])
    bad = np.append(np.add.reduceat(defaulted, starts), lost["defaulted"])
    evidence = np.log((good + 20) / good.sum()) - np.log((bad + 2) / bad.sum())
    points = np.rint(WEIGHT * Scale().factor * evidence) + 0.0
    clients = good + bad
    rates = [b / n if n else None for b, n in zip(bad, clients, strict=True)]
    return Input(
        feature=feature["name"],
        edges=edges,
        groups=groups,
        points=points[:-1].tolist(),
        missing=float(points[-1]),
        mean=float(points @ clients / clients.sum()),
        clients=clients.tolist(),
        default_rate=[None if rate is None else float(rate) for rate in rates],
    )


def _nothing(feature: Mapping[str, Any]) -> Input:
    groups = None if feature["categories"] is None else [feature["categories"]]
    edges: list[float] | None = [] if groups is None else None
    return Input(feature["name"], edges, groups, [0.0], 0.0, 0.0, [1, 0], [0.0, None])
