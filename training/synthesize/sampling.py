"""Draw values: from shares, from quantiles, and rows per owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

# Rounded aggregates of the real columns are given at these probabilities.
PROBABILITIES = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)


@dataclass(frozen=True)
class Categories:
    """A column of words: `codes` index `words`, -1 is missing."""

    words: tuple[str, ...]
    codes: Integers

    def __getitem__(self, rows: Integers | Flags) -> Categories:
        return Categories(self.words, self.codes[rows])

    def __len__(self) -> int:
        return len(self.codes)

    def where(self, keep: Flags, word: str | None = None) -> Categories:
        """The same column with `word` (missing when None) wherever `keep` is false."""
        code = -1 if word is None else self.words.index(word)
        return Categories(self.words, np.where(keep, self.codes, code))

    def equals(self, word: str) -> Flags:
        return self.codes == self.words.index(word)


# Columns by name: arrays of numbers (NaN is missing) or Categories.
Columns = dict[str, Any]


def choose(uniform: Floats, shares: Mapping[str, float]) -> Categories:
    """One word per uniform number, in the given (not normalised) shares."""
    return Categories(tuple(shares), pick(uniform, tuple(shares.values())))


def pick(uniform: Floats, shares: Sequence[float]) -> Integers:
    """The position of the share each uniform number falls into."""
    edges = np.cumsum(np.asarray(shares, dtype=float))
    found = np.searchsorted(edges / edges[-1], uniform, side="right")
    return np.minimum(found, len(edges) - 1).astype(np.int16)


def pick_by(uniform: Floats, shares: Floats) -> Integers:
    """As `pick`, with the row's own shares (one row of `shares` per number)."""
    edges = np.cumsum(shares, axis=1)
    reached = uniform[:, None] * edges[:, -1:] >= edges
    return np.minimum(reached.sum(axis=1), shares.shape[1] - 1).astype(np.int16)


def quantile(
    uniform: Floats,
    values: Sequence[float],
    probabilities: Sequence[float] = PROBABILITIES,
) -> Floats:
    """The value at each probability, straight lines between the given ones."""
    return np.interp(uniform, probabilities, values)


def share_below(standard: Floats) -> Floats:
    """Turn standard normal numbers into uniform ones."""
    return ndtr(standard)


def chance(log_odds: Floats) -> Floats:
    return expit(log_odds)


def blend(own: Floats, *parts: tuple[float, Floats]) -> Floats:
    """A standard normal number out of independent ones: the rest is `own`."""
    known = sum(weight * part for weight, part in parts)
    return known + np.sqrt(1 - sum(weight**2 for weight, _ in parts)) * own


def spread(counts: Integers) -> tuple[Integers, Integers]:
    """The owner and the position within the owner of every row."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    starts = np.cumsum(counts) - counts
    position = np.arange(len(owner), dtype=np.int32) - starts.astype(np.int32)[owner]
    return owner, position


def to_grid(amounts: Floats, step: float) -> Floats:
    """The nearest positive multiple of `step`."""
    return np.maximum(np.round(amounts / step), 1) * step


def heap(uniform: Floats, amounts: Floats, grid: Mapping[float, float]) -> Floats:
    """Round as people do: `grid` gives the share of amounts on each step."""
    steps = np.asarray(tuple(grid), dtype=float)
    step = steps[pick(uniform, tuple(grid.values()))]
    step = np.where(step > amounts, steps.min(), step)
    return np.maximum(np.round(amounts / step), 1) * step


def blank(values: Floats | Integers | Flags, missing: Flags) -> Floats:
    """The values as floats, NaN where missing."""
    return np.where(missing, np.nan, values)
