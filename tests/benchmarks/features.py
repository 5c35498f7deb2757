"""`make bench`: the feature run against bare baselines measured in the same run."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Usage, row, usage

HERE = "tests/benchmarks"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def features(data: Path, out: Path, *options: str) -> Usage:
    command = ["-m", "training", "features", f"--data={data}", f"--out={out}"]
    return usage([*command, *options])


def at_size(folder: Path, clients: int) -> Usage:
    """The run at one size, with and without a memory limit, over a bare scan."""
    data = folder / f"data-{clients}"
    made = usage(
        ["-m", "training", "synthesize", f"--clients={clients}", f"--out={data}"]
        + ["--format=parquet"]
    )
    scan = usage([f"{HERE}/scan.py", str(data)])
    free = features(data, folder / f"features-{clients}")
    tight = features(data, folder / f"tight-{clients}", "--memory-limit=4GB")
    say(f"\n{clients:,} labelled clients")
    say(row("bare DuckDB scan of every column", scan, scan))
    say(row("synthesize", made, scan))
    say(row("features", free, scan))
    say(row("features under a 4 GB limit", tight, scan))
    return free


def pandas(folder: Path, clients: int, ours: Usage) -> None:
    data = folder / f"data-{clients}"
    recipe = usage([f"{HERE}/pandas_recipe.py", str(data)])
    say(row("pandas recipe (baseline: our features)", recipe, ours))
    columns, features = int(recipe.printed), int(ours.printed.split()[-2])
    each = 1000 * ours.seconds / features, 1000 * recipe.seconds / columns
    say(f"{features} features of ours at {each[0]:.1f} ms each,")
    say(f"{columns} columns of the recipe's at {each[1]:.1f} ms each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[30_000, 300_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        runs = {clients: at_size(folder, clients) for clients in options.clients}
        small, *_, large = sorted(runs)
        growth = runs[large].seconds / runs[small].seconds
        say(f"\n{large / small:.0f}x the clients take {growth:.1f}x the time")
        pandas(folder, small, runs[small])
        say("")
        store = folder / f"features-{small}"
        subprocess.run([sys.executable, "-m", "tests.benchmarks.online", store])


if __name__ == "__main__":
    main()
