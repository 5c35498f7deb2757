"""Look at files that nothing is known of: how they are written, what is in them."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from training.errors import TableError
from training.files import identifier, literal
from training.tables.as_written import SPACES, normal
from training.tables.schema import Dialect
from training.tables.stage import PARTS, SUFFIXES

# What is beyond them is not looked at: a draft, and a minute.
ROWS = 1_000_000
# As many values as a category has whose values are listed, and one more.
VALUES = 31
# So many numbers make a column one of numbers, whatever words are in between.
MANY = 5
DELIMITERS = (",", ";", "\t", "|")
# Days before months: of those that are either, most lenders write the first.
DATES = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%b-%Y"),
)
# What may lie beside the tables.
BESIDE = {".yaml", ".po", ".md"}
# Words for "none" in a column of whatever type, and in one of numbers.
MISSING = {"NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "XNA", "XAP", "-", "?"}
MISSING_NUMBER = {*MISSING, "None", "none", "--", ".", "#N/A", "nc", "NC", "ND", "nd"}
GROUPED = re.compile(r"[+-]?\d{1,3}([.,']\d{3})+([.,]\d+)?")
SUFFIXED = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?\s*([^\d\s.,;:/-][^\d]{0,11}?)\s*")


UNREADABLE = (
    *(OSError, EOFError, UnicodeError),
    *(csv.Error, zlib.error, zipfile.BadZipFile),
)
# No amount is as large: numbers of something, which are texts.
LARGEST = 1e15
LONGEST_HEADER = 500


@dataclass(frozen=True)
class Looked:
    """What a column holds. `kind`: integer, number, date, category, or empty when all
    is missing; `words`: in a column of numbers, what is none; `values`: the most
    frequent ones and how often each is there; `second`: the numbers next to the ends;
    `dates`: the formats that all of it has; `suffix`: what follows every number;
    `grouped`: its numbers have signs between thousands."""

    header: str
    kind: str
    rows: int
    missing: int
    distinct: int
    longest: int = 0
    values: tuple[tuple[str, int], ...] = ()
    words: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    second: tuple[float, float] = (0, 0)
    dates: tuple[str, ...] = ()
    suffix: str = ""
    grouped: bool = False

    @property
    def unique(self) -> bool:
        return self.rows > 1 and self.distinct == self.rows

    @property
    def whole(self) -> bool:
        """Whether the list of values is all of them."""
        return len(self.values) < VALUES


@dataclass(frozen=True)
class File:
    """A file, its columns in their order; the rows are the table `view` of `database`,
    each value as its text."""

    stem: str
    path: Path
    dialect: Dialect
    rows: int
    columns: tuple[Looked, ...]
    database: duckdb.DuckDBPyConnection
    view: str

    def __getitem__(self, header: str) -> Looked:
        return next(one for one in self.columns if one.header == header)

    @property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    def number(self, header: str) -> str:
        """SQL: the column's value, NULL where it is no number."""
        return _number(identifier(header), self.dialect.decimal)


def tables_in(folder: Path) -> dict[str, Path]:
    """The files that hold a table each, by stem.

    Raises:
        TableError: there is no such folder, or a table is there in two files.
    """
    if not folder.is_dir():
        raise TableError(f"{folder}: no such folder")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        suffix = next((s for s in SUFFIXES if path.name.endswith(s)), "")
        if not suffix or path.name.startswith(".") or not _filled(path):
            continue
        stem = path.name[: -len(suffix)]
        if stem in found:
            names = f"{found[stem].name} and {path.name}"
            raise TableError(f"{stem}: expected one file in {folder}, found {names}")
        found[stem] = path
    return found


def others_in(folder: Path) -> dict[str, str]:
    """Why each other file of a folder holds no table."""
    kinds = ", ".join(SUFFIXES)
    tables = set(tables_in(folder).values())
    return {
        path.name: "the file is empty"
        if path.is_file() and not path.stat().st_size
        else f"no table; expected {kinds}"
        for path in sorted(folder.iterdir())
        if path not in tables and path.suffix not in BESIDE and path.name[0] != "."
    }


