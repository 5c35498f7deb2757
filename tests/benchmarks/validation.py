"""Cross-validation through our code against bare `lightgbm.train`, same matrices.

Ours also ranks training clients, calibrates, resamples the threshold and computes
every metric. Both with one thread, one fold after the other; then ours on all cores.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable

import lightgbm
import numpy as np
import pandas as pd

from training.evaluation.business_cost import Costs
from training.evaluation.cross_validation import assess, folds
from training.models import candidates
from training.models.dataset import Labelled


def invented(clients: int, features: int) -> Labelled:
    """Noisy scores, a tenth of them missing, and one category of ten values."""
    random = np.random.default_rng(0)
    values = random.normal(size=(clients, features)).astype(np.float32)
    trade = random.integers(0, 10, clients)
    margin = values[:, :10].sum(axis=1) / 4 + trade / 10 - 3
    target = (random.random(clients) < 1 / (1 + np.exp(-margin))).astype(np.float64)
    values[random.random(values.shape) < 0.1] = np.nan
    inputs = pd.DataFrame(values, columns=[f"SCORE_{i}" for i in range(features)])
    inputs["TRADE"] = trade.astype(np.float32)
    names = {"TRADE": [f"trade {i}" for i in range(10)]}
    return Labelled(inputs, target, np.arange(clients), names)


def bare(data: Labelled) -> np.ndarray:
    fold, margin = folds(data.target), np.empty(len(data.target))
    given = dict(candidates.LIGHTGBM)
    rounds = given.pop("n_estimators")
    parameters = {
        **given,
        "objective": "binary",
        "seed": candidates.SEED,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        made = lightgbm.Dataset(
            data.inputs[train],
            data.target[train],
            categorical_feature=list(data.categories),
        )
        booster = lightgbm.train(parameters, made, rounds)
        margin[test] = booster.predict(
            data.inputs[test].to_numpy(), raw_score=True, num_threads=1
        )
    return margin


def seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50_000)
    parser.add_argument("--features", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    data = invented(options.clients, options.features)

    def ours(jobs: int) -> Callable[[], object]:
        candidate = candidates.lightgbm()
        return lambda: assess(candidate, data, Costs(), lambda _: None, jobs)

    # In turn and the least of each: what else runs on the machine only adds.
    runs = {"bare": lambda: bare(data), "ours": ours(1), "ours, all cores": ours(-1)}
    least = {name: float("inf") for name in runs}
    for _ in range(options.rounds):
        for name, run in runs.items():
            least[name] = min(least[name], seconds(run))
    for name, spent in least.items():
        ratio = spent / least["bare"]
        sys.stdout.write(f"{name:20} {spent:8.2f} s {ratio:6.2f}x\n")


if __name__ == "__main__":
    main()
