"""Texts of the raw tables that are no category the model knows, by client."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from training.bundle.records import owned
from training.features.build import FeatureStore
from training.files import identifier, literal
from training.tables import categories
from training.tables.layout import APPLICATION, Key


def columns_of(store: FeatureStore) -> dict[Key, list[str]]:
    """Where each client who has such texts has them; TABLE.COLUMN of a record's."""
    found: dict[Key, list[str]] = {}
    with duckdb.connect() as connection:
        for table, rows in _rows(store):
            prefix = "" if table == APPLICATION else f"{table}."
            told = connection.execute(
                f"SELECT DISTINCT link, name FROM ({rows}) ORDER BY ALL"
            )
            for client, column in told.fetchall():
                found.setdefault(client, []).append(f"{prefix}{column}")
    return found


def applications(store: FeatureStore) -> str:
    """SQL to select the raw applications from, with the texts that their files have."""
    raw = literal(store.application)
    strange = [rows for table, rows in _rows(store) if table == APPLICATION]
    if not strange:
        return raw
    key, rows = identifier(store.layout.key), " UNION ALL ".join(strange)
    with duckdb.connect() as connection:
        names = connection.execute(f"SELECT DISTINCT name FROM ({rows}) ORDER BY 1")
        columns = {name: identifier(name) for (name,) in names.fetchall()}
    texts = ", ".join(
        f"any_value(text) FILTER (name = {literal(name)}) AS {column}"
        for name, column in columns.items()
    )
    replaced = ", ".join(
        f"coalesce(raw.{column}, strange.{column}) AS {column}"
        for column in columns.values()
    )
    return (
        f"(SELECT raw.* REPLACE ({replaced}) FROM {raw} AS raw LEFT JOIN"
        f" (SELECT link, {texts} FROM ({rows}) GROUP BY 1) AS strange"
        f" ON strange.link = raw.{key})"
    )


def _rows(store: FeatureStore) -> Iterator[tuple[str, str]]:
    """Tables that have such texts, and SQL for the client, column and text of each."""
    layout, key = store.layout, identifier(store.layout.key)
    for file in layout.files():
        table = layout.told_as(file)
        path = categories.strangers(store.tables / f"{file}.parquet")
        if not path.exists() or table not in (APPLICATION, *store.present()):
            continue
        rows = f"SELECT link, name, text FROM read_parquet({literal(path)})"
        if parent := layout.tables[table].parent:
            link = identifier(layout.link(table))
            rows = (
                f"SELECT DISTINCT owner.{key} AS link, name, text FROM ({rows}) AS made"
                f" JOIN ({owned(store, parent)}) AS owner ON owner.{link} = made.link"
            )
        yield table, rows
