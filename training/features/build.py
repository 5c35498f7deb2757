"""The batch run: raw tables in, `history.parquet` and `features.parquet` out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb

from training import receipts
from training.errors import TableError
from training.features.engines import Engine
from training.features.engines.embedded import DuckDB
from training.features.sql import FeatureSet, compile_features
from training.files import PARQUET, literal, remove, replacing, rows_of
from training.tables.categories import Categories, is_category
from training.tables.found import of_files, of_staged
from training.tables.layout import APPLICATION, TARGET, Layout
from training.tables.lender import keep_layout, layout_of
from training.tables.schema import Use
from training.tables.stage import stage

log = logging.getLogger(__name__)

MOST_TOLD = 10


@dataclass(frozen=True)
class FeatureStore:
    """A folder of staged tables and of the features made from them.

    `features.parquet`: one row per client of both application files, with TARGET
    (null for test clients) and every feature as FLOAT or VARCHAR. A file; of very many
    clients, and by Spark, a folder of files: read it as `feature_rows`.
    """

    folder: Path

    @cached_property
    def layout(self) -> Layout:
        """That of the tables, which stays with them: of the columns that are there."""
        layout = layout_of(self.folder)
        return of_staged(layout, {name: self.raw(name) for name in layout.tables})

    @property
    def tables(self) -> Path:
        return self.folder / "tables"

    @property
    def statements(self) -> Path:
        """Of its features, as `training.features.sql` keeps them."""
        return self.folder / "statements"

    @property
    def application(self) -> Path:
        return self.folder / "application.parquet"

    @property
    def history(self) -> Path:
        return self.folder / "history.parquet"

    @property
    def features(self) -> Path:
        return self.folder / "features.parquet"

    @property
    def history_rows(self) -> str:
        """SQL to select the history features from."""
        return rows_of(self.history)

    @property
    def feature_rows(self) -> str:
        """SQL to select the features from."""
        return rows_of(self.features)

    def raw(self, table: str) -> Path:
        """The staged rows of one table, both application files as one."""
        if table == APPLICATION:
            return self.application
        return self.tables / f"{table}.parquet"

    def categories(self, table: str) -> dict[str, list[str]]:
        """The values of every category column of a raw table, sorted.

        Of the applications those of the labelled ones, from which a model learns.
        """
        rows = literal(self.raw(table))
        if table == APPLICATION:
            rows = f"(FROM {rows} WHERE {TARGET} IS NOT NULL)"
        with duckdb.connect() as connection:
            return {
                column.name: values_of(connection, column.name, rows)
                for column in self.layout.tables[table]
                if is_category(column)
            }

    def present(self) -> list[str]:
        """The history tables that were staged."""
        return [
            name
            for name in self.layout.histories
            if (self.tables / f"{name}.parquet").exists()
        ]


def values_of(
    connection: duckdb.DuckDBPyConnection, column: str, rows: str
) -> list[str]:
    """What a category column holds in `rows`, SQL to select from, sorted."""
    result = connection.execute(
        f'SELECT DISTINCT "{column}" FROM {rows}'
        f' WHERE "{column}" IS NOT NULL ORDER BY 1'
    )
    return [value for (value,) in result.fetchall()]


def build(
    data: Path,
    out: Path,
    engine: Engine | None = None,
    *,
    included: Collection[Use] = (),
    seen: Mapping[str, Categories] | None = None,
    progress: Callable[[str], None] = log.info,
) -> tuple[FeatureStore, FeatureSet]:
    """Stage the tables of `data` and write their features to the folder `out`.

    By `engine`, DuckDB unless another is given; columns of the uses in `included` are
    features as well; `seen` as `training.tables.stage.stage` has it. A finished stage
    whose inputs and code are unchanged is not run again.

    Raises:
        TableError: see `training.tables.stage.stage`; or the joins made of a client
            two rows, or none.
        ConfigurationError: the engine cannot be used.
    """
    engine = engine or DuckDB()
    store = stage_tables(data, out, seen=seen, progress=progress)
    feature_set = compile_features(
        store.layout, store.present(), included=included, kept=store.statements
    )
    _tell_left_out(feature_set, progress)
    raw = {name: store.raw(name) for name in feature_set.tables}
    inputs = [receipts.of(path) for path in raw.values()]
    history = receipts.digest(engine.name, feature_set.history_sql, *inputs)
    features = receipts.digest(engine.name, feature_set.applicant_sql, history)
    spill = out / "spill"
    remove(spill)

    def write_history(beside: Path) -> None:
        with engine.start(raw, spill) as run:
            run.write_history(feature_set, beside)
        _check_clients(store, beside, store.history.name)

    def write_features(beside: Path) -> None:
        with engine.start(raw, spill) as run:
            run.write_features(feature_set, store.history, beside)
        _check_clients(store, beside, store.features.name)

    message = f"history: {len(feature_set.history)} features"
    _write_once(store.history, history, write_history, message, progress)
    message = f"applicant: {len(feature_set.features)} features"
    _write_once(store.features, features, write_features, message, progress)
    return store, feature_set


def stage_tables(
    data: Path,
    out: Path,
    *,
    only_applications: bool = False,
    seen: Mapping[str, Categories] | None = None,
    progress: Callable[[str], None] = log.info,
) -> FeatureStore:
    """Stage the tables of `data`, and put the files of applications together.

    Raises:
        TableError: see `training.tables.stage.stage`.
    """
    store = FeatureStore(out)
    keep_layout(data, out)
    layout = layout_of(out)
    if seen is not None:
        layout = layout.undecided()
    layout = of_files(layout, data)
    if only_applications:
        layout = replace(layout, tables={APPLICATION: layout.application})
    staged = stage(layout, data, store.tables, seen=seen, progress=progress)
    _forget_others(store, staged)
    _join_applications(layout, store, staged)
    return store


def _tell_left_out(made: FeatureSet, progress: Callable[[str], None]) -> None:
    out = made.left_out
    # A lender of whose tables none is like Home Credit's misses nothing.
    known = (c.known_as for table in made.layout.tables.values() for c in table)
    if out and any(known):
        columns = dict.fromkeys(
            column for lacking in out.values() for column in lacking
        )
        progress(
            f"features: {len(out)} of {len(made.features) + len(out)} left out"
            f" ({_some(out)}), for want of {_some(columns)}"
        )


def _some(names: Collection[str]) -> str:
    more = len(names) - MOST_TOLD
    told = ", ".join([*names][:MOST_TOLD])
    return f"{told} and {more} more" if more > 0 else told


def _forget_others(store: FeatureStore, staged: dict[str, Path]) -> None:
    """Remove what an earlier run staged of tables that are no longer there."""
    for path in store.tables.iterdir():
        if path.name.partition(".parquet")[0] not in staged:
            remove(path)


def _write_once(
    path: Path,
    made_from: str,
    write: Callable[[Path], None],
    message: str,
    progress: Callable[[str], None],
) -> None:
    """Write an output unless it stands."""
    if receipts.stands(path, made_from):
        progress(f"{message}, as before")
        return
    with replacing(path) as beside:
        write(beside)
    receipts.keep(path, made_from)
    progress(message)


def _check_clients(store: FeatureStore, written: Path, name: str) -> None:
    """Refuse an output that has not one row per client of the application."""
    key = store.layout.key
    with duckdb.connect() as connection:
        [(rows, keys, clients)] = connection.execute(
            f'SELECT count(*), count(DISTINCT "{key}"),'
            f" (SELECT count(*) FROM {literal(store.application)})"
            f" FROM {rows_of(written)}"
        ).fetchall()
    if not rows == keys == clients:
        raise TableError(
            f"{name}: expected one row for each {key} of {APPLICATION}, {clients:,};"
            f" found {rows:,} rows with {keys:,} different {key}"
        )


def _join_applications(
    layout: Layout, store: FeatureStore, staged: dict[str, Path]
) -> None:
    """Both application files as one table, a client once."""
    key, unlabelled = layout.key, layout.unlabelled
    files = [staged[name] for name in (layout.labelled, unlabelled) if name in staged]
    made_from = receipts.digest(*(receipts.of(path) for path in files))
    if receipts.stands(store.application, made_from):
        return
    undecided = f"SELECT NULL::BIGINT AS {TARGET} WHERE false"
    union = " UNION ALL BY NAME ".join(
        [*(f"SELECT * FROM {literal(path)}" for path in files), undecided]
    )
    with duckdb.connect() as connection, replacing(store.application) as beside:
        repeated = connection.execute(
            f'SELECT "{key}" FROM ({union}) GROUP BY 1 HAVING count(*) > 1 LIMIT 1'
        ).fetchone()
        if repeated:
            raise TableError(
                f"{unlabelled}: {key} must not be in {layout.labelled} as well;"
                f" {repeated[0]} is"
            )
        connection.execute(
            f'COPY (SELECT * FROM ({union}) ORDER BY "{key}") TO {literal(beside)}'
            f" ({PARQUET})"
        )
    receipts.keep(store.application, made_from)
