"""Clients' records of every history table, as they were staged, in `clients.parquet`.

Columns of lists, so that each raw column is compressed by itself: a client's months of
one loan take a few bytes.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from training.features.build import FeatureStore
from training.files import PARQUET, identifier, literal


def write_by_client(
    connection: duckdb.DuckDBPyConnection, store: FeatureStore, folder: Path
) -> None:
    """Each staged table's records with whose they are, those of a client together."""
    for name in store.present():
        connection.execute(
            f"COPY (SELECT * FROM ({owned(store, name)}) ORDER BY {_key(store)})"
            f" TO {literal(_by_client(folder, name))} ({PARQUET})"
        )


def owned(store: FeatureStore, name: str) -> str:
    """SQL for a table's records: the client whose each is, and its other columns."""
    layout, rows, key = store.layout, literal(store.raw(name)), _key(store)
    own = ", ".join(f"record.{identifier(one)}" for one in _names(store, name))
    if not layout.tables[name].parent:
        return f"SELECT {key}, {own} FROM {rows} AS record"
    link = identifier(layout.link(name))
    parents = owned(store, layout.tables[name].parent)
    return (
        f"SELECT owner.{key}, {own} FROM {rows} AS record"
        f" JOIN (SELECT DISTINCT {key}, {link} FROM ({parents})) AS owner"
        f" ON owner.{link} = record.{link}"
    )


def records(store: FeatureStore) -> str:
    """SQL for all records of a client, once `joins` has joined them.

    A struct of the layout's tables: of lists by column, of the same records in the same
    order; a null where the lender has no such table.
    """
    present = store.present()
    tables = [
        f"{literal(name)}: {_columns(store, name) if name in present else 'NULL'}"
        for name in store.layout.histories
    ]
    return f"{{{', '.join(tables)}}}"


def joins(store: FeatureStore, folder: Path, clients: str) -> str:
    """SQL that joins what `write_by_client` wrote of some clients to their features.

    `clients`: a condition of the key.
    """
    key = _key(store)
    return "".join(
        f" LEFT JOIN (SELECT {key}, list_sort(list({_packed(store, name)})) AS rows"
        f" FROM {literal(_by_client(folder, name))} WHERE {clients} GROUP BY 1)"
        f" AS {_rows(name)} ON {_rows(name)}.{key} = features.{key}"
        for name in store.present()
    )


def _key(store: FeatureStore) -> str:
    return identifier(store.layout.key)


def _names(store: FeatureStore, name: str) -> list[str]:
    return [
        one.name for one in store.layout.tables[name] if one.name != store.layout.key
    ]


def _packed(store: FeatureStore, name: str) -> str:
    """One record; sorted by its first column that differs: the same bytes each time."""
    pairs = (f"{literal(one)}: {identifier(one)}" for one in _names(store, name))
    return f"{{{', '.join(pairs)}}}"


def _columns(store: FeatureStore, name: str) -> str:
    lists = (
        f"{literal(one)}: [record.{identifier(one)} FOR record IN"
        f" coalesce({_rows(name)}.rows, [])]"
        for one in _names(store, name)
    )
    return f"{{{', '.join(lists)}}}"


def _rows(name: str) -> str:
    return identifier(f"records of {name}")


def _by_client(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"
