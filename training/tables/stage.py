"""Read the raw tables: declared types in, checked Parquet files out.

Every later step reads the staged files, so a table is parsed and checked once.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from training import receipts
from training.errors import TableError
from training.files import PARQUET, identifier, literal, replacing
from training.tables import as_written, categories
from training.tables.categories import Categories
from training.tables.layout import APPLICATION, Layout
from training.tables.schema import Column, Dialect, Role, Table, Type

log = logging.getLogger(__name__)

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".csv.zip")
LONGEST_KEY = 64
# What DuckDB's errors show of a file: a whole record of somebody.
RECORD = re.compile(
    r"Original Line: .*?(?=\n(Error when|Expected|Invalid|Value with|Maximum)|\Z)", re.S
)
# A table may also be a folder of that name with its rows in several files.
PARTS = {".parquet": "*.parquet", ".csv": "*.csv"}


def stage(
    layout: Layout,
    data: Path,
    out: Path,
    *,
    seen: Mapping[str, Categories] | None = None,
    progress: Callable[[str], None] = log.info,
) -> dict[str, Path]:
    """Check every raw table of `data` and write it to `out` as typed Parquet.

    Returns the path of each table that is there. A missing history table or test
    file is a warning; its features are absent. A table whose file and declaration
    are those of the last time is not read again. `seen`: the categories of each table
    that a model has learned: a text that is none of them is missing, its tables must be
    there and no others are read, and the applications need not be decided.

    Raises:
        TableError: applications are missing, or a table cannot be used: a missing
            column, a value that does not parse or cannot be true, a
            duplicated key, an empty or truncated file.
    """
    staged: dict[str, Path] = {}
    learned: Categories = {}
    for name, table in layout.files().items():
        told = layout.told_as(name)
        if seen is not None and told not in seen:
            continue
        source = find(data, table.stem)
        if source is None:
            _go_without(layout, name, data, seen)
            continue
        if table.as_written and table.parent not in {"", *staged}:
            log.warning("%s: left out, %s is missing and links it", name, table.parent)
            continue
        parts: list[str | Path] = [source, source.name, repr(table), Path(__file__)]
        parts.append(Path(categories.__file__))
        if table.as_written:
            parts += [repr((layout.defaults, layout.date)), Path(as_written.__file__)]
            parts += [receipts.of(path) for path in staged.values()]
        known = learned if name == layout.unlabelled else None
        if seen is not None:
            known = seen[told]
        target = out / f"{name}.parquet"
        write = partial(_stage, layout, table, source, target, staged)
        link, made_from = layout.link(told), receipts.digest(*parts)
        held = categories.settled(
            target, table, source.name, link, made_from, known, write, progress
        )
        if name == layout.labelled:
            learned = {
                one: {*texts, *table[one].declared} for one, texts in held.items()
            }
        staged[name] = target
    if not {layout.labelled, layout.unlabelled} & {*staged}:
        stems = [table.stem for table in layout.files().values()][:2]
        wanted = _names(*stems[: 1 + bool(layout.unlabelled)])
        raise TableError(f"{APPLICATION}: missing in {data}; expected {wanted}")
    return _usable(layout, staged)


def _go_without(
    layout: Layout, name: str, data: Path, seen: Mapping[str, Categories] | None
) -> None:
    """Say that a table is missing; refuse what cannot go on without it."""
    table = layout.files()[name]
    if layout.told_as(name) != APPLICATION and seen is not None:
        raise TableError(
            f"{name}: missing in {data}; the model learned from it; expected"
            f" {_names(table.stem)}, with a header alone where nobody has records"
        )
    if name == layout.labelled and seen is None:
        raise TableError(f"{name}: missing in {data}; expected {_names(table.stem)}")
    if seen is None:
        log.warning("%s: no such table in %s; going on without it", name, data)


def _names(*stems: str) -> str:
    return " or ".join(f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES)


def _stage(
    layout: Layout, table: Table, source: Path, target: Path, staged: dict[str, Path]
) -> int:
    if not table.as_written:
        return stage_table(table, source, target)
    name = source.name
    with (
        duckdb.connect() as connection,
        opened(connection, source, table.dialect) as read,
    ):
        sql = as_written.select(layout, table, read, staged)
        with replacing(target) as beside:
            try:
                connection.execute(f"COPY ({sql}) TO {literal(beside)} ({PARQUET})")
                as_written.check_outcome(connection, layout, table, beside, read)
                as_written.settle(connection, layout, table, beside, name, staged)
            except duckdb.Error as error:
                said = as_written.said(error) or reason(error)
                raise TableError(f"{name}: {said}") from None
            return _check(connection, table, beside, name)


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection, source: Path, dialect: Dialect
) -> Iterator[as_written.Source]:
    """A lender's file, as it is written, to select from."""
    name = source.name
    with readable(source, dialect.encoding) as path:
        files = parts_of(path, name)
        if path.suffix == ".parquet":
            rows = f"read_parquet([{', '.join(map(literal, files))}])"
            found = _columns_of(connection, rows, name)
            yield as_written.parquet_source(rows, found, name)
        else:
            yield as_written.csv_source(files, name, dialect)


