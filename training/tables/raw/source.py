"""A raw table to select from, whatever its file is like."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from training.errors import TableError
from training.files import identifier, literal
from training.tables.raw.find import DAMAGED, Raw, parts_of
from training.tables.raw.refusal import LONGEST, failed, file_of, not_that, why_not
from training.tables.raw.text import (
    dialect_of,
    encoding_of,
    in_utf8,
    matching,
    normal,
    rows_of,
    start_in,
)
from training.tables.raw.unpack import is_parquet, start_of, unpacked
from training.tables.schema import Column, Dialect, Table, Type

log = logging.getLogger(__name__)

# How programs write that there is no value.
NULLS = ("", "NA", "NaN", "nan", "NULL", "null", r"\N")
EXPECTED = {
    Type.INTEGER: "an integer",
    Type.NUMBER: "a number",
    Type.CATEGORY: "a text",
}
# So many headers are told of a file that lacks one.
TOLD = 20


@dataclass(frozen=True)
class Part:
    """One of a table's files, plain by now, and SQL of its rows."""

    name: str
    path: Path
    rows: str


@dataclass(frozen=True)
class Source:
    """A table to select from: SQL of its rows, and its columns by header: SQL, type.

    `counted`: what the places of its rows are called, and the first one. `dialect`: how
    a text is written; `told`: what of it is not plain.
    """

    name: str
    rows: str
    columns: Mapping[str, tuple[str, str]]
    dialect: Dialect | None = None
    parts: tuple[Part, ...] = ()
    counted: tuple[str, int] = ("line", 2)
    told: tuple[str, ...] = ()

    def find(self, column: Column) -> tuple[str, str] | None:
        header = matching(self.columns, column.header or column.name)
        return None if header is None else self.columns[header]

    def column(self, column: Column) -> tuple[str, str]:
        if found := self.find(column):
            return found
        if column.optional:
            return "NULL", "VARCHAR"
        headers = [one[:LONGEST] for one in self.columns if one]
        more = f" and {len(headers) - TOLD} more" if len(headers) > TOLD else ""
        raise TableError(
            f"{self.name}: column {normal(column.header or column.name)} is missing;"
            f" found: {', '.join(headers[:TOLD])}{more}"
        )

    def refusal(
        self,
        connection: duckdb.DuckDBPyConnection,
        error: duckdb.Error,
        table: Table,
        texts: Mapping[str, str],
    ) -> TableError:
        """A sentence of what could not be read; `texts`: SQL of it, by column."""
        if found := failed(error):
            (column, _expected, value), place = found, ""
            with suppress(duckdb.Error):
                place = self._place(connection, texts[column], value)
            return TableError(f"{self.name}: {place}{not_that(*found)}")
        found_in = ((c, self.find(c)) for c in table)
        cells = {
            found[0].strip('"'): (column.name, EXPECTED[column.type])
            for column, found in found_in
            if found
        }
        path = file_of(error)
        part = next((self._in(one) for one in self.parts if str(one.path) == path), "")
        return TableError(f"{self.name}: {part}{why_not(error, cells)}")

    def _in(self, part: Part) -> str:
        return f"{part.name}: " if len(self.parts) > 1 else ""

    def _place(
        self, connection: duckdb.DuckDBPyConnection, text: str, value: str
    ) -> str:
        """Where the SQL `text` is first that value, such as "line 3"; else nothing."""
        unit, first = self.counted
        for part in self.parts:
            found = connection.execute(
                f"SELECT n FROM (SELECT row_number() OVER () - 1 AS n, {text} AS told"
                f" FROM {part.rows}) WHERE told = ? LIMIT 1",
                [value],
            ).fetchone()
            if found:
                return f"{self._in(part)}{unit} {found[0] + first}: "
        return ""


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection,
    raw: Raw,
    dialect: Dialect,
    known: Collection[str] = (),
    numbers: Collection[str] = (),
    *,
    parsed: bool = False,
) -> Iterator[Source]:
    """A raw table to select from. `known`: headers by which the delimiter is found,
    which is guessed without; `numbers`: those of numbers, which DuckDB reads as such if
    they are to be `parsed`.

    Raises:
        TableError: it cannot be read.
    """
    paths = parts_of(raw.path)
    with unpacked(raw) as files, tempfile.TemporaryDirectory() as folder:
        named = {path.name: file for path, file in zip(paths, files, strict=True)}
        if is_parquet(files[0]):
            yield _parquet(connection, raw.name, named)
            return
        encodings = ["utf-8"]
        for at, (part, plain) in enumerate(named.items()):
            with plain.open("rb") as file:
                encoding = encoding_of(file, dialect.encoding)
            if encoding != "utf-8":
                target = Path(folder) / f"{at}.csv"
                named[part] = in_utf8(plain, target, encoding, raw.name)
                encodings.append(encoding)
        first = named[paths[0].name]
        if not known:
            dialect = replace(dialect, delimiter=_sniffed(connection, first))
        declared = replace(dialect, encoding=encodings[-1])
        written = dialect_of(start_in(first), declared, known, numbers)
        source = _text(raw.name, named, written, numbers if parsed else ())
        told = _told(raw, dialect, written)
        if any(map(_may_be_cut, named.values())):
            told += ("its last line has no end; it may be cut",)
        yield replace(source, told=told)


