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

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from scipy.special import ndtr, ndtri

from training.tables.home_credit import TABLES
from training.tables.schema import Type, Unit

Array = npt.NDArray[Any]
Shape = Any
PROBABILITIES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)


@dataclass(frozen=True)
class WordColumn:
    """A column of words: `codes` index `words`, -1 is missing."""

    words: tuple[str, ...]
    codes: Array

    def __getitem__(self, rows: Array) -> WordColumn:
        return WordColumn(self.words, self.codes[rows])

    def equals(self, word: str) -> Array:
        return np.asarray(self.codes == self.words.index(word))

    def where(self, keep: Array, word: str) -> WordColumn:
        """The same column with `word` wherever `keep` is false."""
        return WordColumn(
            self.words, np.where(keep, self.codes, self.words.index(word))
        )


# Columns by name: arrays of numbers (NaN is missing) or WordColumn.
Columns = dict[str, Any]


def take(columns: Columns, rows: Array) -> Columns:
    """The columns at some rows, as often as each is named."""
    return {name: values[rows] for name, values in columns.items()}


@cache
def shapes(table: str) -> Mapping[str, Shape]:
    """The shapes of `table`.yaml by the column's name; several names may share one."""
    document = yaml.safe_load(Path(__file__).with_name(f"{table}.yaml").read_bytes())
    return {name: shape for names, shape in document.items() for name in names.split()}


def blend(rng: np.random.Generator, rows: Columns, tilt: Mapping[str, float]) -> Array:
    """A standard normal number per row: what habits do not explain is its own."""
    own = np.sqrt(1 - sum(weight**2 for weight in tilt.values()))
    parts = (weight * rows[name] for name, weight in tilt.items())
    blended: Array = sum(parts, own * rng.standard_normal(len(rows["later"])))
    return blended


def draw(rng: np.random.Generator, table: str, rows: Columns) -> Columns:
    """Every column of `table`.yaml; bounds and types are the declared ones.

    `rows` holds each row's habits, and whether it is a later client's. Names that are
    not declared are for the caller, who derives columns from them.
    """
    declared = {column.name: column for column in TABLES.get(table, ())}
    columns: Columns = {}
    for name, shape in shapes(table).items():
        values = _column(rng, shape, rows, columns)
        column = declared.get(name)
        if column and column.bounds:
            values = np.clip(values, *column.bounds)
        if column and (column.type is Type.INTEGER or column.unit is Unit.DAYS):
            values = np.round(values)
        columns[name] = values
    return columns


def _column(
    rng: np.random.Generator, shape: Shape, rows: Columns, known: Columns
) -> Any:
    words = tuple(dict.fromkeys(_words(shape)))
    places: dict[Any, int] = {word: index for index, word in enumerate(words)}
    options = shape if isinstance(shape, dict) else {}
    uniform, gap = (ndtr(blend(rng, rows, options.get(o, {}))) for o in ("tilt", "gap"))

    def read(shape: Shape, at: Array) -> Array:
        """Numbers, or places in `words`, at the uniform numbers of some rows."""
        if not isinstance(shape, dict):
            return np.full(len(at), places.get(shape, shape), float)
        if "by" in shape:
            values = np.full(len(at), np.nan)
            other = known[shape["by"]][at]
            for word in other.words:
                here = np.flatnonzero(other.equals(word))
                inner = shape.get("of", {}).get(word, shape.get("else", np.nan))
                values[here] = read(inner, at[here])
        else:
            values = _distribution(shape, uniform[at], places)
        if "grid" in shape:
            values = np.maximum(np.round(values / shape["grid"]), 1) * shape["grid"]
        if "limits" in shape:
            values = np.clip(values, *shape["limits"])
        return np.where(gap[at] < shape.get("missing", 0), np.nan, values)

    values = read(shape, np.arange(len(uniform)))
    if "later" in options:
        later = np.flatnonzero(rows["later"])
        values[later] = read(options | options["later"], later)
    if words:
        return WordColumn(words, np.nan_to_num(values, nan=-1).astype(np.int16))
    return values


def _words(shape: Shape) -> Iterator[str]:
    """Every word that a shape can give."""
    if isinstance(shape, str):
        yield shape
    elif isinstance(shape, dict):
        inner = (*shape.get("of", {}).values(), shape.get("else"))
        for value in (*shape.get("one_of", ())[::2], *inner):
            yield from _words(value)


def _distribution(shape: Shape, uniform: Array, places: Mapping[Any, int]) -> Array:
    if "one_of" in shape:
        values = np.array([places.get(v, v) for v in shape["one_of"][::2]], float)
        edges = np.cumsum(np.array(shape["one_of"][1::2], float))
        index = np.searchsorted(edges / edges[-1], uniform, side="right")
        return values[np.minimum(index, len(values) - 1)]
    if "quantiles" in shape:
        return np.asarray(np.interp(uniform, PROBABILITIES, shape["quantiles"]))
    if "share" in shape:
        return np.asarray(uniform > 1 - shape["share"], float)
    median, spread = shape["log"]
    return np.asarray(median * np.exp(spread * ndtri(uniform)))


def blank(values: Array, missing: Array) -> Array:
    """The values as floats, NaN where missing."""
    return np.where(missing, np.nan, values)


def spread(counts: Array) -> tuple[Array, Array]:
    """The owner and the position within the owner of every row."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    starts = (np.cumsum(counts) - counts).astype(np.int32)
    return owner, np.arange(len(owner), dtype=np.int32) - starts[owner]