def _filled(path: Path) -> bool:
    if path.is_dir():
        return path.suffix in PARTS and any(path.glob(PARTS[path.suffix]))
    return path.stat().st_size > 0


def look(
    database: duckdb.DuckDBPyConnection, stem: str, path: Path, rows: int = ROWS
) -> File:
    """Read the first rows of a file and say what is in each of its columns.

    Raises:
        TableError: it cannot be read, or has no rows.
    """
    view = identifier(f"file {stem}")
    try:
        if path.name.endswith(".parquet"):
            dialect, parquet = Dialect(), True
            _read_parquet(database, view, path, rows)
        else:
            parquet = False
            dialect = _read_csv(database, view, path, rows)
    except (duckdb.Error, *UNREADABLE) as error:
        lines = str(error).split("\nPossible ")[0].splitlines()
        said = "; ".join(line[:200] for line in lines[:3])
        raise TableError(f"{path.name}: cannot be read: {said}") from None
    described = database.execute(f"DESCRIBE {view}").fetchall()
    headers = [row[0] for row in described]
    [(count,)] = database.execute(f"SELECT count(*) FROM {view}").fetchall()
    if not count:
        raise TableError(f"{path.name}: the table is empty; expected at least one row")
    decimal = "." if parquet else _decimal(database, view, headers)
    columns = tuple(_column(database, view, h, count, decimal) for h in headers)
    formats = [dates for column in columns for dates in column.dates]
    dates = max(DATES, key=formats.count) if formats else Dialect.dates
    written = Dialect(dialect.delimiter, decimal, dialect.encoding, dates)
    return File(stem, path, written, count, columns, database, view)


def _read_parquet(
    database: duckdb.DuckDBPyConnection, view: str, path: Path, rows: int
) -> None:
    source = path / PARTS[".parquet"] if path.is_dir() else path
    found = f"read_parquet({_glob(source)})"
    described = database.execute(f"DESCRIBE SELECT * FROM {found}").fetchall()
    columns = []
    for header, kind, *_ in described:
        name = identifier(header)
        value = f"CAST({name} AS DATE)" if kind.startswith("TIMESTAMP") else name
        if kind in {"DOUBLE", "FLOAT"}:
            value = f"CASE WHEN NOT isnan({name}) THEN {name} END"
        columns.append(f"CAST({value} AS VARCHAR) AS {name}")
    database.execute(
        f"CREATE TABLE {view} AS SELECT {', '.join(columns)} FROM {found} LIMIT {rows}"
    )


def _read_csv(
    database: duckdb.DuckDBPyConnection, view: str, path: Path, rows: int
) -> Dialect:
    first = min(path.glob(PARTS[".csv"])) if path.is_dir() else path
    encoding = _encoding(first)
    with (
        _opened(first) as file,
        io.TextIOWrapper(file, encoding, newline="") as decoded,
    ):
        start = decoded.read(1 << 16)
    delimiter = _delimiter(start)
    places = next(csv.reader(io.StringIO(start), delimiter=delimiter))
    columns = ", ".join(f"'cell {at}': 'VARCHAR'" for at in range(len(places)))
    named = ", ".join(
        f"nullif(trim(\"cell {at}\", '{SPACES}'), '') AS {identifier(header)}"
        for at, header in _named(places).items()
    )
    if not named:
        raise TableError(f"{path.name}: expected a header in the first line")
    with _as_utf8(path, encoding) as source:
        database.execute(
            f"CREATE TABLE {view} AS SELECT {named} FROM read_csv({_glob(source)},"
            f" auto_detect=false, header=true, delim={literal(delimiter)}, quote='\"',"
            f" escape='\"', nullstr='', columns={{{columns}}}) LIMIT {rows}"
        )
    return Dialect(delimiter, encoding=encoding)


