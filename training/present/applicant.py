"""An invented applicant, decided on by the model: nobody real is ever on a slide."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from training.bundle.champion import Champion
from training.features.build import build
from training.monitoring.events.simulate_drift import applicants
from training.scoring.portfolio import grouped, margins, read_inputs
from training.synthesize import synthesize

log = logging.getLogger(__name__)
CLIENTS, SEED = 100, 2018


def invent(champion: Champion) -> dict[str, Any]:
    """Invent clients and take the refused one that is nearest to the threshold.

    The one with the highest risk when none is refused. `records` are its raw rows by
    table, as the API takes them; `features` the contributions to the margin, in
    log-odds, and `groups` their sums by reason group, the largest first.
    """
    with TemporaryDirectory(prefix="training-") as folder, duckdb.connect() as database:
        raw = Path(folder, "raw")
        synthesize(CLIENTS, raw, file_format="parquet", seed=SEED, progress=log.debug)
        made = Path(folder, "made")
        store, _ = build(raw, made, included=champion.included, seen=champion.seen)
        ((clients, inputs),) = read_inputs(champion, store, "", log.debug)
        margin = margins(champion, inputs)
        probability = champion.calibration(margin)
        refused = probability >= champion.core["threshold"]
        chosen = int(np.where(refused, -probability, probability - 2).argmax())
        staged = {name: store.raw(name) for name in store.present()}
        client = [int(clients[chosen])]
        (records,) = applicants(
            database, store.layout, staged, store.application, client
        )
    row = inputs.iloc[[chosen]]
    shap_values = champion.model.contributions(row.to_numpy())
    names, (sums,) = grouped(champion, shap_values[:, :-1])
    *values, base = shap_values[0]
    groups = zip(names, sums, strict=True)
    return {
        "records": records,
        "probability": float(probability[chosen]),
        "margin": float(margin[chosen]),
        "base": float(base),
        "features": list(zip(inputs.columns, values, strict=True)),
        "groups": sorted(groups, key=lambda one: -abs(one[1])),
    }
