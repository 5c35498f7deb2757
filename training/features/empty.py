"""Frames over empty tables, of which a plan is made and nothing is run."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw

from training.tables.schema import Table


def empty(connection: duckdb.DuckDBPyConnection, table: Table) -> nw.LazyFrame[Any]:
    columns = ", ".join(f'"{c.name}" {c.type.value}' for c in table)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    return nw.from_native(connection.table(table.name))


def sql_of(frame: nw.LazyFrame[Any]) -> str:
    relation: duckdb.DuckDBPyRelation = frame.to_native()
    return relation.sql_query().strip().rstrip(";")
