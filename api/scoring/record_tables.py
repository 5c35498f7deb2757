"""A client's records as tables, whether they were imported or entered here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.bundle.manifest import Manifest
from api.schemas.layout import APPLICATION, CLIENT, DATE
from api.schemas.model import Table
from api.store.database import Database
from api.store.people import records
from api.store.people.clients import Client, Entered
from api.store.people.records import Records

Rows = list[tuple[Any, ...]]


def record_tables(
    manifest: Manifest, database: Database, client: Client
) -> list[dict[str, Any]]:
    """Those that were imported, and those of the model that were not."""
    found = (
        records.of_client(database, client)
        if client.entered is None
        else _entered(manifest, client.entered)
    )
    names = [*found, *(n for n in manifest.tables if n not in {*found, APPLICATION})]
    return [_table(name, manifest.tables.get(name), found) for name in names]


def _entered(manifest: Manifest, entered: Entered) -> Records:
    """The tables of which records were given, with the columns that any of them has."""
    return {
        name: {
            column.name: [row.get(column.name) for row in rows]
            for column in manifest.tables[name].columns
            if column.role != CLIENT and any(column.name in row for row in rows)
        }
        for name, rows in entered.records.items()
        if rows
    }


def _table(name: str, declared: Table | None, found: Records) -> dict[str, Any]:
    columns = found.get(name) or {}
    rows = list(zip(*columns.values(), strict=True))
    return {
        "table": name,
        "imported": found.get(name) is not None,
        "columns": [*columns],
        "rows": newest_first(rows, [*columns], declared),
    }


def newest_first(rows: Rows, columns: Sequence[str], declared: Table | None) -> Rows:
    """By the first column of dates, else of months; without a date last.

    Records of one day stay in the order of their first column.
    """
    if declared is None:
        return rows
    dates = [c.name for c in declared.columns if c.role == DATE]
    months = [c.name for c in declared.columns if c.unit == "months"]
    by = next((name for name in (*dates, *months) if name in columns), None)
    if by is None:
        return rows
    at = columns.index(by)
    return sorted(rows, key=lambda row: (row[at] is None, -(row[at] or 0)))
