"""A scorecard: each input's bins are worth points, and the points add up to the risk.

MLflow keeps this file beside the registered model, where the rest of the code is not:
it imports nothing of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FORM, FILE = "scorecard", "scorecard.json"


@dataclass(frozen=True)
class Scale:
    """So many points at so many good clients to a bad one; more that double these."""

    points: float = 600.0
    odds: float = 50.0
    points_to_double: float = 20.0

    @property
    def factor(self) -> float:
        """Points of one unit of log-odds."""
        return self.points_to_double / math.log(2.0)

    def margin(self, total: Floats) -> Floats:
        """Log-odds of default at a total of points."""
        return -(total - self.points) / self.factor - math.log(self.odds)

    def total(self, margin: float) -> float:
        return self.points - self.factor * (margin + math.log(self.odds))


@dataclass(frozen=True)
class Input:
    """One input's rows in the table of points.

    A number is in the bin after as many `edges` as it reaches; a category in that of
    its group; what is missing, or in no group, is worth `missing`. `mean`: of the
    points of the clients that the scorecard was fitted on. `clients` and
    `default_rate`: of each bin, the missing last; a rate is null where nobody is.
    """

    feature: str
    edges: Sequence[float] | None
    groups: Sequence[Sequence[str]] | None
    points: Sequence[float]
    missing: float
    mean: float
    clients: Sequence[int]
    default_rate: Sequence[float | None]


class Scorecard:
    """Safe to ask with numbers as training saw them and any others."""

    form = FORM

    def __init__(
        self,
        scale: Scale,
        base_points: float,
        inputs: Sequence[Input],
        categories: Mapping[str, Sequence[str]],
    ) -> None:
        """`categories`: the texts of each category input, in the order of codes."""
        self.scale, self.base_points, self.inputs = scale, base_points, inputs
        self._tables = [
            _table(one, categories.get(one.feature, ())) for one in self.inputs
        ]
        self._means = np.array([one.mean for one in inputs])

    @classmethod
    def read(cls, text: str, features: Sequence[Mapping[str, Any]]) -> Scorecard:
        """From its file, and the manifest's features."""
        document = json.loads(text)
        inputs = [Input(**one) for one in document["inputs"]]
        codes = {one["name"]: one["categories"] or () for one in features}
        return cls(Scale(**document["scale"]), document["base_points"], inputs, codes)

    def points(self, matrix: np.ndarray) -> Floats:
        """What each input is worth, shape (clients, inputs).

        `matrix`: float32, categories as codes, missing as NaN.
        """
        found = np.empty(matrix.shape)
        for at, (edges, points) in enumerate(self._tables):
            column = matrix[:, at]
            places = np.searchsorted(edges, column, side="right")
            found[:, at] = points[np.where(np.isnan(column), len(points) - 1, places)]
        return found

    def margins(self, matrix: np.ndarray) -> Floats:
        """Log-odds of default, shape (clients,)."""
        return self.scale.margin(self.base_points + self.points(matrix).sum(axis=1))

    def ordering(self, matrix: np.ndarray) -> Floats:
        """The margins: there is no faster way."""
        return self.margins(matrix)

    def contributions(self, matrix: np.ndarray) -> Floats:
        """SHAP values, shape (clients, inputs + 1); the last column is the base value.

        Of inputs that only add up it is what each adds to its mean.
        Source: Lundberg and Lee, A Unified Approach, 2017, corollary 1.
        """
        moved = (self._means - self.points(matrix)) / self.scale.factor
        base = self.scale.margin(self.base_points + self._means.sum())
        return np.column_stack([moved, np.full(len(matrix), base)])

    def save(self, folder: Path) -> None:
        """Write its file into a folder."""
        document = {
            "scale": asdict(self.scale),
            "base_points": self.base_points,
            "inputs": [asdict(one) for one in self.inputs],
        }
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    def complete(self, folder: Path) -> None:
        """Write nothing: all of it is in its file."""


def _table(one: Input, categories: Sequence[str]) -> tuple[Floats, Floats]:
    """Where each bin ends, and its points, the missing last.

    Codes have a bin each, before them one that nobody is in.
    """
    if one.groups is None:
        return np.array(one.edges, float), np.array([*one.points, one.missing], float)
    worth = {
        text: points
        for group, points in zip(one.groups, one.points, strict=True)
        for text in group
    }
    codes = [worth.get(text, one.missing) for text in categories]
    ends = np.arange(len(codes) + 1.0)
    return ends, np.array([one.missing, *codes, one.missing, one.missing], float)
