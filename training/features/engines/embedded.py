"""The stages on DuckDB: out of core, under a memory limit, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training.features.sql import FeatureSet
from training.files import PARQUET, literal, rows_of
from training.tables.layout import APPLICATION, TARGET

# All of Kaggle's at once; of more, or with less memory, some after the other: what is
# kept per client then stays in memory, and is not spilled.
CLIENTS_AT_A_TIME = 400_000
BYTES_PER_CLIENT = 10_000
# With hundreds of columns it takes two seconds to plan what each part runs, and the
# plan runs no faster.
SLOW_OPTIMIZER = literal("projection_placement")


@dataclass(frozen=True)
class DuckDB:
    """`memory_limit` as DuckDB writes it, such as 4GB; `threads`: None for all cores.

    Rows come out by client, so that the same input gives the same bytes: a file, or
    a folder of files of more clients than the memory has room for.
    """

    memory_limit: str | None = None
    threads: int | None = None
    name = "duckdb"

    @contextmanager
    def start(self, tables: Mapping[str, Path], spill: Path) -> Iterator[_EmbeddedRun]:
        with duckdb.connect() as connection:
            if self.memory_limit:
                connection.execute(f"SET memory_limit = {literal(self.memory_limit)}")
            if self.threads:
                connection.execute(f"SET threads = {self.threads}")
            connection.execute(f"SET temp_directory = {literal(spill)}")
            connection.execute(f"SET disabled_optimizers = {SLOW_OPTIMIZER}")
            yield _EmbeddedRun(connection, tables)


@dataclass(frozen=True)
class _EmbeddedRun:
    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Path]

    def write_history(self, feature_set: FeatureSet, out: Path) -> None:
        self._write(feature_set, feature_set.history_sql, self.tables, out)

    def write_features(self, feature_set: FeatureSet, history: Path, out: Path) -> None:
        sql = (
            f"SELECT made.*, application.{TARGET}"
            f" FROM ({feature_set.applicant_sql}) AS made"
            f' JOIN application USING ("{feature_set.layout.key}")'
        )
        self._write(feature_set, sql, {**self.tables, "history": history}, out)

    def _write(
        self, feature_set: FeatureSet, sql: str, tables: Mapping[str, Path], out: Path
    ) -> None:
        key = feature_set.layout.key
        most = min(CLIENTS_AT_A_TIME, room_for(self.connection, BYTES_PER_CLIENT))
        shares = parts(self.connection, rows_of(self.tables[APPLICATION]), key, most)
        if len(shares) < 2:
            self._copy(sql, key, tables, dict.fromkeys(tables, "true"), out)
            return
        out.mkdir()
        linked = _linked(feature_set)
        # A table that another one links to its clients comes after that one.
        ordered = {n: tables[n] for n in (*(tables.keys() - linked), *linked)}
        for number, clients in enumerate(shares):
            whose = dict.fromkeys(tables, clients) | linked
            self._copy(sql, key, ordered, whose, out / f"part-{number:05}.parquet")

    def _copy(
        self,
        sql: str,
        key: str,
        tables: Mapping[str, Path],
        whose: Mapping[str, str],
        out: Path,
    ) -> None:
        """Run `sql` on those rows of each table that fit the condition in `whose`."""
        for name, path in tables.items():
            self.connection.execute(
                f'CREATE OR REPLACE VIEW "{name}" AS'
                f" SELECT * FROM {rows_of(path)} WHERE {whose[name]}"
            )
        self.connection.execute(
            f'COPY (SELECT * FROM ({sql}) ORDER BY "{key}")'
            f" TO {literal(out)} ({PARQUET})"
        )


def parts(
    connection: duckdb.DuckDBPyConnection, rows: str, key: str, most: int
) -> list[str]:
    """Conditions that share `most` clients at a time out, the lowest keys first."""
    places = (
        f'SELECT "{key}" AS key, row_number() OVER (ORDER BY "{key}") - 1 AS place'
        f" FROM {rows}"
    )
    firsts = connection.execute(
        f"SELECT key FROM ({places}) WHERE place % {most} = 0 ORDER BY 1"
    ).fetchall()
    starts = [
        str(first) if isinstance(first, int) else literal(first) for (first,) in firsts
    ]
    ends = [*(f' AND "{key}" < {start}' for start in starts[1:]), ""]
    return [f'"{key}" >= {a}{b}' for a, b in zip(starts, ends, strict=True)]


def room_for(connection: duckdb.DuckDBPyConnection, size: int) -> int:
    """How many of that many bytes the memory has room for; one at least."""
    [(memory,)] = connection.execute(
        "SELECT parse_formatted_bytes(value) FROM duckdb_settings()"
        " WHERE name = 'memory_limit'"
    ).fetchall()
    return max(1, int(memory) // size)


def _linked(feature_set: FeatureSet) -> dict[str, str]:
    """The rows of tables that others link to the clients, as conditions; after them."""
    layout = feature_set.layout
    linked: dict[str, str] = {}

    def link(name: str) -> None:
        parent = layout.tables[name].parent
        if parent and name not in linked:
            link(parent)
            key = layout.link(name)
            linked[name] = f'"{key}" IN (SELECT "{key}" FROM "{parent}")'

    for name in feature_set.tables:
        link(name)
    return linked