def _glob(path: Path) -> str:
    """A path as DuckDB's readers take it: brackets in folders' names are no pattern."""
    folder = str(path.parent).replace("[", "[[]")
    return literal(f"{folder}/{path.name}")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """What a CSV file holds, unpacked."""
    if path.name.endswith(".gz"):
        with gzip.open(path) as unzipped:
            yield unzipped  # type: ignore[misc]
    elif path.name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.endswith(".csv")]
            if len(names) != 1:
                raise TableError(
                    f"{path.name}: expected one CSV file inside, found {len(names)}"
                )
            with archive.open(names[0]) as inside:
                yield inside
    else:
        with path.open("rb") as file:
            yield file


def _encoding(path: Path) -> str:
    """UTF-8 if all of it is; else what has the bytes that are in it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, controls = True, False
    with _opened(path) as file:
        start = file.read(1 << 16)
        if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        block = start
        while block:
            try:
                if utf8:
                    decoder.decode(block)
            except UnicodeDecodeError:
                utf8 = False
            controls |= any(0x80 <= byte < 0xA0 for byte in set(block))
            block = file.read(1 << 20)
    return "utf-8" if utf8 else "cp1252" if controls else "latin-1"


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[Path]:
    """The file where DuckDB can read it: unpacked, and in UTF-8."""
    packed = path.name.endswith((".zip", ".gz"))
    if path.is_dir():
        yield path / PARTS[".csv"]
        return
    if encoding == "utf-8" and not packed:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        plain = Path(folder) / "plain.csv"
        with (
            _opened(path) as file,
            io.TextIOWrapper(file, encoding, newline="") as decoded,
            plain.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(decoded, out)
        yield plain


def _delimiter(start: str) -> str:
    """The one that gives most lines the same number of fields, and most fields."""
    lines = start.splitlines(keepends=True)[:200]
    lines = lines[: max(1, len(lines) - 1)] if len(start) == 1 << 16 else lines

    def fits(delimiter: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        fields = counts[0] if counts else 1
        same = counts.count(fields) / max(len(counts), 1)
        return (same if fields > 1 else 0, fields)

    return max(DELIMITERS, key=fits)


def _named(places: list[str]) -> dict[int, str]:
    """The headers by place, without those that are none, or there twice."""
    headers = list(map(normal, places))
    folded = [header.lower() for header in headers]
    return {
        at: header
        for at, header in enumerate(headers)
        if 0 < len(header) <= LONGEST_HEADER
        and header.isprintable()
        and folded.count(header.lower()) == 1
    }


def _decimal(
    database: duckdb.DuckDBPyConnection, view: str, headers: Iterable[str]
) -> str:
    """A comma if more numbers are written with one; three digits may be thousands."""
    signs = {
        sign: rf"^[+-]?[\d{SPACES}]+[{sign}](\d{{1,2}}|\d{{4,}})$" for sign in ",."
    }
    counts = {}
    for sign, pattern in signs.items():
        shaped = (
            f"regexp_matches({identifier(h)}, {literal(pattern)})" for h in headers
        )
        like = " + ".join(f"count(*) FILTER ({one})" for one in shaped)
        counts[sign] = database.execute(f"SELECT {like} FROM {view}").fetchall()[0][0]
    return "," if counts[","] > counts["."] else "."


def _number(sql: str, decimal: str) -> str:
    """SQL: a text's number, NULL where it is none that staging would take."""
    groups = literal(rf"[+-]?\d{{1,3}}([{SPACES}]\d{{3}})+([.,]\d+)?")
    plain = f"CASE WHEN regexp_full_match({sql}, {groups}) THEN"
    plain += f" regexp_replace({sql}, '[{SPACES}]', '', 'g') ELSE {sql} END"
    if decimal == ",":
        plain = f"replace({plain}, ',', '.')"
    # Else DuckDB takes "1_000", "infinity" and "nan" for numbers.
    shaped = r"'[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?\.?'"
    return (
        f"CASE WHEN regexp_full_match({plain}, {shaped})"
        f" THEN try_cast({plain} AS DOUBLE) END"
    )


