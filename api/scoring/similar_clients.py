"""The bundle's sample of clients, and whom of them a client is like.

The sample's numbers are in steps that many of them share, each step named by its end;
rare categories are missing (`training/evaluation/inspection/coarse.py`).

Likeness is Gower's distance (Gower 1971) over the features that matter most: two
numbers are as far apart as their ranks in the sample, so that neither units nor
outliers count; two categories are the same or not; missing is near missing only.
Each feature weighs what it weighs in the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import NormalDist
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from api.bundle.read import Bundle
from api.errors import BundleError
from api.features.columns import Matrix
from api.schemas.model import Feature

Counts = NDArray[np.intp]
Read = Callable[[list[str]], Mapping[str, Any]]
FILE = "population.parquet"
OUTCOME, RISK = "TARGET", "probability"
MATCHED = 20
SHARE, SMALLEST, LARGEST, LARGEST_SHARE = 0.02, 200, 500, 0.1
SHOWN_POINTS = 1000
# Columns: all of them take several times what is kept.
READ_TOGETHER = 32
# What is usual of numbers, and how many categories are.
QUANTILES, COMMONEST = (0.05, 0.25, 0.5, 0.75, 0.95), 5


@dataclass(frozen=True)
class Neighbours:
    """The nearest clients: their rows in the sample, nearest first."""

    rows: NDArray[np.intp]
    observed_default_rate: float
    interval: tuple[float, float]


class Population:
    """Features and outcomes of the sample, in memory."""

    def __init__(
        self,
        features: Sequence[Feature],
        matrix: Matrix,
        defaulted: NDArray[np.bool_],
        importance: Mapping[str, float],
        risk: NDArray[np.float64] | None = None,
    ) -> None:
        """`matrix`: shape (clients, features), NaN missing, categories as codes.

        `risk`: of each client, by a model that had not seen them, where it is known.
        """
        weights = [importance.get(feature.name, 0.0) for feature in features]
        order = np.argsort(-np.array(weights), kind="stable")
        self.features = [features[at] for at in order]
        self.names = [feature.name for feature in self.features]
        self.matrix = np.asfortranarray(matrix[:, order])
        self.defaulted = defaulted
        self.risk = risk
        self.size = len(matrix)
        weighing = [at for at in order if weights[at] > 0]
        self.weighing = self.names[: len(weighing)]
        matched = weighing[:MATCHED]
        self.matched_on = self.names[: len(matched)]
        self._weights = [weights[at] for at in matched]
        self._steps = [_steps(column) for column in self.matrix.T]
        self._ranks = [self._rank(at, self.matrix[:, at]) for at in range(len(matched))]
        random = np.random.default_rng(0)
        self._shown = random.permutation(self.size)

    def nearest(self, vector: NDArray[np.float32]) -> Neighbours:
        """Whom a client is like; `vector` holds its values of `names`.

        2 % of the sample, but from 200 clients, for an interval that says something,
        to 500, and never more than a tenth of it. A row that the client would have in
        the sample is taken for theirs and left out; of several one is.
        """
        distance = np.zeros(self.size)
        for at, weight in enumerate(self._weights):
            distance += weight * self._apart(at, vector[at])
        own = self._as_kept(vector)
        same = (self.matrix == own) | (np.isnan(self.matrix) & np.isnan(own))
        distance[np.flatnonzero(same.all(axis=1))[:1]] = math.inf
        rows = np.argsort(distance, kind="stable")[: self._group_size()]
        count = int(self.defaulted[rows].sum())
        return Neighbours(rows, count / len(rows), wilson(count, len(rows)))

    def points(self, first: str, second: str) -> list[tuple[float, float, int]]:
        """Up to 1,000 clients as (first, second, defaulted); both are known."""
        x, y = self.column(first), self.column(second)
        both = ~(np.isnan(x) | np.isnan(y))
        rows = self._shown[both[self._shown]][:SHOWN_POINTS]
        chosen = x[rows].tolist(), y[rows].tolist(), self.defaulted[rows].tolist()
        # Sorted, so that the points of other features cannot be put beside them.
        return sorted((x, y, int(late)) for x, y, late in zip(*chosen, strict=True))

    def typical(self, rows: NDArray[np.intp]) -> list[float]:
        """Median of each feature, or its most frequent category; NaN for no value."""
        return [
            _typical(feature, known(self.matrix[rows, at]))
            for at, feature in enumerate(self.features)
        ]

    def usual(self, name: str) -> list[float]:
        """Of a feature: quantiles that there are, or the commonest categories."""
        at = self.names.index(name)
        values, below = self._steps[at]
        if not len(values):
            return []
        if self.features[at].categories is None:
            some = np.quantile(known(self.matrix[:, at]), QUANTILES, method="nearest")
            return list(dict.fromkeys(some.tolist()))
        commonest = values[np.argsort(-np.diff(below), kind="stable")][:COMMONEST]
        return [float(code) for code in commonest]

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of every client; NaN is missing."""
        values: NDArray[np.float32] = self.matrix[:, self.names.index(name)]
        return values

    def values(self, name: str, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """The known values of these rows."""
        return known(self.column(name)[rows])

    def _as_kept(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """A client's values in the steps of the sample; codes not in it are missing."""
        own = np.full_like(vector, np.nan)
        for at, (value, (steps, _)) in enumerate(zip(vector, self._steps, strict=True)):
            if np.isnan(value) or not len(steps):
                continue
            step = steps[min(np.searchsorted(steps, value), len(steps) - 1)]
            if step == value or self.features[at].categories is None:
                own[at] = step
        return own

    def _group_size(self) -> int:
        wanted = min(max(SHARE * self.size, SMALLEST), LARGEST)
        return max(1, round(min(wanted, LARGEST_SHARE * self.size)))

    def _apart(self, at: int, value: np.float32) -> NDArray[np.float64]:
        column = self._ranks[at]
        if np.isnan(value):
            return (~np.isnan(column)).astype(np.float64)
        if self.features[at].dtype == "category":
            return np.where(column == value, 0.0, 1.0)
        rank = self._rank(at, np.array([value], dtype=np.float32))
        apart: NDArray[np.float64] = np.abs(column - rank)
        apart[np.isnan(column)] = 1.0
        return apart

    def _rank(self, at: int, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """From 0 to 1, equal values in the middle of theirs; a category stays as is."""
        if self.features[at].dtype == "category":
            return values.astype(np.float64)
        steps, below = self._steps[at]
        low = below[np.searchsorted(steps, values, "left")]
        high = below[np.searchsorted(steps, values, "right")]
        ranks: NDArray[np.float64] = (low + high) / (2 * max(1, below[-1]))
        ranks[np.isnan(values)] = np.nan
        return ranks


def wilson(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share (Wilson 1927)."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / total
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _steps(column: NDArray[np.float32]) -> tuple[NDArray[np.float32], Counts]:
    """The different values that are known, and how many there are below each and in
    all: of shared steps that is much less than the column.
    """
    steps, counts = np.unique(known(column), return_counts=True)
    return steps, np.concatenate([[0], np.cumsum(counts)])


def known(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the missing ones."""
    return values[~np.isnan(values)]


def load(bundle: Bundle, importance: Mapping[str, float]) -> Population | None:
    """The sample of a bundle that has one; raises BundleError."""
    content = bundle.files.get(FILE)
    if content is None:
        return None
    with _columns(content) as (names, read):
        features = [f for f in bundle.manifest.features if f.name in names]
        if OUTCOME not in names or not features:
            raise BundleError(f"{FILE}: expected {OUTCOME} and features of the model")
        outcomes = _numbers(OUTCOME, read([OUTCOME])[OUTCOME])
        risk = _risk(read([RISK])[RISK]) if RISK in names else None
        labelled = ~np.isnan(outcomes)
        if not labelled.any():
            raise BundleError(f"{FILE}: expected clients whose {OUTCOME} is known")
        shape = int(labelled.sum()), len(features)
        matrix = np.empty(shape, dtype=np.float32, order="F")
        for first in range(0, len(features), READ_TOGETHER):
            some = features[first : first + READ_TOGETHER]
            columns = read([feature.name for feature in some])
            for at, feature in enumerate(some, first):
                matrix[:, at] = _encoded(feature, columns[feature.name])[labelled]
    if risk is not None:
        risk = risk[labelled]
    return Population(features, matrix, outcomes[labelled] > 0, importance, risk)


@contextmanager
def _columns(content: bytes) -> Iterator[tuple[list[str], Read]]:
    """Their names, and what reads some of them.

    DuckDB reads files only: lend it one of the bytes that were verified.
    """
    with NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        try:
            with duckdb.connect(":memory:", config={"threads": 1}) as connection:
                rows = connection.read_parquet(file.name)
                yield (
                    rows.columns,
                    lambda names: rows.select(
                        *map(duckdb.ColumnExpression, names)
                    ).fetchnumpy(),
                )
        except (duckdb.Error, ValueError) as error:
            raise BundleError(f"{FILE}: {str(error).splitlines()[0]}") from error


def _risk(values: Any) -> NDArray[np.float64]:
    """In double precision: it is compared with the threshold."""
    found = np.ma.asarray(values)
    if found.dtype.kind == "f":
        risk = np.asarray(np.ma.filled(found, np.nan), dtype=np.float64)
        if ((risk >= 0) & (risk <= 1)).all():
            return risk
    raise BundleError(f"{FILE}: column {RISK}: expected numbers from 0 to 1")


def _encoded(feature: Feature, values: Any) -> NDArray[np.float32]:
    if feature.categories is None:
        return _numbers(feature.name, values)
    codes = {text: float(code) for code, text in enumerate(feature.categories)}
    texts = np.ma.filled(np.ma.asarray(values, dtype=object), None).tolist()
    if not all(text is None or isinstance(text, str) for text in texts):
        raise BundleError(f"{FILE}: column {feature.name}: expected texts")
    return np.array([codes.get(text, np.nan) for text in texts], dtype=np.float32)


def _numbers(name: str, values: Any) -> NDArray[np.float32]:
    """Missing ones are NaN."""
    found = np.ma.asarray(values)
    if found.dtype.kind not in "biuf":
        raise BundleError(f"{FILE}: column {name}: expected numbers")
    with np.errstate(over="ignore"):
        numbers = np.asarray(np.ma.filled(found.astype(np.float32), np.nan))
    if np.isinf(numbers).any():
        raise BundleError(f"{FILE}: column {name}: expected finite numbers of 32 bits")
    return numbers


def _typical(feature: Feature, values: NDArray[np.float32]) -> float:
    if not len(values):
        return math.nan
    if feature.dtype == "category":
        return float(np.bincount(values.astype(np.intp)).argmax())
    return float(np.median(values))
