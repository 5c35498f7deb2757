"""False alarms and detection of the monitor's rules, on replays with known truth.

`python -m tests.benchmarks.alerts [DATA [WORK]]`: DATA holds application_train, or is
invented; its clients are scored out of fold once and kept in WORK. Prints rates with
their exact 95 % intervals (Clopper-Pearson). Clients are drawn without replacement:
some are the reference, the others arrive.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from scipy import stats

from tests.benchmarks.population import Population, prepare
from training.monitoring.statistics import histogram
from training.monitoring.statistics.outcome_tests import look_at_outcomes
from training.monitoring.statistics.performance import auc, expected
from training.monitoring.statistics.reference import Reference
from training.monitoring.statistics.window_tests import (
    LEVEL,
    WINDOW,
    Windows,
    compare_windows,
)

REFERENCE = 20_000
# Outcomes are compared with a reference of nearly the size a bundle has.
LARGE = 40_000


def rate(name: str, hits: int, tries: int) -> str:
    low, high = stats.binomtest(hits, tries).proportion_ci(0.95, "exact")
    return f"{name:58} {hits}/{tries} = {hits / tries:.4f} [{low:.4f}, {high:.4f}]"


def splits(
    population: Population, seed: int, size: int = REFERENCE
) -> Iterator[tuple[Reference, np.ndarray]]:
    """A reference and the rows of the others, in a new order each time."""
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(population.frame))
        yield population.reference(order[:size]), order[size:]


def windows_of(reference: Reference, values: np.ndarray) -> Windows:
    """Whole windows of decisions without reviews, shape (rows, columns) in."""
    count = len(values) // WINDOW
    group = np.repeat(np.arange(count), WINDOW)
    counts = histogram.count_groups(reference.columns, values[: count * WINDOW], group)
    bins = reference.score_bins
    margin = values[: count * WINDOW, -1].reshape(count, WINDOW)
    refused = np.array([bins.count(one)[bins.refused].sum() for one in margin])
    zero = np.zeros(count, np.int64)
    return Windows(counts, np.full(count, WINDOW), zero, refused, zero, zero)


def false_alarms(
    population: Population, windows: int, seed: int = 0
) -> tuple[int, int]:
    """Windows of unchanged clients at which anything was raised, and how many."""
    raised = seen = 0
    for reference, rows in splits(population, seed):
        made = windows_of(reference, population.values(rows))
        alarm = np.zeros(len(made), bool)
        for tests in compare_windows(reference, made):
            alarm |= (tests.p <= LEVEL).any(axis=1)
        alarm = alarm[: windows - seen]
        raised, seen = raised + int(alarm.sum()), seen + len(alarm)
        if seen == windows:
            return raised, seen
    raise AssertionError


def detected(
    population: Population, column: str, shift: float, events: int, replays: int
) -> int:
    """Replays in which a shift (in standard deviations) of one column was found."""
    found = 0
    random = np.random.default_rng(1)
    for reference, rows in islice(splits(population, 1), replays):
        values = population.values(random.permutation(rows)[:events])
        place = population.names.index(column)
        spread = float(population.frame[column].std())
        values[:, place] += shift * spread
        made = windows_of(reference, values)
        hit = f"feature:{column}"
        found += any(
            (tests.p[:, tests.causes.index(hit)] <= LEVEL).any()
            for tests in compare_windows(reference, made)
        )
    return found


def drops_found(
    population: Population, drop: float, replays: int, *, granted: bool
) -> tuple[int, float]:
    """Replays that raised the performance alert within 10,000 outcomes.

    Outcomes are drawn anew from chances with a flatter slope, such that the AUC of
    all decisions is lower by `drop`. Returns also the mean true drop.
    """
    random = np.random.default_rng(2)
    raised, drops = 0, []
    for reference, rows in islice(splits(population, 2, LARGE), replays):
        margin = population.frame["margin"].to_numpy()[random.permutation(rows)]
        chance, fell = flatter(reference, margin, drop)
        drops.append(fell)
        if granted:
            keep = granted_by(reference, margin)
            margin, chance = margin[keep], chance[keep]
        target = (random.random(len(margin)) < chance).astype(float)
        looks = look_at_outcomes(reference, margin[:10_000], target[:10_000])
        raised += any(one.raised for one in looks)
    return raised, float(np.mean(drops))


def granted_by(reference: Reference, margin: np.ndarray) -> np.ndarray:
    bins = reference.score_bins
    return ~bins.refused[np.searchsorted(bins.edges, margin, side="left")]


def false_outcome_alarms(
    population: Population, looks: int, *, granted: bool
) -> tuple[int, int]:
    """Looks at unchanged clients' real outcomes that raised the alert."""
    raised = seen = 0
    for reference, rows in splits(population, 4):
        margin = population.frame["margin"].to_numpy()[rows]
        target = population.frame["TARGET"].to_numpy(np.float64)[rows]
        keep = granted_by(reference, margin) if granted else np.ones(len(rows), bool)
        taken = look_at_outcomes(reference, margin[keep], target[keep])
        ends = {one.outcomes for one in taken}
        seen += len(ends)
        raised += len({one.outcomes for one in taken if one.raised})
        if seen >= looks:
            return raised, seen
    raise AssertionError


