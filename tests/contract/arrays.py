"""Rows of raw tables as numpy columns, which is not how the API gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from api.features.columns import Row
from api.schemas.model import Column


def columns_of(columns: Sequence[Column], rows: Sequence[Row]) -> dict[str, Any]:
    """One array per column; what a row does not have is missing."""
    return {
        column.name: _array(column.type, [row.get(column.name) for row in rows])
        for column in columns
    }


def _array(kind: str, values: list[Any]) -> Any:
    if kind == "number":
        return np.array(values, dtype=np.float64)  # None is NaN, which is NULL
    if kind == "integer":
        mask = [value is None for value in values]
        filled = [0 if value is None else value for value in values]
        return np.ma.masked_array(np.array(filled, dtype=np.int64), mask=mask)
    return np.array(values, dtype=object)
