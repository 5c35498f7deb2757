"""Read a lender's file as it is written: texts in, the declared types out.

Every column is read as text and parsed here, so that what cannot be read is named: the
file, the column, the value, and what was expected.
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import shutil
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training.errors import TableError
from training.files import PARQUET, identifier, literal
from training.tables.layout import APPLICATION, TARGET, Layout
from training.tables.schema import Column, Dialect, Role, Table, Type

log = logging.getLogger(__name__)

# Told of a value that cannot be read, between signs that no text has.
SIGN = "\x1f"
LONGEST_HEADER = 1 << 20
CHUNK = 1 << 20
# What is told of values that are none of a column's categories.
TOLD = 5
# Spaces that people put into numbers, and around words.
SPACES = " \t\u00a0\u202f"
# Digits, in groups of three or not.
WHOLE = f"(\\d+|\\d{{1,3}}([{SPACES}]\\d{{3}})+)"


@dataclass(frozen=True)
class Source:
    """A file to select from: SQL of its rows, and its columns by header: SQL, type."""

    name: str
    rows: str
    columns: Mapping[str, tuple[str, str]]

    def column(self, column: Column) -> tuple[str, str]:
        header = normal(column.header or column.name)
        if header not in self.columns and column.optional:
            return "NULL", "VARCHAR"
        if header not in self.columns:
            headers = ", ".join(filter(None, self.columns))
            raise TableError(
                f"{self.name}: column {header} is missing; found: {headers}"
            )
        return self.columns[header]


def normal(header: str) -> str:
    """A header as it is compared: é is one letter, spaces around it are none."""
    return unicodedata.normalize("NFC", header).strip(f"{SPACES}\ufeff\r\n")


def csv_source(paths: list[Path], name: str, dialect: Dialect) -> Source:
    """Text files with the same header, in UTF-8."""
    headers = _headers(paths[0], name, dialect)
    for other in paths[1:]:
        if _headers(other, name, dialect) != headers:
            raise TableError(
                f"{name}: expected the same header in each file;"
                f" {paths[0].name} and {other.name} differ"
            )
    columns = {f"cell {at}": "VARCHAR" for at in headers}
    rows = (
        f"read_csv([{', '.join(map(literal, paths))}], auto_detect=false, header=true,"
        f" delim={literal(dialect.delimiter)}, quote='\"', escape='\"', nullstr='',"
        f" encoding='utf-8', columns={columns})"
    )
    cells = {h: (f'"cell {at}"', "VARCHAR") for at, h in headers.items()}
    return Source(name, rows, cells)


def parquet_source(rows: str, found: Mapping[str, str], name: str) -> Source:
    columns = {normal(h): (identifier(h), kind) for h, kind in found.items()}
    return Source(name, rows, columns)


def in_utf8(path: Path, folder: Path, encoding: str) -> Path:
    """A text file, or a folder of such, written anew."""
    if path.is_dir():
        target = folder / f"utf-8-{path.name}"
        target.mkdir()
        for part in path.glob("*.csv"):
            _rewrite(part, target / part.name, encoding)
    else:
        target = folder / f"utf-8-{path.name.removesuffix('.gz')}"
        _rewrite(path, target, encoding)
    return target


def _rewrite(path: Path, target: Path, encoding: str) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding=encoding, newline="") as source:
        with target.open("w", encoding="utf-8", newline="") as copy:
            shutil.copyfileobj(source, copy, CHUNK)


def _headers(path: Path, name: str, dialect: Dialect) -> dict[int, str]:
    """The first line, by its places; one that is there twice stands for neither."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            start = file.read(LONGEST_HEADER).decode("utf-8", errors="replace")
        lines = csv.reader(io.StringIO(start, newline=""), delimiter=dialect.delimiter)
        found = list(map(normal, next(lines, [])))
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise TableError(f"{name}: cannot be read: {error}") from None
    if not any(found):
        raise TableError(f"{name}: the file is empty; expected a header and rows")
    if any("\N{REPLACEMENT CHARACTER}" in one for one in found):
        raise TableError(
            f"{name}: the header is not utf-8; say what it is in csv.encoding"
        )
    twice = sorted({one for one in found if one and found.count(one) > 1})
    if twice:
        log.warning("%s: there twice, left out: %s", name, ", ".join(twice))
    return {at: one if one not in twice else "" for at, one in enumerate(found)}