def parts_of(path: Path, name: str) -> list[Path]:
    """The files that hold a table, none of them empty."""
    files = sorted(path.glob(PARTS[path.suffix])) if path.is_dir() else [path]
    for file in files:
        if not file.stat().st_size:
            raise TableError(f"{name}: the file is empty; expected a header and rows")
    return files


def _usable(layout: Layout, staged: dict[str, Path]) -> dict[str, Path]:
    """Leave out a table whose parent, which links it to a client, is missing."""
    for name, table in layout.tables.items():
        if name in staged and table.parent not in {"", *staged}:
            log.warning("%s: left out, %s is missing and links it", name, table.parent)
            staged = {other: path for other, path in staged.items() if other != name}
    return staged


def find(data: Path, name: str) -> Path | None:
    """The one file or folder that holds a raw table, None when there is none.

    Raises:
        TableError: the folder is missing, or several files hold the table.
    """
    if not data.is_dir():
        raise TableError(f"{data}: no such folder")
    found = [path for s in SUFFIXES if _holds(path := data / f"{name}{s}")]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise TableError(f"{name}: expected one file in {data}, found {names}")
    return found[0] if found else None


def _holds(path: Path) -> bool:
    if path.is_dir() and path.suffix in PARTS:
        return any(path.glob(PARTS[path.suffix]))
    return path.is_file()


def stage_table(table: Table, source: Path, target: Path) -> int:
    """Convert one raw file, where that is needed, and check it; returns its rows."""
    with duckdb.connect() as connection, readable(source) as path:
        scan = _scan(connection, table, path, source.name)
        with replacing(target) as beside:
            try:
                if _is_staged_already(connection, table, path, source.name):
                    _read_everything(connection, table, path)
                    shutil.copyfile(path, beside)
                else:
                    _convert(connection, table, scan, beside)
            except duckdb.Error as error:
                raise TableError(f"{source.name}: {reason(error)}") from None
            return _check(connection, table, beside, source.name)


def _is_staged_already(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, name: str
) -> bool:
    """Whether a file is Parquet with just the declared columns and types."""
    if path.suffix != ".parquet" or path.is_dir():
        return False
    found = _columns_of(connection, f"read_parquet({literal(path)})", name)
    return [*found.items()] == [(column.name, column.type.value) for column in table]


def _read_everything(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path
) -> None:
    """Fails where a page is damaged, also of a column that nothing is asked of."""
    hashes = ", ".join(f'bit_xor(hash("{name}"))' for name in table.names)
    connection.execute(f"SELECT {hashes} FROM {literal(path)}")


def _convert(
    connection: duckdb.DuckDBPyConnection, table: Table, scan: str, target: Path
) -> None:
    columns = ", ".join(
        f'CAST("{c.name}" AS {c.type.value}) AS "{c.name}"' for c in table
    )
    connection.execute(
        f"COPY (SELECT {columns} FROM {scan}) TO {literal(target)} ({PARQUET})"
    )


@contextmanager
def readable(source: Path, encoding: str = "utf-8") -> Iterator[Path]:
    """A path that DuckDB can read: unpacked, and in UTF-8, for the time being."""
    other = encoding != "utf-8" and source.suffix != ".parquet"
    if source.suffix != ".zip" and not other:
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        path = source
        try:
            if source.suffix == ".zip":
                path = Path(folder) / source.with_suffix("").name
                _unzip(source, path)
            if other:
                path = as_written.in_utf8(path, Path(folder), encoding)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise TableError(f"{source.name}: damaged archive: {error}") from None
        except UnicodeDecodeError as error:
            raise TableError(
                f"{source.name}: expected {encoding}: {error.reason}"
            ) from None
        yield path


def _unzip(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        names = [n for n in archive.namelist() if n.endswith(".csv")]
        if len(names) != 1:
            raise TableError(
                f"{source.name}: expected one CSV file inside, found {len(names)}"
            )
        with archive.open(names[0]) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain)


def _scan(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, name: str
) -> str:
    """The SQL table function that reads a file by its declared types."""
    files = f"[{', '.join(map(literal, parts_of(path, name)))}]"
    if path.suffix == ".parquet":
        found = _columns_of(connection, f"read_parquet({files})", name)
        _check_columns(table, found, name)
        return _completed(table, found, f"read_parquet({files})")
    header = f"read_csv({files}, header=true, all_varchar=true, delim=',')"
    found = _columns_of(connection, header, name)
    _check_columns(table, found, name)
    declared = {column.name: column.type.value for column in table}
    types = ", ".join(
        f"{literal(one)}: '{declared.get(one, 'VARCHAR')}'" for one in found
    )
    rows = (
        f"read_csv({files}, auto_detect=false, header=true, delim=',', quote='\"',"
        f" escape='\"', nullstr='', encoding='utf-8', columns={{{types}}})"
    )
    return _completed(table, found, rows)


