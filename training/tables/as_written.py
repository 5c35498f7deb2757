"""Read a lender's file as it is written: texts in, the declared types out.

Every column is read as text and parsed here, so that what cannot be read is named: the
file, the column, the value, and what was expected.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from training.errors import TableError
from training.files import PARQUET, identifier, literal
from training.tables.layout import APPLICATION, TARGET, Layout
from training.tables.raw.refusal import LONGEST, cut, failing
from training.tables.raw.source import EXPECTED, NULLS, Source
from training.tables.raw.text import SPACES
from training.tables.schema import Column, Dialect, Role, Table, Type

log = logging.getLogger(__name__)

# What is told of values that are none of a column's categories.
TOLD = 5
# Digits, in groups of three or not.
WHOLE = f"(\\d+|\\d{{1,3}}([{SPACES}]\\d{{3}})+)"


def select(
    layout: Layout,
    table: Table,
    source: Source,
    staged: Mapping[str, Path],
) -> tuple[str, dict[str, str]]:
    """SQL of a table's rows as declared, and of the text that each column is in a row.

    `staged`: the tables that it belongs to. Names that are made up here have a space,
    as no column's has.
    """
    texts, values, shown = [], [], {}
    for at, column in enumerate(table):
        if layout.numbered and column.role is Role.CLIENT:
            texts.append(f'row_number() OVER () + {_before(staged)} AS "text {at}"')
            value = f'"text {at}"'
        else:
            cell, kind = source.column(column)
            if kind in ("DOUBLE", "FLOAT"):
                cell = f"CASE WHEN NOT isnan({cell}) THEN {cell} END"
            kept = layout.defaults if column.name == TARGET else column.words
            text = _text(column, cell, {*map(str, kept)})
            texts += [f'{cell} AS "cell {at}"', f'{text} AS "text {at}"']
            shown[column.name] = f"left({text}, {LONGEST})"
            value = _value(layout, column, source.dialect or table.dialect, at, kind)
        values.append(f"{value} AS {identifier(column.name)}")
    inner = f"SELECT {', '.join(texts)} FROM {source.rows}"
    parsed = f"SELECT {', '.join(values)} FROM ({inner})"
    own_date = layout.date if is_application(layout, table) else ""
    dated = [c.name for c in table if c.dated and c.name != own_date]
    if not dated:
        return parsed, shown
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
    return f"SELECT {', '.join(columns)} FROM {rows}", shown


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


def _text(column: Column, cell: str, kept: Collection[str]) -> str:
    """The text, or the part of it that the column is; null where it is missing.

    What is `kept` is a value of the column, also where programs write none so.
    """
    text = f"CAST({cell} AS VARCHAR)"
    if column.pattern:
        text = f"regexp_extract({text}, {literal(column.pattern)}, 1)"
    if column.role in (Role.CLIENT, Role.RECORD) and column.type is Type.CATEGORY:
        return f"nullif({text}, '')"
    text = f"trim({text}, {literal(SPACES)})"
    nulls = [one for one in NULLS if one not in kept]
    words = ", ".join(literal(str(one)) for one in (*nulls, *column.missing))
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
        parsed, expected = _integer(dialect, text, cell, kind), EXPECTED[column.type]
    else:
        mark = " with a decimal comma" if dialect.decimal == "," and not kind else ""
        parsed = number_of(dialect, text, cell, kind)
        expected = f"{EXPECTED[column.type]}{mark}"
    wrong = failing(column.name, expected, text)
    value = f"CASE WHEN {text} IS NOT NULL THEN coalesce({parsed}, {wrong}) END"
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
    told = ", ".join(f"{cut(word or '')} ({times:,})" for word, times in words)
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