def select(
    layout: Layout,
    table: Table,
    source: Source,
    staged: Mapping[str, Path],
) -> str:
    """SQL of a table's rows as declared; `staged`: the tables that it belongs to.

    Names that are made up here have a space, as no column's has.
    """
    texts, values = [], []
    for at, column in enumerate(table):
        if layout.numbered and column.role is Role.CLIENT:
            texts.append(f'row_number() OVER () + {_before(staged)} AS "text {at}"')
            value = f'"text {at}"'
        else:
            cell, kind = source.column(column)
            if kind in ("DOUBLE", "FLOAT"):
                cell = f"CASE WHEN NOT isnan({cell}) THEN {cell} END"
            texts += [f'{cell} AS "cell {at}"', f'{_text(column, cell)} AS "text {at}"']
            value = _value(layout, column, table.dialect, at, kind)
        values.append(f"{value} AS {identifier(column.name)}")
    inner = f"SELECT {', '.join(texts)} FROM {source.rows}"
    parsed = f"SELECT {', '.join(values)} FROM ({inner})"
    own_date = layout.date if is_application(layout, table) else ""
    dated = [c.name for c in table if c.dated and c.name != own_date]
    if not dated:
        return parsed
    if is_application(layout, table):
        rows, day = f"({parsed})", identifier(layout.date)
    else:
        key = identifier(layout.link(table.name))
        applied, day = _dates(layout, table.name, staged), '"the day"'
        rows = f'({parsed}) LEFT JOIN ({applied}) ON {key} = "the link"'
    days = {one: f"{identifier(one)} - {day}" for one in dated}
    columns = (
        f"{days.get(name, identifier(name))} AS {identifier(name)}"
        for name in table.names
    )
    return f"SELECT {', '.join(columns)} FROM {rows}"


def _before(staged: Mapping[str, Path]) -> str:
    """SQL of how many applications come before, where the rows are numbered."""
    files = [f"(SELECT count(*) FROM {literal(path)})" for path in staged.values()]
    return " + ".join(files) or "0"


def is_application(layout: Layout, table: Table) -> bool:
    return table.name in (layout.labelled, layout.unlabelled)


def _dates(layout: Layout, table: str, staged: Mapping[str, Path]) -> str:
    """SQL of the day of the application by what a table's records are linked by."""
    parent, link = layout.tables[table].parent, identifier(layout.link(table))
    if not parent:
        return " UNION ALL ".join(
            f'SELECT {link} AS "the link", {identifier(layout.date)} AS "the day"'
            f" FROM {literal(staged[name])}"
            for name in (layout.labelled, layout.unlabelled)
            if name in staged
        )
    above = identifier(layout.link(parent))
    return (
        f'SELECT {link} AS "the link", "the day" FROM'
        f" (SELECT {link}, {above} FROM {literal(staged[parent])}) AS parent"
        f' JOIN (SELECT "the link" AS above, "the day" FROM'
        f" ({_dates(layout, parent, staged)})) AS above ON {above} = above.above"
    )


def _text(column: Column, cell: str) -> str:
    """The text, or the part of it that the column is; null where it is missing."""
    text = f"CAST({cell} AS VARCHAR)"
    if column.pattern:
        text = f"regexp_extract({text}, {literal(column.pattern)}, 1)"
    if column.role in (Role.CLIENT, Role.RECORD) and column.type is Type.CATEGORY:
        return f"nullif({text}, '')"
    text = f"nullif(trim({text}, {literal(SPACES)}), '')"
    if not column.missing:
        return text
    words = ", ".join(literal(str(one)) for one in column.missing)
    return f"CASE WHEN {text} NOT IN ({words}) THEN {text} END"


def _value(layout: Layout, column: Column, dialect: Dialect, at: int, kind: str) -> str:
    """SQL of what a text, or a cell of some type, is; it fails where that is none."""
    text, cell = f'"text {at}"', f'"cell {at}"'
    if column.pattern or kind == "VARCHAR":
        kind = ""
    if column.name == TARGET:
        return _target(layout, text)
    if column.dated:
        parsed = days_of(dialect, text, cell, kind)
        expected = f"a date, {dialect.dates}"
    elif column.type is Type.CATEGORY:
        return text
    elif column.type is Type.INTEGER:
        parsed, expected = _integer(dialect, text, cell, kind), "an integer"
    else:
        mark = " with a decimal comma" if dialect.decimal == "," and not kind else ""
        parsed, expected = number_of(dialect, text, cell, kind), f"a number{mark}"
    about = literal(SIGN.join(["", column.name, expected, ""]))
    failed = f"error({about} || left({text}, 60) || {literal(SIGN)})"
    value = f"CASE WHEN {text} IS NOT NULL THEN coalesce({parsed}, {failed}) END"
    numbers = [repr(one) for one in column.missing if not isinstance(one, str)]
    if not numbers or column.dated:
        return value
    known = f"coalesce({parsed} NOT IN ({', '.join(numbers)}), true)"
    return f"CASE WHEN {known} THEN {value} END"


