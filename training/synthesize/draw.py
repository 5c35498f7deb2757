"""Draw columns from their shapes, as the .yaml files beside declare them.

Every value starts as a standard normal number, partly the client's habits and partly
the value's own, and is read off the column's distribution: what the habits tilt comes
out related, and each column keeps the distribution that its shape declares.

A shape is a constant, or a table of
  one_of     values and their weights in turn, from the low to the high end
  quantiles  values at PROBABILITIES, straight lines between
  log        median and spread of a log-normal number
  share      how often a flag is 1
  by, of     shapes by the word of an earlier column; `else` is that of other words
  grid       step to which numbers are rounded, at least one
  limits     ends that they are cut at
  tilt       how much of the number each habit explains (a correlation)
  missing    share left out; `gap` says which habits tilt that
  later      what differs for test clients, who apply later
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from scipy.special import expit, ndtr, ndtri

from training.tables.schema import Column, Type

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]
Shape = Any
PROBABILITIES = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)


@dataclass(frozen=True)
class Words:
    """A column of words: `codes` index `words`, -1 is missing."""

    words: tuple[str, ...]
    codes: Integers

    def __getitem__(self, rows: Integers | Flags) -> Words:
        return Words(self.words, self.codes[rows])

    def equals(self, word: str) -> Flags:
        return self.codes == self.words.index(word)

    def where(self, keep: Flags, word: str | None = None) -> Words:
        """The same column with `word` (missing when None) wherever `keep` is false."""
        code = -1 if word is None else self.words.index(word)
        return Words(self.words, np.where(keep, self.codes, code))


# Columns by name: arrays of numbers (NaN is missing) or Words.
Columns = dict[str, Any]


@cache
def shapes(name: str) -> Mapping[str, Shape]:
    """The shapes of `name`.yaml, by section."""
    return yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_bytes())


@dataclass(frozen=True)
class Rows:
    """What values are drawn for: each row's habits, and whether it is a later one's."""

    habits: Mapping[str, Floats]
    later: Flags
    owner: Integers | None = None

    def habit(self, name: str) -> Floats:
        habit = self.habits[name]
        return habit if self.owner is None else habit[self.owner]

    def of(self, owner: Integers) -> Rows:
        """The rows of a child table, each with its owner's habits."""
        return replace(self, later=self.later[owner], owner=owner)


def blend(rng: np.random.Generator, rows: Rows, tilt: Mapping[str, float]) -> Floats:
    """A standard normal number per row: what habits do not explain is its own."""
    own = np.sqrt(1 - sum(weight**2 for weight in tilt.values()))
    number = own * rng.standard_normal(len(rows.later))
    for name, weight in tilt.items():
        number += weight * rows.habit(name)
    return number


def draw(
    rng: np.random.Generator, declared: Sequence[Column], form: Shape, rows: Rows
) -> Columns:
    """Every column of `form`, in its order; limits and types are the declared ones.

    Names that are not declared are for the caller, who derives columns from them.
    """
    limits = {column.name: column for column in declared}
    columns: Columns = {}
    for name, shape in form.items():
        columns[name] = draw_column(rng, shape, rows, columns, limits.get(name))
    return columns


def draw_column(
    rng: np.random.Generator,
    shape: Shape,
    rows: Rows,
    columns: Columns,
    declared: Column | None = None,
) -> Any:
    words = tuple(dict.fromkeys(_words(shape)))
    tilts = shape if isinstance(shape, dict) else {}
    uniform = _uniform(rng, rows, tilts.get("tilt"))
    gap = _uniform(rng, rows, tilts.get("gap"))
    every = np.arange(len(uniform))
    values = _read(shape, uniform, gap, every, columns, words)
    if "later" in tilts:
        changed = np.flatnonzero(rows.later)
        values[changed] = _read(
            tilts | tilts["later"], uniform, gap, changed, columns, words
        )
    if words:
        return Words(words, np.nan_to_num(values, nan=-1).astype(np.int16))
    if declared is None:
        return values
    if declared.bounds:
        values = np.clip(values, *declared.bounds)
    return np.round(values).astype(int) if declared.type is Type.INTEGER else values


def _uniform(
    rng: np.random.Generator, rows: Rows, tilt: Mapping[str, float] | None
) -> Floats:
    if not tilt:
        return rng.random(len(rows.later))
    return ndtr(blend(rng, rows, tilt))


def _words(shape: Shape) -> Iterator[str]:
    """Every word that a shape can give."""
    if isinstance(shape, str):
        yield shape
    elif isinstance(shape, dict):
        yield from (word for word in shape.get("one_of", ())[::2] if _is_word(word))
        for inner in (*shape.get("of", {}).values(), shape.get("else")):
            yield from _words(inner)


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _read(
    shape: Shape,
    uniform: Floats,
    gap: Floats,
    rows: Integers,
    columns: Columns,
    words: tuple[str, ...],
) -> Floats:
    """The values at the rows' uniform numbers; positions in `words` for words."""
    if not isinstance(shape, dict):
        return np.full(len(rows), _number(shape, words))
    if "by" in shape:
        values = np.full(len(rows), np.nan)
        known = columns[shape["by"]]
        codes = known.codes[rows]
        for code, word in enumerate(known.words):
            at = np.flatnonzero(codes == code)
            inner = shape["of"].get(word, shape.get("else", np.nan))
            values[at] = _read(inner, uniform, gap, rows[at], columns, words)
    else:
        values = _distribution(shape, uniform[rows], words)
    if "grid" in shape:
        values = np.maximum(np.round(values / shape["grid"]), 1) * shape["grid"]
    if "limits" in shape:
        values = np.clip(values, *shape["limits"])
    if "missing" in shape:
        values[gap[rows] < shape["missing"]] = np.nan
    return values


def _distribution(shape: Shape, uniform: Floats, words: tuple[str, ...]) -> Floats:
    if "one_of" in shape:
        numbers = [_number(value, words) for value in shape["one_of"][::2]]
        return np.asarray(numbers, dtype=float)[pick(uniform, shape["one_of"][1::2])]
    if "quantiles" in shape:
        return np.interp(uniform, PROBABILITIES, shape["quantiles"])
    if "share" in shape:
        return (uniform > 1 - shape["share"]).astype(float)
    median, spread = shape["log"]
    return median * np.exp(spread * ndtri(uniform))


def _number(value: object, words: tuple[str, ...]) -> float:
    return float(words.index(value)) if isinstance(value, str) else float(value)


def pick(uniform: Floats, shares: Sequence[float]) -> Integers:
    """The position of the share each uniform number falls into."""
    edges = np.cumsum(np.asarray(shares, dtype=float))
    found = np.searchsorted(edges / edges[-1], uniform, side="right")
    return np.minimum(found, len(edges) - 1)


def chance(log_odds: Floats) -> Floats:
    return expit(log_odds)


def blank(values: Any, missing: Flags) -> Floats:
    """The values as floats, NaN where missing."""
    return np.where(missing, np.nan, values)


def spread(counts: Integers) -> tuple[Integers, Integers]:
    """The owner and the position within the owner of every row."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    starts = np.cumsum(counts) - counts
    position = np.arange(len(owner), dtype=np.int32) - starts.astype(np.int32)[owner]
    return owner, position
