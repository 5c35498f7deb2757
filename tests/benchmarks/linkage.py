"""Whom somebody with the training tables finds in a bundle, and what hiding costs.

Rows are linked by what is known of a person: a few facts, or every column. `before` is
each row as the tables have it. Then what an officer sees of the clients most like one:
how far default rate, medians and curves move from what exact rows would show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from scipy.stats import rankdata

from api.scoring.similar_clients import Population
from training.bundle.samples import displayed, write_population, write_reference
from training.evaluation.business_cost import Costs
from training.features.build import build
from training.models.dataset import Labelled, load_labelled

FACTS = ["AMT_INCOME_TOTAL", "AMT_CREDIT", "AMT_ANNUITY", "DAYS_BIRTH"]
TRIED, WATCHED, BINS = 300, 60, 30


@dataclass(frozen=True)
class Kept:
    """`line`: whose row of the tables each of `rows` was."""

    rows: pd.DataFrame
    line: np.ndarray


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def rough(rows: pd.DataFrame) -> pd.DataFrame:
    """What a neighbour knows: age in years, income and credit to 1,000."""
    years = (rows["DAYS_BIRTH"] / -365.25) // 1
    thousands = (rows[FACTS[:2]] / 1_000).round()
    return thousands.assign(years=years)


def found(told: pd.DataFrame) -> str:
    """Rows alone with these facts, and how often a person's is picked by them."""
    sizes = told.astype(str).agg("|".join, axis=1).value_counts()
    alone, people = int((sizes == 1).sum()), int(sizes.sum())
    return f"{alone} of {people} rows alone, picked {len(sizes) / people:.3f}"


def linked(rows: pd.DataFrame, known: pd.DataFrame, line: np.ndarray) -> float:
    """How often the nearest of the known clients, by all ranks, is the one."""
    sides = np.concatenate([rows[known.columns].to_numpy(), known.to_numpy()])
    ranks = rankdata(sides, axis=0, nan_policy="omit") / len(sides)
    ranks = np.nan_to_num(ranks, nan=-1.0).astype(np.float32)
    kept, everyone = ranks[: len(rows)], ranks[len(rows) :]
    tried = np.random.default_rng(0).permutation(len(kept))[:TRIED]
    nearest = [np.abs(everyone - kept[at]).sum(axis=1).argmin() for at in tried]
    return float(np.mean(np.array(nearest) == line[tried]))


def of_nobody(clients: int) -> Any:
    """Risks that tell nothing: one for all."""
    risks, threshold = np.full(clients, 0.1), SimpleNamespace(value=0.2)
    return SimpleNamespace(probability=risks, threshold=threshold)


def kept_population(data: Labelled, shown: Any) -> Kept:
    with tempfile.TemporaryDirectory() as folder:
        path, lines = Path(folder) / "rows.parquet", np.arange(len(data.target))
        write_population(path, data, lines, shown, of_nobody(len(lines)))
        rows = pd.read_parquet(path).drop(columns="probability")
    for name, texts in data.categories.items():
        if name in rows:
            codes = pd.Categorical(rows[name], categories=texts).codes
            rows[name] = np.where(codes < 0, np.nan, codes)
    line = rows.pop("client").to_numpy()
    return Kept(rows.drop(columns="TARGET").astype(np.float32), line)


def kept_reference(data: Labelled, watched: list[str]) -> Kept:
    """The scores stand for the line."""
    lines = np.arange(len(data.target), dtype=float)
    chosen: Any = SimpleNamespace(margin=lines, probability=lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        write_reference(path, data, chosen, watched, Costs())
        rows = pd.read_parquet(path)
    return Kept(rows[watched], rows["margin"].to_numpy(int))


def moved(data: Labelled, kept: Kept, weight: dict[str, float]) -> str:
    """What changes of the clients most like some of them."""
    features: Any = [
        SimpleNamespace(
            name=name,
            categories=data.categories.get(name),
            dtype="category" if name in data.categories else "float32",
        )
        for name in map(str, kept.rows)
    ]
    exact = data.inputs[list(kept.rows)].iloc[kept.line]
    outcome = data.target[kept.line] > 0
    sides = [
        Population(features, one.to_numpy(np.float32), outcome, weight)
        for one in (exact, kept.rows)
    ]
    overlap, rate, differences = [], [], []
    for at in np.random.default_rng(1).permutation(len(exact))[:TRIED]:
        vector = exact[sides[0].names].iloc[at].to_numpy(np.float32)
        groups = [side.nearest(vector) for side in sides]
        overlap.append(np.isin(groups[0].rows, groups[1].rows).mean())
        rate.append(abs(np.diff([one.observed_default_rate for one in groups])[0]))
        for name in set(sides[0].matched_on).difference(data.categories):
            pairs = zip(sides, groups, strict=True)
            values = [side.values(name, group.rows) for side, group in pairs]
            if all(map(len, values)):
                differences.append(apart(np.sort(exact[name].dropna()), *values))
    median, curve = np.mean(differences, axis=0)
    return (
        f"the same clients {np.mean(overlap):.3f}; default rate ±{np.mean(rate):.4f},"
        f" at most {np.max(rate):.4f}; medians ±{median:.4f} of the ranks; in another"
        f" bin {curve:.3f}"
    )


def apart(
    column: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[float, float]:
    """How far two groups' medians are by rank, and which part is in another bin."""
    ranks = np.searchsorted(column, [np.median(first), np.median(second)])
    low, high = np.percentile(column, [1, 99])
    edges = np.linspace(low, high, BINS + 1)
    shares = [
        np.histogram(one.clip(low, high), edges)[0] / len(one)
        for one in (first, second)
    ]
    other = np.abs(shares[0] - shares[1]).sum() / 2
    return abs(int(ranks[1]) - int(ranks[0])) / len(column), float(other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the raw tables")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store, made = build(given.data, Path(folder))
        data = load_labelled(store, made)
    learned = lightgbm.Dataset(data.inputs.to_numpy(), data.target)
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, learned)
    gains = booster.feature_importance("gain").tolist()
    gain = dict(zip(map(str, data.inputs), gains, strict=True))
    order = sorted(gain, key=lambda name: -gain[name])
    importance = {"features": [{"feature": name} for name in order]}
    population = kept_population(data, displayed(made, importance))
    reference = kept_reference(data, order[:WATCHED])
    before = data.inputs[list(population.rows)]
    say(f"population: {len(population.rows):,} rows, {len(before.columns)} columns")
    for when, rows in (
        ("before", before.iloc[population.line]),
        ("now", population.rows),
    ):
        say(f"  {when}, by {', '.join(FACTS)}: {found(rows[FACTS])}")
        say(f"  {when}, by age in years, income and credit: {found(rough(rows))}")
    lined = linked(population.rows, before, population.line)
    say(f"  now, by every column: the nearest is the one for {lined:.3f}")
    watched = data.inputs[reference.rows.columns]
    lined = linked(reference.rows, watched, reference.line)
    say(f"reference: by every column: the nearest is the one for {lined:.4f}")
    say(f"clients like one: {moved(data, population, gain)}")


if __name__ == "__main__":
    main()
