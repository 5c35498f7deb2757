"""The batch run: raw tables in, `history.parquet` and `features.parquet` out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training import receipts
from training.errors import TableError
from training.features.sql import FeatureSet, compile_features
from training.files import remove, replacing
from training.tables import HISTORY_TABLES, TABLES
from training.tables.schema import Type
from training.tables.stage import APPLICATION_FILES, stage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeatureStore:
    """A folder of staged tables and of the features made from them.

    `features.parquet`: one row per client of both application files, by SK_ID_CURR,
    with TARGET (null for test clients) and every feature as FLOAT or VARCHAR.
    """

    folder: Path

    @property
    def tables(self) -> Path:
        return self.folder / "tables"

    @property
    def application(self) -> Path:
        return self.folder / "application.parquet"

    @property
    def history(self) -> Path:
        return self.folder / "history.parquet"

    @property
    def features(self) -> Path:
        return self.folder / "features.parquet"

    def raw(self, table: str) -> Path:
        """The staged rows of one table, both application files as one."""
        if table == "application":
            return self.application
        return self.tables / f"{table}.parquet"

    def categories(self, table: str) -> dict[str, list[str]]:
        """The values of every category column of a raw table, sorted."""
        with duckdb.connect() as connection:
            return {
                column.name: [
                    value
                    for (value,) in connection.execute(
                        f"SELECT DISTINCT \"{column.name}\" FROM '{self.raw(table)}'"
                        f' WHERE "{column.name}" IS NOT NULL ORDER BY 1'
                    ).fetchall()
                ]
                for column in TABLES[table]
                if column.type is Type.CATEGORY
            }

    def present(self) -> list[str]:
        """The history tables that were staged."""
        return [n for n in HISTORY_TABLES if (self.tables / f"{n}.parquet").exists()]


def build(
    data: Path,
    out: Path,
    *,
    memory_limit: str | None = None,
    progress: Callable[[str], None] = log.info,
) -> tuple[FeatureStore, FeatureSet]:
    """Stage the tables of `data` and write their features to the folder `out`.

    A finished stage whose inputs and code are unchanged is not run again.

    Raises:
        TableError: see `training.tables.stage.stage`.
    """
    store = FeatureStore(out)
    staged = stage(data, store.tables, progress=progress)
    _forget_others(store, staged)
    made = compile_features(store.present())
    remove(out / "spill")
    with duckdb.connect() as connection:
        if memory_limit:
            connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(f"SET temp_directory = '{out / 'spill'}'")
        _application(connection, store, staged)
        for name in made.tables[1:]:
            view(connection, name, store.raw(name))
        raw = [receipts.of(store.raw(name)) for name in made.tables]
        anew = _write(connection, made.history_sql, store.history, raw)
        progress(
            f"history: {len(made.history)} features{'' if anew else ', as before'}"
        )
        view(connection, "history", store.history)
        inputs = [receipts.of(store.application), receipts.of(store.history)]
        sql = _with_target(made.applicant_sql)
        anew = _write(connection, sql, store.features, inputs)
        progress(
            f"applicant: {len(made.features)} features{'' if anew else ', as before'}"
        )
    return store, made


def _forget_others(store: FeatureStore, staged: dict[str, Path]) -> None:
    """Remove what an earlier run staged of tables that are no longer there."""
    for path in store.tables.iterdir():
        if path.name.partition(".parquet")[0] not in staged:
            remove(path)


def view(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM '{path}'")


def _application(
    connection: duckdb.DuckDBPyConnection, store: FeatureStore, staged: dict[str, Path]
) -> None:
    """Both application files as one table, a client once."""
    files = [str(staged[name]) for name in APPLICATION_FILES if name in staged]
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM '{path}'" for path in files)
    repeated = connection.execute(
        f"SELECT SK_ID_CURR FROM ({union}) GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if repeated:
        raise TableError(
            "application_test: SK_ID_CURR must not be in application_train as well;"
            f" {repeated[0]} is"
        )
    inputs = [receipts.of(Path(path)) for path in files]
    _write(connection, union, store.application, inputs)
    view(connection, "application", store.application)


def _with_target(sql: str) -> str:
    return (
        f"SELECT made.*, application.TARGET FROM ({sql}) AS made"
        " JOIN application USING (SK_ID_CURR)"
    )


def _write(
    connection: duckdb.DuckDBPyConnection, sql: str, path: Path, inputs: Sequence[str]
) -> bool:
    """Write a query's rows by client, unless they stand; whether it was written.

    Ordered, so that the same input gives the same bytes.
    """
    made_from = receipts.digest(sql, *inputs)
    if receipts.stands(path, made_from):
        return False
    with replacing(path) as beside:
        connection.execute(
            f"COPY (SELECT * FROM ({sql}) ORDER BY SK_ID_CURR) TO '{beside}'"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
    receipts.keep(path, made_from)
    return True
