"""Read the raw tables: declared types in, checked Parquet files out.

Every later step reads the staged files, so a table is parsed and checked once.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import duckdb

from training import receipts
from training.errors import TableError
from training.files import PARQUET, identifier, literal, replacing
from training.tables import as_written, categories, raw
from training.tables.categories import Categories
from training.tables.layout import APPLICATION, Layout
from training.tables.raw import as_declared
from training.tables.raw.find import SUFFIXES, Raw, find
from training.tables.raw.refusal import cut
from training.tables.raw.source import Source, opened
from training.tables.schema import Column, Role, Table, Type

log = logging.getLogger(__name__)

LONGEST_KEY = 64
# What a damaged Parquet file says of its least and greatest values may be untrue.
DISTRUST = "SET disabled_optimizers = 'statistics_propagation'"


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
        code = [Path(__file__), Path(categories.__file__)]
        code += sorted(Path(raw.__path__[0]).glob("*.py"))
        parts = [source.receipt(), source.name, repr(table), *code]
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
        files = layout.files().values()
        stems = [one.stem for one in files if layout.told_as(one.name) == APPLICATION]
        wanted = f"{' or '.join(stems)}, {' or '.join(SUFFIXES)}"
        raise TableError(f"{APPLICATION}: missing in {data}; expected {wanted}")
    return _usable(layout, staged)


def _go_without(
    layout: Layout, name: str, data: Path, seen: Mapping[str, Categories] | None
) -> None:
    """Say that a table is missing; refuse what cannot go on without it."""
    stem = layout.files()[name].stem
    wanted = " or ".join(f"{stem}{suffix}" for suffix in SUFFIXES)
    if layout.told_as(name) != APPLICATION and seen is not None:
        raise TableError(
            f"{name}: missing in {data}; the model learned from it; expected"
            f" {wanted}, with a header alone where nobody has records"
        )
    if name == layout.labelled and seen is None:
        raise TableError(f"{name}: missing in {data}; expected {wanted}")
    if seen is None:
        log.warning("%s: no such table in %s; going on without it", name, data)


def _stage(
    layout: Layout, table: Table, held: Raw, target: Path, staged: dict[str, Path]
) -> tuple[int, str]:
    """How many rows a table has, and what was recognised of its file."""
    texts: dict[str, str] = {}
    with (
        duckdb.connect() as connection,
        _opened(connection, table, held) as source,
        replacing(target) as beside,
    ):
        _check_header(table, source)
        if source.dialect is None:
            connection.execute(DISTRUST)
        try:
            if table.as_written:
                sql, texts = as_written.select(layout, table, source, staged)
            else:
                sql, texts = as_declared.select(table, source)
                _warn_of_unknown(table, source)
            if _is_staged_already(connection, table, source):
                shutil.copyfile(source.parts[0].path, beside)
            else:
                connection.execute(f"COPY ({sql}) TO {literal(beside)} ({PARQUET})")
            if table.as_written:
                as_written.check_outcome(connection, layout, table, beside, source)
                name = source.name
                as_written.settle(connection, layout, table, beside, name, staged)
        except duckdb.Error as error:
            raise source.refusal(connection, error, table, texts) from None
        may_be_empty = table.name != layout.labelled
        rows = _check(connection, table, beside, source.name, may_be_empty)
        return rows, f" ({', '.join(source.told)})" if source.told else ""


def _opened(
    connection: duckdb.DuckDBPyConnection, table: Table, held: Raw
) -> AbstractContextManager[Source]:
    """A table's file, with the columns that are declared."""
    whole = [c for c in table if not (c.pattern or c.dated)]
    return opened(
        connection,
        held,
        table.dialect,
        [column.header or column.name for column in table],
        [c.header or c.name for c in whole if c.type is not Type.CATEGORY],
        parsed=not table.as_written,
    )


def _usable(layout: Layout, staged: dict[str, Path]) -> dict[str, Path]:
    """Leave out a table whose parent, which links it to a client, is missing."""
    for name, table in layout.tables.items():
        if name in staged and table.parent not in {"", *staged}:
            log.warning("%s: left out, %s is missing and links it", name, table.parent)
            staged = {other: path for other, path in staged.items() if other != name}
    return staged


def _is_staged_already(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source
) -> bool:
    """Whether a file is Parquet with just the declared columns and types.

    Fails where a page is damaged, also of a column that nothing is asked of.
    """
    types = [(f'"{column.name}"', column.type.value) for column in table]
    if table.as_written or len(source.parts) > 1 or source.dialect is not None:
        return False
    if [*source.columns.values()] != types:
        return False
    hashes = ", ".join(f'bit_xor(hash("{name}"))' for name in table.names)
    wrong = " OR ".join(map(as_declared.wrong_in, table))
    sql = f"SELECT bool_or({wrong}), {hashes} FROM {source.rows}"
    [(is_any, *_)] = connection.execute(sql).fetchall()
    return not is_any


def _check_header(table: Table, source: Source) -> None:
    """Refuse a file without one, before anything shows its first row in its place."""
    if not any(map(source.find, table)):
        names = ", ".join(column.header or column.name for column in table)
        raise TableError(
            f"{source.name}: {source.counted[0]} 1: expected a header with {names},"
            " found none of them"
        )


def _warn_of_unknown(table: Table, source: Source) -> None:
    declared = {source.find(column) for column in table}
    extra = [h for h, cell in source.columns.items() if h and cell not in declared]
    if extra:
        told = ", ".join(extra)
        log.warning("%s: unknown columns dropped: %s", source.name, told)


def _check(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    path: Path,
    name: str,
    may_be_empty: bool,
) -> int:
    """Refuse what types alone cannot: nulls, impossible values, repeated keys."""
    checks = [check for column in table for check in _column_checks(column)]
    selected = ", ".join(["count(*)", *(f"count_if({sql})" for _, _, sql in checks)])
    counts = connection.execute(
        f"SELECT {selected} FROM {literal(path)}"
    ).fetchone() or (0,)
    if counts[0] == 0 and may_be_empty:
        log.warning("%s: the table has a header and no rows", name)
    elif counts[0] == 0:
        raise TableError(f"{name}: the table is empty; expected at least one row")
    for (column, expected, sql), wrong in zip(checks, counts[1:], strict=True):
        if wrong:
            [(example,)] = connection.execute(
                f'SELECT any_value("{column.name}") FILTER ({sql}) FROM {literal(path)}'
            ).fetchall()
            raise TableError(
                f"{name}: column {column.name}: expected {expected},"
                f" found {cut(example)} ({wrong:,} rows)"
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
    elif column.type is Type.NUMBER:
        yield column, "a finite number", f'NOT isfinite("{column.name}")'


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
