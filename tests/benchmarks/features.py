"""`make bench`: the feature run against bare baselines measured in the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Usage, row, usage

HERE = "tests/benchmarks"
LIMITS = ("4GB", "1GB")
# Of more clients than Kaggle's, pandas' recipe does not fit into memory.
KAGGLE = 307_511


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def features(data: Path, out: Path, *options: str) -> Usage:
    command = ["-m", "training", "features", f"--data={data}", f"--out={out}"]
    return usage([*command, *options])


def at_size(folder: Path, clients: int) -> tuple[Usage, Usage, Usage]:
    """A bare scan, and the run at one size; without a limit, and in little memory."""
    data = folder / f"data-{clients}"
    made = usage(
        ["-m", "training", "synthesize", f"--clients={clients}", f"--out={data}"]
        + ["--format=parquet"]
    )
    scan = usage([f"{HERE}/scan.py", str(data)])
    free = features(data, folder / f"features-{clients}")
    again = features(data, folder / f"features-{clients}")
    limited = {
        limit: features(data, folder / f"{limit}-{clients}", f"--memory-limit={limit}")
        for limit in LIMITS
    }
    say(f"\n{clients:,} labelled clients")
    say(row("bare DuckDB scan of every column", scan, scan))
    say(row("synthesize", made, scan))
    say(row("features", free, scan))
    say(row("features, as before", again, scan))
    for limit, run in limited.items():
        say(row(f"features under a limit of {limit}", run, scan))
    return scan, free, limited[LIMITS[-1]]


def pandas(folder: Path, clients: int, ours: Usage, little: Usage) -> None:
    data = folder / f"data-{clients}"
    recipe = usage([f"{HERE}/pandas_recipe.py", str(data)])
    say(row("pandas recipe (baseline: our features)", recipe, ours))
    columns, features = int(recipe.printed), int(ours.printed.split()[-2])
    each = 1000 * ours.cpu / features, 1000 * recipe.cpu / columns
    say(f"{features} features of ours at {each[0]:.1f} CPU ms each,")
    say(f"{columns} columns of the recipe's at {each[1]:.1f} CPU ms each")
    memory = little.mebibytes / recipe.mebibytes
    say(f"under a limit of {LIMITS[-1]}, {memory:.2f} of its memory (wanted <= 0.33)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [30_000, 100_000, KAGGLE]
    parser.add_argument("--clients", type=int, nargs="+", default=sizes)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        runs = {clients: at_size(folder, clients) for clients in options.clients}
        say("")
        for clients, (scan, free, _) in sorted(runs.items()):
            each, times = 1000 * free.cpu / clients, free.cpu / scan.cpu
            say(f"{clients:,} clients: {each:.2f} CPU ms each, {times:.1f}x the scan")
        compared = max((size for size in runs if size <= KAGGLE), default=min(runs))
        pandas(folder, compared, *runs[compared][1:])


if __name__ == "__main__":
    main()
