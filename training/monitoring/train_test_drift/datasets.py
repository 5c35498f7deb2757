"""The two sides of the a-priori analysis: clients with a known outcome, and others."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from training.bundle.champion import Champion
from training.errors import ConfigurationError, NothingToCompare
from training.features.build import FeatureStore, build, stage_tables
from training.features.sql import encoded_columns
from training.files import literal
from training.language import LANGUAGES, SOURCE, Labels, _, alike
from training.monitoring.statistics.drift_tests import LEAST_SHARE
from training.monitoring.statistics.reference import SCORE, Reference
from training.tables.layout import TARGET
from training.tables.lender import keep_layout, layout_of
from training.tables.raw.find import SUFFIXES, find, suffix_of
from training.tables.schema import Column, Role, Type, Unit

# Beyond this the distances no longer change, but time and memory grow.
SAMPLE = 50_000
PROBABILITY = "probability"


@dataclass(frozen=True)
class ComparedColumn:
    """One column to compare; `share`: its part of the model's importance, if known."""

    name: str
    label: Labels
    category: bool
    share: float | None = None


@dataclass(frozen=True)
class DatasetPair:
    """Both frames have the columns in the order in which to show them."""

    reference: pd.DataFrame
    current: pd.DataFrame
    columns: tuple[ComparedColumn, ...]

    def known(self) -> DatasetPair:
        """Without the columns that are empty on both sides."""
        columns = tuple(
            column
            for column in self.columns
            if self.reference[column.name].notna().any()
            or self.current[column.name].notna().any()
        )
        names = [column.name for column in columns]
        return DatasetPair(self.reference[names], self.current[names], columns)


def of_application(data: Path, progress: Callable[[str], None]) -> DatasetPair:
    """The application form's columns, of both sides.

    Raises:
        TableError: a file is missing or cannot be used.
        NothingToCompare: see `_sides`.
    """
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        out = Path(folder)
        store = stage_tables(data, out, only_applications=True, progress=progress)
        reference, current = (
            connection.execute(
                f"FROM {literal(store.application)} WHERE {side}"
                f' ORDER BY hash("{store.layout.key}") LIMIT {SAMPLE}'
            ).df()
            for side in _sides(store)
        )
        columns = tuple(
            ComparedColumn(
                column.name,
                _named(column.labels, column.name),
                _is_category(column),
            )
            for column in store.layout.application
            if column.role is not Role.CLIENT
        )
    return DatasetPair(reference, current, columns)


def _named(labels: Labels, name: str) -> Labels:
    return _(
        "{label} ({name})",
        label={one: labels.get(one) or labels[SOURCE] for one in LANGUAGES},
        name=alike(name),
    )


def _is_category(column: Column) -> bool:
    return column.type is Type.CATEGORY or column.unit is Unit.FLAG


def _sides(store: FeatureStore) -> tuple[str, str]:
    """Conditions on applications: those to compare with, and those compared.

    The decided ones and the others; where all are decided, the older and the newer
    half by the date of the application.

    Raises:
        NothingToCompare: all are decided, and no date is declared.
    """
    date = store.layout.date
    with duckdb.connect() as connection:
        middle = f'median("{date}")' if date else "NULL"
        [(decided, everyone, day)] = connection.execute(
            f"SELECT count({TARGET}), count(*), {middle}"
            f" FROM {literal(store.application)}"
        ).fetchall()
    if decided < everyone:
        return f"{TARGET} IS NOT NULL", f"{TARGET} IS NULL"
    if day is None:
        raise NothingToCompare(
            "drift: nothing to compare: every application is decided, and no date tells"
            " older ones from newer"
        )
    return f'"{date}" < {day!r}', f'"{date}" >= {day!r}'


def of_model(
    data: Path, features: Path, bundle: Reference, progress: Callable[[str], None]
) -> DatasetPair:
    """The score and every feature of a bundle's model, the most important first.

    The reference's scores are the bundle's, out of fold: a model knows its own
    training clients too well for theirs to be compared with others'. Their rows are
    not those of the features beside them; columns are compared one by one.

    Raises:
        TrainingError: a table cannot be used, its features are not the model's, or
            there is nothing to compare; see `_sides`.
    """
    store, _ = build(data, features, progress=progress)
    model = bundle.model()
    version = str(bundle.manifest["model"]["version"])
    champion = Champion(version, model, bundle.manifest)
    reference, current = (_features(champion, store, side) for side in _sides(store))
    margin = model.margins(current.to_numpy())
    scored = current.assign(
        **{SCORE: margin, PROBABILITY: champion.calibration(margin)}
    )
    rows = np.resize(np.arange(len(bundle.frame)), len(reference))
    known = bundle.frame[[SCORE, PROBABILITY]].iloc[rows].reset_index(drop=True)
    columns = _columns(bundle)
    names = [column.name for column in columns]
    texts = {name: dict(enumerate(v)) for name, v in champion.categories.items()}
    frames = [
        frame[names].assign(**{n: frame[n].map(of) for n, of in texts.items()})
        for frame in (reference.join(known), scored)
    ]
    return DatasetPair(frames[0], frames[1], columns)


