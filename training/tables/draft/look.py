"""Look at files that nothing is known of: how they are written, what is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from training.errors import TableError
from training.files import literal
from training.tables import as_written, stage
from training.tables.raw.find import Raw, find, members, stem_of
from training.tables.raw.refusal import why_not
from training.tables.raw.source import opened
from training.tables.raw.text import SPACES
from training.tables.schema import Dialect

# What is beyond them is not looked at: a draft, and a minute.
ROWS, SAMPLE = 1_000_000, 1000
# So many of a column's values are told; so many words between numbers stand for none,
# but between so few numbers, which are codes.
VALUES, WORDS, NUMBERS = 31, 3, 5
# Days before months: of those that are either, most lenders write the first.
DATES = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%b-%Y"),
)
# Words for none in a column of whatever type.
MISSING = ("NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "XNA", "XAP", "-", "?")


@dataclass(frozen=True)
class Looked:
    """What a column holds. `kind`: integer, number, date, category, or empty when all
    is missing; `values`: the most frequent ones and how often each is there; `missing`:
    words for none; `lows` and `highs`: the two lowest and highest numbers; `dates`: the
    formats that all of it has; `unique`: it can be the key."""

    kind: str
    filled: int
    distinct: int
    values: Mapping[str, int]
    missing: Sequence[str]
    lows: Sequence[float]
    highs: Sequence[float]
    dates: Sequence[str]
    unique: bool


@dataclass(frozen=True)
class File:
    """A file of a table, its columns by header."""

    name: str
    dialect: Dialect
    rows: int
    columns: Mapping[str, Looked]


def tables_in(folder: Path) -> tuple[dict[str, Raw], list[str]]:
    """The tables' files by stem, and other files; TableError if a table has two."""
    find(folder, "")
    tables: dict[str, Raw] = {}
    others = []
    for path in sorted(folder.glob("[!.]*")):
        inside = members(path) if path.suffix.lower() == ".zip" else []
        stems = [*map(stem_of, inside if len(inside) > 1 else [path.name])]
        held = {stem: one for stem in stems if stem and (one := find(folder, stem))}
        tables |= held
        if not held and path.suffix not in (".yaml", ".po", ".md"):
            others.append(path.name)
    return tables, others


def look(held: Raw, rows: int = ROWS) -> File:
    """What is in each column of a file; TableError if it cannot be read or is empty."""
    try:
        with duckdb.connect() as database:
            return _look(database, held, rows)
    except duckdb.Error as error:
        raise TableError(f"{held.name}: {why_not(error, {})}") from None


def _look(database: duckdb.DuckDBPyConnection, held: Raw, rows: int) -> File:
    with opened(database, held, Dialect()) as source:
        dialect = source.dialect or Dialect()
        headers = [h for h in source.columns if h.isprintable() and 0 < len(h) <= 500]
        cells = []
        for at, (cell, kind) in enumerate(source.columns[one] for one in headers):
            value = f"CAST({cell} AS {re.sub('^TIMESTAMP.*', 'DATE', kind)})"
            text = f"trim(CAST({value} AS VARCHAR), {literal(SPACES)})"
            cells.append(f"nullif({text}, '') AS c{at}")
        selected = f"SELECT {', '.join(cells)} FROM {source.rows} LIMIT {rows}"
        database.execute(f"CREATE TABLE file AS {selected}")
    [(count,)] = database.execute("SELECT count(*) FROM file").fetchall()
    if not count:
        raise TableError(f"{held.name}: the table is empty; expected at least one row")
    dialect = replace(dialect, decimal=_decimal(database))
    places = range(len(headers))
    looked = [_column(database, f"c{at}", dialect, count) for at in places]
    formats = [one for column in looked for one in column.dates]
    dates = max(DATES, key=formats.count) if formats else dialect.dates
    columns = dict(zip(headers, looked, strict=True))
    encoding = dialect.encoding.removesuffix("-le").removesuffix("-be")
    dialect = replace(dialect, dates=dates, encoding=encoding)
    return File(held.name, dialect, count, columns)


def _decimal(database: duckdb.DuckDBPyConnection) -> str:
    """A comma if more numbers are written with one; three digits may be thousands."""
    like = re.compile(rf"[+-]?[\d{SPACES}]+([.,])(\d\d?|\d{{4,}})")
    rows = database.execute(f"FROM file LIMIT {SAMPLE}").fetchall()
    found = [m[1] for row in rows for v in row if v and (m := like.fullmatch(v))]
    return "," if found.count(",") > len(found) / 2 else "."


# Each value is looked at once. `x`: its number; `t`: a text that is none. What is above
# all amounts, as what begins like 007, is a text: a number of something.
SQL = """
WITH cells AS MATERIALIZED (
    SELECT {cell} AS v, count(*) AS n FROM file WHERE v IS NOT NULL GROUP BY v
), parsed AS (
    SELECT v, n, CASE WHEN abs({number}) < 1e15
        AND NOT regexp_matches(v, '^[+-]?0\\d') THEN {number} END AS x,
        CASE WHEN x IS NULL THEN v END AS t
    FROM cells WHERE v NOT IN {missing}
)
SELECT (SELECT list(v ORDER BY v) FROM cells WHERE v IN {missing}),
    sum(n)::BIGINT, count(*), max(length(v)), sum(n) FILTER (x IS NOT NULL),
    count(x) FILTER (regexp_matches(v, '[{decimal}eE]')), min(x, 2), max(x, 2),
    max(row(n, v), {told}), max(t, {words}), {dates}
FROM parsed
"""


def _column(
    database: duckdb.DuckDBPyConnection, cell: str, dialect: Dialect, rows: int
) -> Looked:
    forms = (replace(dialect, dates=form) for form in DATES)
    days = (as_written.days_of(form, "t", "", "") for form in forms)
    dates = ", ".join(f"count({one}) = count(*)" for one in days)
    number = as_written.number_of(dialect, "v", "", "")
    parts = {"cell": cell, "number": number, "missing": MISSING, "dates": dates}
    sql = SQL.format(**parts, decimal=dialect.decimal, told=VALUES, words=WORDS + 1)
    [row] = database.execute(sql).fetchall()
    missing, filled, distinct, longest, numbers, fractions, *found = row
    lows, highs, values, texts, *fits = (one or [] for one in found)
    missing, filled, formats = missing or [], filled or 0, list[str]()
    mostly = len(texts) <= WORDS and 2 * (numbers or 0) > filled
    if mostly and (not texts or distinct > len(texts) + NUMBERS):
        kind, missing = "number" if fractions else "integer", [*missing, *texts]
    else:
        formats = [one for one, fit in zip(DATES, fits, strict=True) if fit and filled]
        kind = "date" if formats else "category" if filled else ""
        lows, highs = [], []
    key = kind in {"integer", "category"} and longest <= stage.LONGEST_KEY
    key = key and distinct == rows > 1
    told = {v: n for n, v in sorted(values, key=lambda one: (-one[0], one[1]))}
    return Looked(kind, filled, distinct, told, missing, lows, highs, formats, key)
