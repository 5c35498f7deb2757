"""Two processes that share a search against one alone: the same number of trials.

Each has one thread and fits one fold after the other; start-up is counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.validation import invented
from training.evaluation.business_cost import Costs
from training.tuning.hyperparameter_search import SearchResources, search, study_beside
from training.tuning.search_spaces import LIGHTGBM


def work(url: str, trials: int, clients: int) -> None:
    resources = SearchResources(url, jobs=1)
    data = invented(clients, 40)
    search(LIGHTGBM, data, Costs(), trials, resources, progress=lambda _: None)


def together(processes: int, options: argparse.Namespace) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = study_beside(f"sqlite:///{Path(folder) / 'mlflow.db'}")
        command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.search"]
        command += [f"--trials={options.trials}", f"--clients={options.clients}"]
        started = time.perf_counter()
        running = [
            subprocess.Popen(
                [*command, f"--work={url}"], env={**os.environ, "OMP_NUM_THREADS": "1"}
            )
            for _ in range(processes)
        ]
        if any(one.wait() for one in running):
            raise RuntimeError("a search process failed")
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options.trials, options.clients)
        return
    one, two = together(1, options), together(2, options)
    for name, spent in (("one process", one), ("two processes", two)):
        sys.stdout.write(f"{name:20} {spent:8.1f} s {spent / one:6.2f}x\n")


if __name__ == "__main__":
    main()
