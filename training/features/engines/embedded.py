"""The stages on DuckDB: out of core, under a memory limit, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training.features.sql import FeatureSet


@dataclass(frozen=True)
class DuckDB:
    """`memory_limit` as DuckDB writes it, such as 4GB; `threads`: None for all cores.

    Rows come out by client, so that the same input gives the same bytes.
    """

    memory_limit: str | None = None
    threads: int | None = None
    name = "duckdb"

    @contextmanager
    def start(self, tables: Mapping[str, Path], spill: Path) -> Iterator[_Run]:
        with duckdb.connect() as connection:
            if self.memory_limit:
                connection.execute(f"SET memory_limit = '{self.memory_limit}'")
            if self.threads:
                connection.execute(f"SET threads = {self.threads}")
            connection.execute(f"SET temp_directory = '{spill}'")
            run = _Run(connection)
            for name, path in tables.items():
                run.view(name, path)
            yield run


@dataclass(frozen=True)
class _Run:
    connection: duckdb.DuckDBPyConnection

    def view(self, name: str, path: Path) -> None:
        self.connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM '{path}'")

    def write_history(self, made: FeatureSet, out: Path) -> None:
        self._copy(made.history_sql, out)

    def write_features(self, made: FeatureSet, history: Path, out: Path) -> None:
        self.view("history", history)
        self._copy(
            f"SELECT made.*, application.TARGET FROM ({made.applicant_sql}) AS made"
            " JOIN application USING (SK_ID_CURR)",
            out,
        )

    def _copy(self, sql: str, out: Path) -> None:
        self.connection.execute(
            f"COPY (SELECT * FROM ({sql}) ORDER BY SK_ID_CURR) TO '{out}'"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
