"""A model's SHAP values: by look-up in its tables, or from LightGBM where it has none.

The arithmetic is the API's (`api/scoring/models/shap_lookup.py`), in the same order: a
whole portfolio gets the numbers of single answers to the bit. What each array of the
tables means is told there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import lightgbm
import numpy as np

from training.arrays import Array
from training.models.shap_tables import shap_tables

FILE = "shap_tables.safetensors"
TYPES = {"float32": "F32", "float64": "F64", "int64": "I64"}
# So many rows at a time: what they need stays in the processor's cache.
BLOCK = 16


class Explainer:
    """Builds the tables of a booster once, which takes up to some seconds."""

    def __init__(self, booster: lightgbm.Booster) -> None:
        self._booster = booster
        self._tables = shap_tables(booster)

    def margins(self, inputs: np.ndarray) -> Array:
        """Log-odds, shape (clients,): sums of the tables take less than the trees."""
        if self._tables is None:
            return np.asarray(self._booster.predict(inputs, raw_score=True))
        return np.asarray(self.contributions(inputs).sum(axis=1))

    def contributions(self, inputs: np.ndarray) -> Array:
        """SHAP values, shape (clients, features + 1); the last column is the base.

        `inputs`: float32, shape (clients, features). The same as
        `shap.TreeExplainer`'s.
        Source: Lundberg et al., Consistent Individualized Feature Attribution, 2018.
        """
        if self._tables is None:
            return np.asarray(self._booster.predict(inputs, pred_contrib=True))
        width = inputs.shape[1] + 1
        found = np.empty((len(inputs), width))
        bins = np.arange(BLOCK).reshape(-1, 1, 1) * width
        bins = bins + self._tables["table_features"]
        for at in range(0, len(inputs), BLOCK):
            block = slice(at, at + BLOCK)
            found[block] = _sums(self._tables, inputs[block], bins)
        return found


def _sums(tables: Mapping[str, np.ndarray], inputs: np.ndarray, bins: Array) -> Array:
    compared = _columns(tables, inputs).take(tables["split_column"], axis=1)
    left = compared <= tables["split_threshold"]
    patterns = np.packbits(left, axis=1, bitorder="little")
    first, second = np.split(patterns, [len(tables["table_start"])], axis=1)
    rows = tables["table_start"] + first
    rows[:, : second.shape[1]] += second.astype(np.int64) << 8
    values = tables["values"].take(rows, axis=0).ravel()
    count = len(inputs) * (inputs.shape[1] + 1)
    sums = np.asarray(np.bincount(bins[: len(inputs)].ravel(), values, count), float)
    sums = sums.reshape(len(inputs), -1)
    sums[:, -1] = tables["base"]
    return sums


def _columns(tables: Mapping[str, np.ndarray], inputs: np.ndarray) -> np.ndarray:
    numbers = inputs.take(tables["number_feature"], axis=1)
    known = np.abs(numbers) > tables["number_zero"]
    numbers = np.where(known, numbers, tables["number_missing"])
    count = tables["category_count"]
    codes = inputs.take(tables["category_feature"], axis=1)
    codes = np.where((codes > -1) & (codes < count), codes, count).astype(np.int64)
    right = tables["category_right"].take(tables["category_start"] + codes)
    return np.concatenate([numbers, right], axis=1)


def write_tables(booster: lightgbm.Booster, folder: Path) -> None:
    """Write the tables into a bundle, in the format of safetensors, if it has any.

    Source: huggingface.co/docs/safetensors
    """
    tables = shap_tables(booster)
    if tables is None:
        return
    header, offset = {}, 0
    # The widest first: each array starts at a multiple of its numbers' width.
    ordered = sorted(tables.items(), key=lambda one: -one[1].itemsize)
    for name, array in ordered:
        ends = [offset, offset := offset + array.nbytes]
        kind = TYPES[array.dtype.name]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": ends}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    parts = [len(text).to_bytes(8, "little"), text, *(a.tobytes() for _, a in ordered)]
    (folder / FILE).write_bytes(b"".join(parts))