def headers_of(raw: Raw, dialect: Dialect, known: Collection[str]) -> Collection[str]:
    """What a file's columns are called; nothing where that cannot be told."""
    path = parts_of(raw.path)[0]
    try:
        start = start_of(raw)
        if is_parquet(path):
            return [*map(normal, duckdb.read_parquet(str(path)).columns)]
        encoding = encoding_of(io.BytesIO(start), dialect.encoding)
        text = start.decode(encoding, errors="replace")
        delimiter = dialect_of(text, dialect, known, ()).delimiter
        return [*map(normal, next(rows_of(text, delimiter), []))]
    except (*DAMAGED, duckdb.Error):
        return ()


def _sniffed(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    options = "all_varchar=true, header=true, skip=0"
    sql = f"SELECT delimiter FROM sniff_csv({literal(path)}, {options})"
    [(delimiter,)] = connection.execute(sql).fetchall()
    return str(delimiter)


def _may_be_cut(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        return file.read() not in b"\r\n"


def _told(raw: Raw, declared: Dialect, found: Dialect) -> tuple[str, ...]:
    """What was recognised, where that is not the plain form."""
    delimiter = {"\t": "tab"}.get(found.delimiter, found.delimiter)
    told = {
        f"from {raw.path.name}": bool(raw.member),
        found.encoding: found.encoding != declared.encoding,
        f"separated by {delimiter}": found.delimiter != declared.delimiter,
        "decimal commas": found.decimal != declared.decimal,
    }
    return tuple(what for what, holds in told.items() if holds)


def _parquet(
    connection: duckdb.DuckDBPyConnection, name: str, files: Mapping[str, Path]
) -> Source:
    rows = f"read_parquet([{', '.join(map(literal, files.values()))}])"
    try:
        found = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    except duckdb.Error as error:
        raise TableError(f"{name}: {why_not(error, {})}") from None
    columns = {normal(row[0]): (identifier(row[0]), row[1]) for row in found}
    parts = (Part(n, one, f"read_parquet({literal(one)})") for n, one in files.items())
    return Source(name, rows, columns, parts=tuple(parts), counted=("row", 1))


def _text(
    name: str, files: Mapping[str, Path], dialect: Dialect, numbers: Collection[str]
) -> Source:
    """Text files with the same header, in UTF-8."""
    (first, start), *others = (
        (one, _header(file, name, dialect)) for one, file in files.items()
    )
    for other, header in others:
        if header != start:
            raise TableError(
                f"{name}: expected the same header in each file;"
                f" {first} and {other} differ"
            )
    headers = _without_twins(start, name)
    parsed = {matching(headers, one) for one in numbers}
    types = {h: "DOUBLE" if h in parsed else "VARCHAR" for h in headers}
    columns = {f"cell {at}": types[one] for at, one in enumerate(headers)}
    nulls = [*NULLS] if numbers else [""]

    def read(paths: Collection[Path]) -> str:
        return (
            f"read_csv([{', '.join(map(literal, paths))}], auto_detect=false,"
            f" delim={literal(dialect.delimiter)}, quote='\"', escape='\"',"
            " header=true,"
            f" nullstr=[{', '.join(map(literal, nulls))}], encoding='utf-8',"
            f" decimal_separator={literal(dialect.decimal)}, columns={columns})"
        )

    cells = {h: (f'"cell {at}"', types[h]) for at, h in enumerate(headers)}
    parts = tuple(Part(one, path, read([path])) for one, path in files.items())
    return Source(name, read(files.values()), cells, dialect, parts)


def _header(path: Path, name: str, dialect: Dialect) -> list[str]:
    found = [*map(normal, next(rows_of(start_in(path), dialect.delimiter), []))]
    if not any(found):
        raise TableError(f"{name}: the file is empty; expected a header and rows")
    return found


def _without_twins(found: Sequence[str], name: str) -> list[str]:
    """The headers in their places; one that is there twice stands for neither."""
    twice = sorted({one for one in found if one and found.count(one) > 1})
    if twice:
        log.warning("%s: there twice, left out: %s", name, ", ".join(twice))
    return ["" if one in twice else one for one in found]
