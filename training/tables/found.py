"""The layout of the columns that files really have: a lender may lack some declared."""

from __future__ import annotations

import csv
import gzip
import io
import logging
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import duckdb

from training.tables.as_written import normal
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Dialect
from training.tables.stage import PARTS, find

log = logging.getLogger(__name__)

DAMAGED = (OSError, EOFError, ValueError, csv.Error, zlib.error, zipfile.BadZipFile)


def of_files(layout: Layout, data: Path) -> Layout:
    """Without the columns that the raw files lack.

    What cannot be read here, or must be there, is for staging to say.
    """
    headers: dict[str, Sequence[str]] = {}
    files = layout.files()
    for name, table in files.items():
        if source := find(data, table.stem):
            headers[name] = [*map(normal, _header(source, table.dialect))]
    absent = {
        name: [
            column.name
            for column in files[name]
            if header and normal(column.header or column.name) not in header
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


def _header(source: Path, dialect: Dialect) -> Sequence[str]:
    """What a file's columns are called; nothing where that cannot be told."""
    if source.is_dir():
        source = min(source.glob(PARTS[source.suffix]))
    try:
        if source.suffix == ".parquet":
            return duckdb.read_parquet(str(source)).columns
        encoding = {"utf-8": "utf-8-sig"}.get(dialect.encoding, dialect.encoding)
        with _opened(source) as file:
            lines = io.TextIOWrapper(file, encoding, newline="")
            return next(csv.reader(lines, delimiter=dialect.delimiter), [])
    except (*DAMAGED, duckdb.Error):
        return ()


def _opened(source: Path) -> IO[bytes]:
    if source.suffix == ".gz":
        return io.BufferedReader(gzip.open(source))
    if source.suffix == ".zip":
        archive = zipfile.ZipFile(source)
        return archive.open(next(n for n in archive.namelist() if n.endswith(".csv")))
    return source.open("rb")