def _completed(table: Table, found: Collection[str], rows: str) -> str:
    """The rows with a null in each optional column that the file has not."""
    absent = [c for c in table if c.optional and c.name not in found]
    nulls = "".join(f', CAST(NULL AS {c.type.value}) AS "{c.name}"' for c in absent)
    return f"(SELECT *{nulls} FROM {rows})" if absent else rows


def _columns_of(
    connection: duckdb.DuckDBPyConnection, scan: str, name: str
) -> dict[str, str]:
    """The type of each column, in their order."""
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    except duckdb.Error as error:
        raise TableError(f"{name}: cannot be read: {reason(error)}") from None
    return {row[0]: row[1] for row in rows}


def _check_columns(table: Table, found: Collection[str], name: str) -> None:
    for column in table:
        if column.name not in found and not column.optional:
            raise TableError(
                f"{name}: column {column.name} is missing; found: {', '.join(found)}"
            )
    extra = [column for column in found if column not in table.names]
    if extra:
        log.warning("%s: unknown columns dropped: %s", name, ", ".join(extra))


def reason(error: Exception) -> str:
    """The lines of an error that say what was wrong, on one line."""
    text = RECORD.sub("", str(error))
    lines = text.split("\nPossible ")[0].split("\nColumn ")[0].splitlines()
    said = [line for line in lines if line and "auto-detected" not in line]
    return "; ".join(said[:3])


def _check(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, name: str
) -> int:
    """Refuse what types alone cannot: nulls, impossible values, repeated keys."""
    checks = [check for column in table for check in _column_checks(column)]
    selected = ", ".join(["count(*)", *(f"count_if({sql})" for _, _, sql in checks)])
    counts = connection.execute(
        f"SELECT {selected} FROM {literal(path)}"
    ).fetchone() or (0,)
    if counts[0] == 0:
        raise TableError(f"{name}: the table is empty; expected at least one row")
    for (column, expected, sql), wrong in zip(checks, counts[1:], strict=True):
        if wrong:
            example = connection.execute(
                f'SELECT "{column.name}" FROM {literal(path)} WHERE {sql} LIMIT 1'
            ).fetchall()[0][0]
            raise TableError(
                f"{name}: column {column.name}: expected {expected},"
                f" found {example!r} ({wrong:,} rows)"
            )
    _check_key(connection, table, path, name)
    _warn_of_the_future(connection, table, path, name)
    return int(counts[0])


def _warn_of_the_future(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, name: str
) -> None:
    """Say how many records `training.tables.clean` will leave out."""
    days = [
        " AND ".join([f'"{c.name}" > 0', *(f'"{c.name}" <> {n}' for n in _codes(c))])
        for c in table
        if c.happened
    ]
    if not days:
        return
    [(younger,)] = connection.execute(
        f"SELECT count_if({' OR '.join(days)}) FROM {literal(path)}"
    ).fetchall()
    if younger:
        log.warning(
            "%s: records of what happened after the application, left out of the"
            " features: %s",
            name,
            f"{younger:,}",
        )


def _codes(column: Column) -> list[float]:
    """The numbers by which the source says that there is none."""
    return [one for one in column.missing if not isinstance(one, str)]


def _column_checks(column: Column) -> Iterator[tuple[Column, str, str]]:
    """Each (column, what was expected, SQL that is true of a wrong row)."""
    if not column.nullable:
        value = identifier(column.name)
        if column.type is Type.CATEGORY:
            value = f"nullif(trim({value}), '')"
        yield column, "a value in every row", f"{value} IS NULL"
    if column.type is Type.CATEGORY and column.role in (Role.CLIENT, Role.RECORD):
        long = f'length("{column.name}") > {LONGEST_KEY}'
        yield column, f"at most {LONGEST_KEY} characters", long
    if column.type is not Type.CATEGORY and column.bounds is not None:
        low, high = column.bounds
        wrong = f'NOT "{column.name}" BETWEEN {low!r}::DOUBLE AND {high!r}::DOUBLE'
        yield column, f"a number from {low:g} to {high:g}", wrong


def _check_key(
    connection: duckdb.DuckDBPyConnection, table: Table, path: Path, name: str
) -> None:
    if not table.key:
        return
    key = ", ".join(f'"{column}"' for column in table.key)
    repeated = connection.execute(
        f"SELECT {key}, count(*) FROM {literal(path)}{_suspects(table, path)}"
        f" GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if repeated:
        *values, times = repeated
        raise TableError(
            f"{name}: {', '.join(table.key)} must be unique;"
            f" {', '.join(map(str, values))} is there {times} times"
        )


def _suspects(table: Table, path: Path) -> str:
    """SQL that keeps the rows among which a key of two columns may repeat.

    A bit per month shows it of nearly every contract at a fifth of the time that
    grouping by both columns takes.
    """
    if len(table.key) != 2:
        return ""
    contract, month = table.key
    months = f'bit_or(1::HUGEINT << (abs("{month}") % 120)::INTEGER)'
    return (
        f' WHERE "{contract}" IN (SELECT "{contract}" FROM {literal(path)} GROUP BY 1'
        f" HAVING count(*) > bit_count({months}))"
    )