def _target(layout: Layout, text: str) -> str:
    """1 for a default, else 0; null where it is not known yet."""
    whole = f"regexp_replace({text}, '[.]0+$', '')"
    defaults = ", ".join(literal(str(one)) for one in layout.defaults)
    is_default = f"{text} IN ({defaults}) OR {whole} IN ({defaults})"
    return f"CASE WHEN {text} IS NOT NULL THEN ({is_default})::BIGINT END"


def days_of(dialect: Dialect, text: str, cell: str, kind: str) -> str:
    """Days since 1970; a year of two digits is none."""
    if kind.startswith(("DATE", "TIMESTAMP")):
        day = f"TRY_CAST({cell} AS DATE)"
    else:
        day = f"CAST(try_strptime({text}, {literal(dialect.dates)}) AS DATE)"
    days = f"date_diff('day', DATE '1970-01-01', {day})"
    return f"CASE WHEN year({day}) >= 1000 THEN {days} END"


def _integer(dialect: Dialect, text: str, cell: str, kind: str) -> str:
    if kind:
        number = f"TRY_CAST({cell} AS BIGINT)"
        return f"CASE WHEN {cell} = {number} THEN {number} END"
    mark = dialect.decimal
    like = literal(f"[+-]?{WHOLE}([{mark}]0*)?")
    plain = f"regexp_replace({text}, '[{mark}]0*$|[{SPACES}]', '', 'g')"
    number = f"TRY_CAST({plain} AS BIGINT)"
    return f"CASE WHEN regexp_full_match({text}, {like}) THEN {number} END"


def number_of(dialect: Dialect, text: str, cell: str, kind: str) -> str:
    if kind:
        return f"TRY_CAST({cell} AS DOUBLE)"
    mark = dialect.decimal
    like = literal(f"[+-]?({WHOLE}([{mark}]\\d*)?|[{mark}]\\d+)([eE][+-]?\\d+)?")
    plain = f"translate({text}, '{mark}{SPACES}', '.')"
    number = f"TRY_CAST({plain} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({text}, {like}) THEN {number} END"


def said(error: duckdb.Error) -> str | None:
    """What a value that cannot be read is refused with, None of another error."""
    parts = str(error).split(SIGN)
    if len(parts) < 5:
        return None
    _, column, expected, value, *_rest = parts
    return f"column {column}: expected {expected}, found {value!r}"


def check_outcome(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    table: Table,
    path: Path,
    source: Source,
) -> None:
    """Refuse decided applications none of which is a default: a word is misspelt."""
    if TARGET not in table.names or table[TARGET].optional:
        return
    found = connection.execute(
        f"SELECT 1 FROM {literal(path)} WHERE {TARGET} = 1 LIMIT 1"
    ).fetchone()
    if found:
        return
    cell, _kind = source.column(table[TARGET])
    words = connection.execute(
        f"SELECT CAST({cell} AS VARCHAR), count(*) FROM {source.rows}"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 NULLS FIRST LIMIT {TOLD}"
    ).fetchall()
    defaults = " or ".join(repr(one) for one in layout.defaults)
    told = ", ".join(f"{(word or '')[:60]!r} ({times:,})" for word, times in words)
    raise TableError(
        f"{source.name}: column {table[TARGET].header}: expected {defaults} in a row at"
        f" least, for a default; found {told}"
    )


def settle(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    table: Table,
    path: Path,
    name: str,
    staged: Mapping[str, Path],
) -> None:
    """Leave out records of nobody; say how many."""
    rows = literal(path)
    kept = _kept(connection, layout, table, rows, name, staged)
    if not kept:
        return
    beside = path.with_name(f"{path.name}.settled")
    connection.execute(
        f"COPY (SELECT * FROM {rows}{kept}) TO {literal(beside)} ({PARQUET})"
    )
    beside.replace(path)


def _kept(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    table: Table,
    rows: str,
    name: str,
    staged: Mapping[str, Path],
) -> str:
    """SQL that keeps the records of what is known; empty where that is all."""
    if is_application(layout, table):
        return ""
    key = identifier(layout.link(table.name))
    owners = [table.parent] if table.parent else [layout.labelled, layout.unlabelled]
    known = " UNION ALL ".join(
        f"SELECT {key} FROM {literal(staged[one])}" for one in owners if one in staged
    )
    kept = f" WHERE {key} IS NULL OR {key} IN ({known})"
    [(unknown,)] = connection.execute(
        f"SELECT count_if({key} NOT IN ({known})) FROM {rows}"
    ).fetchall()
    if not unknown:
        return ""
    of = f"no record of {table.parent}" if table.parent else f"no {APPLICATION}"
    log.warning("%s: records of %s, left out: %s", name, of, f"{unknown:,}")
    return kept
