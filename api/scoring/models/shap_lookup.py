"""SHAP values by look-up instead of by walking the model's trees.

What a tree adds to a client's SHAP values depends on one thing alone: which of its
splits send the client to the left. The bundle has these values ready, in tables of a
row per pattern of up to eight such outcomes. A client costs one comparison per split,
one row per table and one sum per feature, always in the same order: whoever is
explained beside them, the numbers are the same to the bit.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from api.errors import BundleError
from api.features.columns import Matrix

FILE = "shap_tables.safetensors"
# As the format names them: huggingface.co/docs/safetensors
TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}
# So many rows at a time: what they need stays in the processor's cache.
BLOCK = 16

Indexes = NDArray[np.int64]


@dataclass(frozen=True)
class Lookup:
    """The tables of one model; a name of each array of the file.

    A number column is a feature with its missing values (NaN, or all that is no larger
    than `number_zero`) replaced by what sends them the way that a split wants: -inf to
    the left, NaN to the right. A category column is 0 for a code that its split sends
    to the left, else 1, kept from `category_start` on for each code and, last, for all
    that is none. Split `i` compares one column, left if at most its threshold; eight
    in a row are a byte of a pattern. The first tables have two bytes, their second one
    behind the first ones of all.
    """

    features: int
    base: NDArray[np.float64]
    number_feature: Indexes
    number_zero: NDArray[np.float32]
    number_missing: NDArray[np.float32]
    category_feature: Indexes
    category_start: Indexes
    category_count: Indexes
    category_right: NDArray[np.float32]
    split_column: Indexes
    split_threshold: NDArray[np.float32]
    table_start: Indexes
    table_features: Indexes
    values: NDArray[np.float64]

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Shape (n, features + 1); the last column is the base value."""
        found = np.empty((len(matrix), self.features + 1))
        for at in range(0, len(matrix), BLOCK):
            found[at : at + BLOCK] = self._sums(matrix[at : at + BLOCK])
        return found

    @cached_property
    def _bins(self) -> Indexes:
        """Which sum each value belongs to, of a block's rows."""
        rows = np.arange(BLOCK).reshape(-1, 1, 1) * (self.features + 1)
        return rows + self.table_features

    def _sums(self, matrix: Matrix) -> NDArray[np.float64]:
        values = self.values.take(self._rows(matrix), axis=0).ravel()
        bins = self._bins[: len(matrix)].ravel()
        # Adds one after the other, which NumPy's other sums may not.
        count = len(matrix) * (self.features + 1)
        sums = np.asarray(np.bincount(bins, values, count), np.float64)
        sums = sums.reshape(len(matrix), -1)
        # Here were the zeros that fill up the rows of tables with fewer features.
        sums[:, -1] = self.base
        return sums

    def _rows(self, matrix: Matrix) -> Indexes:
        """Which row of `values` each table answers with, shape (n, tables)."""
        compared = self._columns(matrix).take(self.split_column, axis=1)
        return self._rows_of(compared <= self.split_threshold)

    def _rows_of(self, left: NDArray[np.bool_]) -> Indexes:
        patterns = np.packbits(left, axis=1, bitorder="little")
        first, second = np.split(patterns, [len(self.table_start)], axis=1)
        rows = self.table_start + first
        rows[:, : second.shape[1]] += second.astype(np.int64) << 8
        return rows

    def _columns(self, matrix: Matrix) -> NDArray[np.float32]:
        numbers = matrix.take(self.number_feature, axis=1)
        known = np.abs(numbers) > self.number_zero
        numbers = np.where(known, numbers, self.number_missing)
        codes = matrix.take(self.category_feature, axis=1)
        known = (codes > -1) & (codes < self.category_count)
        codes = np.where(known, codes, self.category_count)
        places = self.category_start + codes.astype(np.int64)
        return np.concatenate([numbers, self.category_right.take(places)], axis=1)

    def _fits(self) -> bool:
        """Whether arrays that belong together are of one shape."""
        tables, width = self.table_features.shape
        numbers, categories = self.number_feature.shape, self.category_feature.shape
        shapes = (
            (self.base, (1,)),
            (self.number_zero, numbers),
            (self.number_missing, numbers),
            (self.category_start, categories),
            (self.category_count, categories),
            (self.split_threshold, self.split_column.shape),
            (self.table_start, (tables,)),
            (self.values, (len(self.values), width)),
        )
        bytes_of_patterns = -(-len(self.split_column) // 8)
        return (
            all(found.shape == shape for found, shape in shapes)
            and len(numbers) == len(categories) == self.category_right.ndim == 1
            and tables <= bytes_of_patterns <= 2 * tables
        )

    def is_whole(self) -> bool:
        """Whether no row of inputs can ask for what is not there."""
        columns = len(self.number_feature) + len(self.category_feature)
        if not self._fits():
            return False
        last = self._rows_of(~np.isnan(self.split_threshold)[np.newaxis])
        places = (
            (self.number_feature, self.features),
            (self.category_feature, self.features),
            (self.category_start, len(self.category_right)),
            (self.category_count, len(self.category_right)),
            (self.category_start + self.category_count, len(self.category_right)),
            (self.split_column, columns),
            (self.table_features, self.features + 1),
            (self.table_start, len(self.values)),
            (last, len(self.values)),
        )
        return bool(np.isfinite(self.values).all()) and all(
            found.dtype == np.int64 and ((0 <= found) & (found < count)).all()
            for found, count in places
        )


def read(content: bytes, features: int) -> Lookup:
    """The tables of a model of so many features; raises BundleError.

    The arrays lie in `content` itself, which gunicorn's workers share.
    """
    start = 8 + int.from_bytes(content[:8], "little")
    try:
        arrays = {
            name: np.frombuffer(
                content,
                TYPES[array["dtype"]],
                math.prod(array["shape"]),
                start + array["data_offsets"][0],
            ).reshape(array["shape"])
            for name, array in json.loads(content[8:start]).items()
        }
        lookup = Lookup(features, **arrays)
        whole = lookup.is_whole()
    except (
        ArithmeticError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise BundleError(f"{FILE}: not the expected arrays: {error}") from None
    if not whole:
        raise BundleError(f"{FILE}: points at what is not there, or at no number")
    return lookup
