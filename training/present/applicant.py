"""An invented applicant, decided on by the model: nobody real is ever on a slide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from training.bundle.champion import Champion
from training.evaluation.shap_values import contributions
from training.features.build import build
from training.monitoring.events.simulate_drift import applicants
from training.scoring import grouped, margins, read_inputs
from training.synthesize import synthesize

CLIENTS, SEED = 100, 2018


def invent(champion: Champion) -> dict[str, Any]:
    """Invent clients and take the refused one that is nearest to the threshold.

    The one with the highest risk when none is refused. `records` are its raw rows by
    table, as the API takes them; `features` the contributions to the margin, in
    log-odds, and `groups` their sums by reason group, with the largest effect first.
    """
    with TemporaryDirectory(prefix="training-") as folder, duckdb.connect() as database:
        raw = Path(folder, "raw")
        synthesize(CLIENTS, raw, file_format="parquet", seed=SEED, progress=_quiet)
        for file in raw.iterdir():
            table = re.sub("_(train|test)$", "", file.stem)
            if table not in champion.core["tables"]:
                file.unlink()
        store, _ = build(
            raw, Path(folder, "made"), protected=champion.protected, progress=_quiet
        )
        ((clients, inputs),) = read_inputs(champion, store, "", _quiet)
        margin = margins(champion, inputs)
        probability = champion.calibration(margin)
        refused = probability >= champion.core["threshold"]
        chosen = int(np.where(refused, -probability, probability - 2).argmax())
        staged = {name: store.raw(name) for name in store.present()}
        client = [int(clients[chosen])]
        (records,) = applicants(database, staged, store.application, client)
        row = inputs.iloc[[chosen]]
        found = contributions(champion.booster, row)
        names, sums = grouped(champion, found[:, :-1])
        *values, base = found[0]
        return {
            "records": records,
            "probability": float(probability[chosen]),
            "margin": float(margin[chosen]),
            "base": float(base),
            "features": _largest_first(values, inputs.columns),
            "groups": _largest_first(sums[0], names),
        }


def _largest_first(
    values: Sequence[float], names: Iterable[str]
) -> list[tuple[str, float]]:
    pairs = zip(names, map(float, values), strict=True)
    return sorted(pairs, key=lambda pair: -abs(pair[1]))


def _quiet(_: str) -> None:
    """Leave out the progress messages of the stages."""