def flatter(
    reference: Reference, margin: np.ndarray, drop: float
) -> tuple[np.ndarray, float]:
    """Chances of a default of the same mean that rank worse by `drop` of AUC."""
    if not drop:
        return reference.expectation(margin), 0.0
    bins = reference.score_bins
    counts = bins.count(margin)

    def curve(slope: float, shift: float) -> np.ndarray:
        line = np.log(bins.chance / (1 - bins.chance))
        return 1 / (1 + np.exp(-(shift + slope * line)))

    def shift_of(slope: float) -> float:
        low, high = -6.0, 6.0
        wanted = counts @ bins.chance
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (
                (middle, high)
                if counts @ curve(slope, middle) < wanted
                else (low, middle)
            )
        return low

    def area(slope: float) -> float:
        chance = curve(slope, shift_of(slope))
        return expected(bins, counts, chance, reference.costs).auc

    whole = area(1.0)
    low, high = 0.1, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if whole - area(middle) > drop else (low, middle)
    place = np.searchsorted(bins.edges, margin, side="left")
    return curve(low, shift_of(low))[place], whole - area(low)


def expected_against_realised(population: Population, parts: int = 10) -> tuple:
    """Label-free and realised AUC of held-out clients, and the latter's own error.

    Every client is held out once: what to expect is learned without it.
    """
    margin = population.frame["margin"].to_numpy()
    target = population.frame["TARGET"].to_numpy(np.float64)
    order = np.random.default_rng(3).permutation(len(margin))
    free, weight = [], []
    for held in np.array_split(order, parts):
        reference = population.reference(np.setdiff1d(order, held))
        bins = reference.score_bins
        counts = bins.count(margin[held])
        free.append(expected(bins, counts, bins.chance, reference.costs).auc)
        weight.append(len(held))
    return float(np.average(free, weights=weight)), *auc(margin, target)


def main(data: Path, work: Path) -> None:
    population = prepare(data, work)

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    say(f"{len(population.frame):,} clients, {len(population.names)} features")
    free, realised, error = expected_against_realised(population)
    say(
        f"AUC of held-out clients: label-free {free:.4f}, realised {realised:.4f}"
        f" (standard error {error:.4f}), difference {free - realised:+.4f}"
    )
    column = "EXT_SOURCE_2"
    for shift, events in ((0.2, 2000), (0.5, 500)):
        hits = detected(population, column, shift, events, 200)
        say(rate(f"{column} {shift} SD found within {events:,} events", hits, 200))
    for granted in (False, True):
        who = "granted only" if granted else "all labelled"
        hits, drop = drops_found(population, 0.05, 200, granted=granted)
        say(rate(f"AUC {drop:.3f} lower, 10,000 outcomes, {who}", hits, 200))
        alarms = false_outcome_alarms(population, 5000, granted=granted)
        say(rate(f"real outcomes unchanged, false alarms, {who}", *alarms))
    say(rate("no shift, windows with a false alarm", *false_alarms(population, 5000)))


def invented(folder: Path) -> Path:
    made = ["--clients=60000", f"--out={folder}", "--format=parquet", "--seed=1"]
    if not folder.exists():
        subprocess.run(
            [sys.executable, "-m", "training", "synthesize", *made], check=True
        )
    return folder


if __name__ == "__main__":
    given = [Path(one) for one in sys.argv[1:]]
    work = given[1] if given[1:] else Path("var/benchmarks/alerts")
    main(given[0] if given else invented(work / "data"), work)