def _column(
    database: duckdb.DuckDBPyConnection,
    view: str,
    header: str,
    rows: int,
    decimal: str,
) -> Looked:
    name = identifier(header)
    number = _number(name, decimal)
    [(known, distinct, longest, numbers, integers, padded, low, high)] = (
        database.execute(
            f"SELECT count(v), count(DISTINCT v), coalesce(max(length(v)), 0),"
            f" count(n),"
            f" count(*) FILTER (n IS NOT NULL AND NOT regexp_matches(v, '[.,eE]')),"
            f" count(*) FILTER (regexp_matches(v, '^[+-]?0[0-9]')), min(n), max(n)"
            f" FROM (SELECT {name} AS v, {number} AS n FROM {view})"
        ).fetchall()
    )
    values = tuple(
        database.execute(
            f"SELECT {name}, count(*) FROM {view} WHERE {name} IS NOT NULL"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {VALUES}"
        ).fetchall()
    )
    looked = Looked(header, "", rows, rows - known, distinct, longest, values)
    if not known or {v for v, _ in values} <= MISSING:
        return looked
    found = {**vars(looked)}
    words = [v for v, _ in values if v in MISSING_NUMBER]
    if numbers < known:
        others = database.execute(
            f"SELECT v FROM (SELECT {name} AS v, {number} AS n FROM {view})"
            f" WHERE v IS NOT NULL AND n IS NULL GROUP BY v ORDER BY count(*) DESC, v"
            f" LIMIT 6"
        ).fetchall()
        words = [v for (v,) in others]
    few = set(words) <= MISSING_NUMBER or (
        len(words) < 4 and numbers > known / 2 and distinct > len(words) + MANY
    )
    small = numbers and max(abs(low), abs(high)) < LARGEST
    if small and not padded and (numbers == known or few):
        whole = integers == numbers
        second = database.execute(
            f"SELECT min(n) FILTER (n > {low!r}), max(n) FILTER (n < {high!r})"
            f" FROM (SELECT {number} AS n FROM {view})"
        ).fetchall()[0]
        found |= {"kind": "integer" if whole else "number", "low": low, "high": high}
        ends = tuple(
            end if next_to is None else next_to
            for end, next_to in zip((low, high), second, strict=True)
        )
        found |= {"words": tuple(words) if numbers < known else (), "second": ends}
        return Looked(**found)
    if dates := _dates(database, view, name):
        found |= {"kind": "date", "dates": dates}
        return Looked(**found)
    shown = [v for v, _ in values if v not in MISSING]
    suffixes = {m[1] if (m := SUFFIXED.fullmatch(v)) else "" for v in shown}
    alone = len(suffixes) == 1 and shown
    found["suffix"] = suffixes.pop() if alone else ""
    found["grouped"] = bool(shown) and (
        sum(GROUPED.fullmatch(v) is not None for v in shown) > len(shown) / 2
    )
    return Looked(**found | {"kind": "category"})


def _dates(
    database: duckdb.DuckDBPyConnection, view: str, name: str
) -> tuple[str, ...]:
    """The formats that every value has."""
    known = ", ".join(literal(word) for word in sorted(MISSING))
    all_of = ", ".join(
        f"count(*) FILTER (try_strptime({name}, {literal(f)}) IS NULL) = 0"
        for f in DATES
    )
    [fits] = database.execute(
        f"SELECT {all_of} FROM {view} WHERE {name} NOT IN ({known})"
    ).fetchall()
    return tuple(f for f, fit in zip(DATES, fits, strict=True) if fit)
