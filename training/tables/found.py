"""The layout of the columns that files really have: a lender may lack some declared."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from training.tables.layout import APPLICATION, Layout
from training.tables.raw.find import find
from training.tables.raw.source import headers_of
from training.tables.raw.text import matching

log = logging.getLogger(__name__)


def of_files(layout: Layout, data: Path) -> Layout:
    """Without the columns that the raw files lack.

    What cannot be read here, or must be there, is for staging to say.
    """
    headers: dict[str, Collection[str]] = {}
    files = layout.files()
    for name, table in files.items():
        if source := find(data, table.stem):
            known = [column.header or column.name for column in table]
            headers[name] = headers_of(source, table.dialect, known)
    absent = {
        name: [
            column.name
            for column in files[name]
            if header and matching(header, column.header or column.name) is None
            if not column.optional
        ]
        for name, header in headers.items()
    }
    narrowed = _without(layout, absent)
    for name, table in layout.tables.items():
        if gone := [c for c in table.names if c not in narrowed.tables[name].names]:
            log.warning("%s: going on without columns %s", name, ", ".join(gone))
    return narrowed


def of_staged(layout: Layout, paths: Mapping[str, Path]) -> Layout:
    """Without the columns that the staged tables, those that are there, lack."""
    absent = {}
    for name, path in paths.items():
        if path.exists():
            header = duckdb.read_parquet(str(path)).columns
            names = layout.tables[name].names
            absent[name] = [column for column in names if column not in header]
    return _without(layout, absent)


def _without(layout: Layout, absent: Mapping[str, Sequence[str]]) -> Layout:
    applications = {layout.labelled, layout.unlabelled}
    of_either = {c for name in applications for c in absent.get(name, ())}
    return layout.without({APPLICATION: of_either, **absent})
