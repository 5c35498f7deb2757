"""SHAP values by look-up against LightGBM's own, and a portfolio scored with reasons.

python -m tests.benchmarks.explanations [FOLDER]
python -m tests.benchmarks.explanations --leaves DATA [--clients 20000]

The first on the demo's model; the second trains models of many sizes on the labelled
clients of DATA, a folder with application_train alone, for the table in
docs/explanations.md. CPU seconds, one thread, both sides in turn.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import lightgbm
import numpy as np

from api.scoring.models.lightgbm_model import Model
from api.scoring.models.shap_lookup import FILE
from tests.benchmarks.load import house_folder, prepared, say
from tests.conftest import House
from tests.contract.small import quiet
from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import assess
from training.evaluation.shap_values import sample_rows
from training.features.build import build
from training.files import literal
from training.models import candidates
from training.models.dataset import load_labelled
from training.models.shap_lookup import write_tables
from training.registry.load import load_champion
from training.registry.store import CHAMPION, open_registry
from training.scoring.portfolio import read_inputs, score_portfolio

ROUNDS, ONE_BY_ONE, BATCH = 5, 100, 1_000
LEAVES = (4, 6, 8, 12, 16, 31)


def seconds(*works: Callable[[], object]) -> list[float]:
    """CPU seconds of each: the least of several rounds, in which they take turns."""
    rounds = []
    for _ in range(ROUNDS):
        spent = []
        for work in works:
            started = time.process_time()
            work()
            spent.append(time.process_time() - started)
        rounds.append(spent)
    return [min(column) for column in zip(*rounds, strict=True)]


def against_lightgbm(model: Model, booster: lightgbm.Booster, rows: np.ndarray) -> str:
    """One client after the other, and a thousand at once."""
    singles = [rows[at : at + 1] for at in range(ONE_BY_ONE)]

    def theirs(asked: np.ndarray) -> Any:
        return booster.predict(asked, pred_contrib=True, num_threads=1)

    one, one_of_theirs, many, many_of_theirs = seconds(
        lambda: [model.contributions(row) for row in singles],
        lambda: [theirs(row) for row in singles],
        lambda: model.contributions(rows),
        lambda: theirs(rows),
    )
    return (
        f"one client {one / ONE_BY_ONE * 1e3:.3f} ms = {one / one_of_theirs:.2f}x"
        f" pred_contrib, {len(rows):,} clients {many * 1e3:.0f} ms ="
        f" {many / many_of_theirs:.2f}x"
    )


def portfolio(house: House) -> str:
    """Scored and written with reasons, its features made before."""
    registry = open_registry(house.environment["TRAINING_TRACKING_URI"])
    champion = load_champion(registry, CHAMPION)
    store, _ = build(house.data, house.features, progress=quiet)
    parts = [inputs for _, inputs in read_inputs(champion, store, "", quiet)]
    booster = lightgbm.Booster(model_file=house.bundle / "model.txt")

    def bare() -> None:
        for inputs in parts:
            rows = inputs.to_numpy()
            booster.predict(rows, raw_score=True, num_threads=1)
            booster.predict(rows, pred_contrib=True, num_threads=1)

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "scores.parquet")
        ours, theirs = seconds(
            lambda: score_portfolio(champion, store, out, progress=quiet), bare
        )
    clients = sum(map(len, parts))
    return (
        f"portfolio of {clients:,} with reasons {ours:.2f} CPU s ="
        f" {ours / theirs:.2f}x bare predict + pred_contrib (wanted <= 0.7)"
    )


def looked_up(booster: lightgbm.Booster) -> tuple[Model, str]:
    """The model as the API reads it, and what its tables cost."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        write_tables(booster, Path(folder))
        spent = time.process_time() - started
        file = Path(folder, FILE)
        tables = file.read_bytes() if file.exists() else None
    size = "no tables" if tables is None else f"tables of {len(tables) / 1e6:.1f} MB"
    model = Model(booster.model_to_string(), booster.feature_name(), tables)
    return model, f"{size} in {spent:.1f} s"


def demo(folder: Path) -> None:
    house, _ = prepared(folder)
    booster = lightgbm.Booster(model_file=house.bundle / "model.txt")
    query = f"SELECT features FROM {literal(house.clients)} LIMIT {BATCH}"
    vectors = [features for (features,) in duckdb.execute(query).fetchall()]
    model, cost = looked_up(booster)
    rows = np.array(vectors, dtype=np.float32)
    found = against_lightgbm(model, booster, rows)
    say(f"SHAP values, {cost}: {found} (wanted <= 0.25, <= 0.35)")
    say(portfolio(house))


def over_leaves(data: Path, clients: int) -> None:
    """For each size of trees what it is worth and what it costs to explain."""
    with tempfile.TemporaryDirectory() as folder:
        labelled = load_labelled(*build(data, Path(folder), progress=quiet))
    rows = sample_rows(len(labelled.target), clients)
    some = replace(
        labelled,
        inputs=labelled.inputs.iloc[rows],
        target=labelled.target[rows],
        client=labelled.client[rows],
    )
    say(f"{len(rows):,} clients, {some.inputs.shape[1]} features")
    for leaves in LEAVES:
        parameters = {**candidates.LIGHTGBM, "num_leaves": leaves}
        candidate = candidates.lightgbm(parameters)
        metrics = assess(candidate, some, Costs(), quiet, jobs=-1).metrics
        fitted = candidate.fit(some.inputs, some.target, list(some.categories))
        booster = candidates.booster_of(fitted)
        model, cost = looked_up(booster)
        found = against_lightgbm(model, booster, some.inputs[:BATCH].to_numpy())
        say(
            f"{leaves:2} leaves: AUC {metrics.auc:.4f} ± {metrics.auc_se:.4f}, cost"
            f" {metrics.business_score:.4f} ± {metrics.business_score_se:.4f},"
            f" {cost}, {found}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="*", help="of the demo's house")
    parser.add_argument("--leaves", type=Path, help="real application_train")
    parser.add_argument("--clients", type=int, default=20_000)
    given = parser.parse_args()
    if given.leaves:
        over_leaves(given.leaves, given.clients)
    else:
        demo(house_folder(given.folder))


if __name__ == "__main__":
    main()
