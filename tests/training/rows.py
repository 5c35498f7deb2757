"""Small raw tables for tests: whole rows from the few values that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw

from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.schema import Column, Table, Type

Row = Mapping[str, Any]


def filled(table: Table, values: Row) -> list[Any]:
    """A whole row: what is not given is null, or the least that may be."""
    unknown = set(values) - set(table.names)
    assert not unknown, f"{table.name} has no {unknown}"
    return [values.get(column.name, _least(column)) for column in table]


def _least(column: Column) -> Any:
    if column.nullable:
        return None
    if column.type is Type.CATEGORY:
        return "N"
    low, high = column.bounds or (0, 0)
    return max(low, -10_000) if high <= 0 else 1


def write_csv(folder: Path, name: str, rows: Sequence[Row]) -> Path:
    """One raw file of Kaggle's layout."""
    table = HOME_CREDIT.files()[name]
    lines = [",".join(table.names)]
    for row in rows:
        cells = ("" if v is None else str(v) for v in filled(table, row))
        lines.append(",".join(cells))
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fill(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row]
) -> nw.LazyFrame:
    """A raw table with its declared types, in DuckDB."""
    table = TABLES[name]
    columns = ", ".join(f'"{c.name}" {c.type.value}' for c in table)
    connection.execute(f'CREATE TABLE "{name}" ({columns})')
    places = ", ".join("?" for _ in table.names)
    for row in rows:
        connection.execute(
            f'INSERT INTO "{name}" VALUES ({places})', filled(table, row)
        )
    return nw.from_native(connection.table(name))


def only_row(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """The one row that a query answers, by column name."""
    result = connection.execute(sql)
    names = [one[0] for one in result.description or ()]
    rows = result.fetchall()
    assert len(rows) == 1, f"expected one row, found {len(rows)}"
    return dict(zip(names, rows[0], strict=True))