def _columns(bundle: Reference) -> tuple[ComparedColumn, ...]:
    shares = bundle.importance
    score = (
        ComparedColumn(SCORE, _("Score (margin, log-odds)"), False),
        ComparedColumn(PROBABILITY, _("Probability of default"), False),
    )
    features = [
        ComparedColumn(
            feature["name"],
            _named(bundle.labels(feature["name"]), feature["name"]),
            feature["dtype"] == "category",
            shares.get(feature["name"], 0.0),
        )
        for feature in bundle.manifest["features"]
    ]
    return (*score, *sorted(features, key=lambda column: -(column.share or 0.0)))


def _features(champion: Champion, store: FeatureStore, side: str) -> pd.DataFrame:
    """A sample of the model's inputs of the clients of one side."""
    feature_set = champion.feature_set(store)
    columns = encoded_columns(feature_set.features, champion.codes)
    key = store.layout.key
    with duckdb.connect() as connection:
        rows = connection.execute(
            f'SELECT {columns} FROM {store.feature_rows} AS features WHERE "{key}" IN'
            f' (SELECT "{key}" FROM {literal(store.application)} WHERE {side})'
            f' ORDER BY hash("{key}") LIMIT {SAMPLE}'
        ).df()
    return rows.astype(np.float32)


@contextmanager
def arranged(reference: Path, current: Path) -> Iterator[Path]:
    """A data folder in which two files are the applications of old and of new.

    History tables beside the reference are taken along.

    Raises:
        ConfigurationError: a file is not there, or of no kind that can be read.
    """
    layout = layout_of(reference.parent)
    applications = layout.labelled, layout.unlabelled
    if not layout.unlabelled:
        raise ConfigurationError(
            f"{reference.parent}: expected a `later` file of applications in its"
            " lender.yaml, found none"
        )
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        keep_layout(reference.parent, Path(folder))
        for path, name in zip((reference, current), applications, strict=True):
            suffix = suffix_of(path.name)
            if not suffix or not path.is_file():
                raise ConfigurationError(
                    f"{path}: expected an application file, {' or '.join(SUFFIXES)}"
                )
            (Path(folder) / f"{name}{suffix}").symlink_to(path.resolve())
        for name in layout.histories:
            held = find(reference.parent, layout.tables[name].stem)
            link = Path(folder) / (held.path.name if held else "")
            if held and not link.exists():
                link.symlink_to(held.path.resolve())
        yield Path(folder)


@dataclass(frozen=True)
class Shift:
    """How far one column moved: `distance` above `limit` counts as drift.

    `before` and `after` are the mean of a number, or the share of the category
    that moved most, named by `what`; missing values are left out. `missing_sure`:
    that missing shares differ is beyond doubt. Of a column that is empty on one side
    `distance` is infinite: no drift is larger.
    """

    column: ComparedColumn
    distance: float
    limit: float
    what: Labels
    before: float
    after: float
    missing_before: float
    missing_after: float
    missing_sure: bool

    @property
    def moved(self) -> bool:
        return self.distance > self.limit

    @property
    def missing_moved(self) -> bool:
        return self.missing_sure and self._missing_change >= LEAST_SHARE

    @property
    def size(self) -> float:
        return max(self.distance, self._missing_change)

    @property
    def _missing_change(self) -> float:
        return abs(self.missing_after - self.missing_before)

    @property
    def one_sided(self) -> bool:
        """Whether one side has no value at all."""
        return math.isinf(self.distance)

    @property
    def drifted(self) -> bool:
        return self.moved or self.missing_moved

    def to_json(self) -> dict[str, Any]:
        return {
            "column": self.column.name,
            "drifted": self.drifted,
            "one_sided": self.one_sided,
            "distance": None if self.one_sided else self.distance,
            "limit": self.limit,
            "missing_before": self.missing_before,
            "missing_after": self.missing_after,
        }
