"""What of a `lender.yaml` cannot be true together, or names what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

import duckdb
from babel import Locale

from training.language import LANGUAGES, SOURCE
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.layout import APPLICATION, TARGET
from training.tables.lender_columns import (
    KEYS,
    NUMBERS,
    ROOT,
    column_faults,
    header_of,
    same,
)
from training.tables.lender_file import (
    PROTECTED,
    ROW_NUMBER,
    ColumnPart,
    CsvPart,
    HistoryPart,
    LenderFile,
)
from training.tables.raw.find import SUFFIXES
from training.tables.yaml_file import TOLD, Fault, Place, dotted, nearest, shown


def contradictions(lender: LenderFile, left_out: Set[Place]) -> list[Fault]:
    """Each fault; none that comes only of what is wrong by itself and `left_out`."""
    checks = [
        _codes(lender),
        _applications(lender, left_out),
        _histories(lender, left_out),
        _files(lender),
        _compiled(lender),
        () if left_out else _groups(lender),
    ]
    for place, columns, of in _tables(lender):
        checks.append(column_faults(lender, place, columns, of))
    return [fault for check in checks for fault in check]


def _tables(
    lender: LenderFile,
) -> Iterator[tuple[Place, Mapping[str, ColumnPart], HistoryPart | None]]:
    yield ROOT, lender.applications.columns, None
    for name, history in lender.histories.items():
        yield ("histories", name), history.columns, history


def _codes(lender: LenderFile) -> Iterator[Fault]:
    locale = Locale(SOURCE)
    known: dict[str, tuple[str, ...]] = {
        "language": LANGUAGES,
        "currency": tuple(map(str, locale.currencies)),
    }
    for field, codes in known.items():
        found = getattr(lender, field)
        if found not in codes:
            few = f"one of {', '.join(codes)}" if len(codes) < 9 else "a code of ISO's"
            yield Fault((field,), f"expected {few}; found '{found}'", found, codes)


def _there(
    place: Place, name: str, columns: Iterable[str], left_out: Set[Place]
) -> Iterator[Fault]:
    """A fault where a name is no declared column's."""
    names = list(columns)
    if name not in names and (*place[:-1], "columns", name) not in left_out:
        text = f"expected a column of {'.'.join(map(str, place[:-1]))}.columns"
        yield Fault(place, f"{text}; found '{name}'", name, tuple(names))


def _applications(lender: LenderFile, left_out: Set[Place]) -> Iterator[Fault]:
    part = lender.applications
    columns = part.columns
    if part.key != ROW_NUMBER:
        key = (*ROOT, "key")
        yield from _there(key, part.key, [*columns, ROW_NUMBER], left_out)
        if part.key in columns:
            yield from _key((*ROOT, "columns", part.key), columns[part.key])
    elif named := same("row_number", columns):
        place = (*ROOT, "columns", named)
        yield Fault(place, "the name is that of the row number; expected another")
    if part.date:
        yield from _there((*ROOT, "date"), part.date, columns, left_out)
        if (date := columns.get(part.date)) and date.type != "date":
            place = (*ROOT, "columns", part.date, "type")
            yield Fault(
                place, f"the day of the application; expected date; found {date.type}"
            )
    for name, column in columns.items():
        if header_of(name, column) == part.target.column:
            text = f"is the target, '{part.target.column}'; expected under target alone"
            yield Fault((*ROOT, "columns", name), text)
    yield from _roles(columns, left_out)
    if not left_out and not any(_is_input(c) for c in _others(lender)):
        yield Fault((*ROOT, "columns"), "no column is an input; expected one at least")


def _others(lender: LenderFile) -> Iterator[ColumnPart]:
    part = lender.applications
    for name, column in part.columns.items():
        if name not in (part.key, part.date):
            yield column


def _is_input(column: ColumnPart) -> bool:
    return column.use == "input" or column.input_because is not None


def _key(place: Place, column: ColumnPart) -> Iterator[Fault]:
    if column.type not in KEYS:
        yield Fault(
            (*place, "type"), f"a key; expected integer or text; found {column.type}"
        )
    for field, name in FORBIDDEN_OF_KEYS.items():
        if getattr(column, field):
            yield Fault((*place, name), "is not for a key")


FORBIDDEN_OF_KEYS = {
    "role": "is",
    "negotiable": "negotiable",
    "input_because": "input_because",
    "missing": "missing",
    "gender": "gender",
    "lowers_risk": "lowers_risk",
    "raises_risk": "raises_risk",
    "group": "group",
}


def _roles(columns: Mapping[str, ColumnPart], left_out: Set[Place]) -> Iterator[Fault]:
    """Each role is one column's, and the amount is there."""
    first: dict[str, str] = {}
    for name, column in columns.items():
        roles = [("is", column.role)] if column.role else []
        for key, role in [*roles, *[("gender", "gender")] * column.gender]:
            if role in first:
                place = (*ROOT, "columns", name, key)
                yield Fault(place, f"{role} is what {first[role]} is already")
            first.setdefault(role, name)
    if "amount" not in first and not left_out:
        yield Fault(
            (*ROOT, "columns"),
            "no column is the amount; expected one with `is: amount`",
        )


def _histories(lender: LenderFile, left_out: Set[Place]) -> Iterator[Fault]:
    part = lender.applications
    known: dict[str, str] = {}
    for name, history in lender.histories.items():
        place: Place = ("histories", name)
        if name.casefold() in (APPLICATION, "history", TARGET.casefold()):
            yield Fault(place, "the name is reserved; expected another")
        if history.known_as:
            yield from _table_known_as(place, history.known_as, known)
            known.setdefault(history.known_as, name)
        yield from _there((*place, "key"), history.key, history.columns, left_out)
        key = history.columns.get(history.key)
        if key:
            yield from _key((*place, "columns", history.key), key)
        if history.of:
            yield from _parent(lender, name, history)
        elif part.key == ROW_NUMBER:
            text = f"the applications have no key but their {ROW_NUMBER}"
            yield Fault((*place, "key"), f"{text}; expected a key that both files have")
        elif key and part.key in part.columns:
            yield from _alike(
                (*place, "columns", history.key), key, part.columns[part.key]
            )
            if history.key != part.key and same(part.key, history.columns):
                found = (*place, "columns", same(part.key, history.columns))
                yield Fault(
                    found, f"the name is the key's; expected {history.key} to have it"
                )
        yield from _day(place, history, left_out)


def _table_known_as(
    place: Place, name: str, known: Mapping[str, str]
) -> Iterator[Fault]:
    tables = tuple(one for one in TABLES if one != APPLICATION)
    if name not in tables:
        text = f"expected one of Home Credit's tables, {', '.join(tables)}"
        yield Fault((*place, "as"), f"{text}; found '{name}'", name, tables)
    elif name in known:
        yield Fault((*place, "as"), f"{name} is what {known[name]} is already")


def _parent(lender: LenderFile, name: str, history: HistoryPart) -> Iterator[Fault]:
    place, of = ("histories", name, "of"), history.of or ""
    if of not in lender.histories:
        others = tuple(one for one in lender.histories if one != name)
        yield Fault(place, f"expected another history; found '{of}'", of, others)
        return
    seen, step = [name], of
    while step not in seen and step in lender.histories:
        seen.append(step)
        step = lender.histories[step].of or ""
    if step in seen:
        yield Fault(place, f"goes round: {' of '.join([*seen, step])}")
        return
    parent = lender.histories[of]
    if history.key == parent.key:
        text = f"'{history.key}' links {of} itself"
        yield Fault(
            ("histories", name, "key"), f"{text}; expected the number of its records"
        )
    elif history.key not in parent.columns:
        text = f"expected a column that {of} has, too; found '{history.key}'"
        where = ("histories", name, "key")
        yield Fault(where, text, history.key, tuple(parent.columns))
    elif history.key in history.columns:
        number = parent.columns[history.key]
        yield from _key(("histories", of, "columns", history.key), number)
        own = ("histories", name, "columns", history.key)
        yield from _alike(own, history.columns[history.key], number)


def _alike(place: Place, one: ColumnPart, other: ColumnPart) -> Iterator[Fault]:
    if one.type != other.type and {one.type, other.type} == set(KEYS):
        text = f"expected {other.type}, as where it leads to; found {one.type}"
        yield Fault((*place, "type"), text)


def _day(place: Place, history: HistoryPart, left_out: Set[Place]) -> Iterator[Fault]:
    if history.day is None:
        if history.windows and not left_out:
            yield Fault((*place, "windows"), "are counted by `day`, which is missing")
        return
    yield from _there((*place, "day"), history.day, history.columns, left_out)
    column = history.columns.get(history.day)
    if column and history.day == history.key:
        yield Fault((*place, "day"), "is the key; expected a date or a number of days")
    elif column and column.type not in ("date", *NUMBERS):
        text = f"a record's day; expected date, integer or number; found {column.type}"
        yield Fault((*place, "columns", history.day, "type"), text)
    elif column and column.unit not in (None, "days"):
        text = f"the day of a record; expected days; found {column.unit}"
        yield Fault((*place, "columns", history.day, "unit"), text)
    if len(set(history.windows)) < len(history.windows):
        yield Fault((*place, "windows"), "has a window twice")


def _files(lender: LenderFile) -> Iterator[Fault]:
    """No two tables are one file, and none is staged over another."""
    part = lender.applications
    files: list[tuple[Place, str]] = [((*ROOT, "file"), part.file)]
    if part.later is not None:
        files.append(((*ROOT, "later"), part.later))
    staged = {stem.casefold() for _place, stem in files}
    for name, history in lender.histories.items():
        files.append((("histories", name, "file"), history.file))
        if name.casefold() in staged:
            text = "the name is that of another history, or of the applications' file"
            yield Fault(("histories", name), f"{text}; expected another")
        staged.add(name.casefold())
    first: dict[str, Place] = {}
    for place, stem in files:
        if stem.endswith(SUFFIXES):
            yield Fault(place, f"expected a name without its ending; found '{stem}'")
        if (folded := stem.casefold()) in first:
            yield Fault(place, f"'{stem}' is that of {dotted(first[folded])} already")
        first.setdefault(folded, place)


def _groups(lender: LenderFile) -> Iterator[Fault]:
    """Those declared are some column's; one that is nearly so named is misspelt."""
    used: dict[str, Place] = {}
    crafted = False
    for table, columns, history in _tables(lender):
        if history and history.group:
            used.setdefault(history.group, (*table, "group"))
        for name, column in columns.items():
            crafted = crafted or column.known_as is not None
            place = (*table, "columns", name, "group")
            used.setdefault(column.group or name, place)
    general = {PROTECTED, *lender.histories, *(crafted and HOME_CREDIT.by_group or ())}
    for name in lender.groups:
        if name not in used and name not in general:
            known = tuple(sorted({*used, *general}))
            yield Fault(("groups", name), "no column is of this group", name, known)
    given = {name: at for name, at in used.items() if name not in at}
    for name in [one for one in given if one not in lender.groups][:TOLD]:
        if close := nearest(name, lender.groups, 0.8):
            text = f"'{name}' is not among groups; did you mean {close}?"
            yield Fault(used[name], f"{text} (or declare it there)")


def _compiled(lender: LenderFile) -> Iterator[Fault]:
    """Whether DuckDB takes the regular expressions and the formats of dates."""
    parts: dict[Place, CsvPart] = {(*ROOT, "csv", "dates"): lender.applications.csv}
    with duckdb.connect(config={"threads": 1}) as connection:
        for table, columns, history in _tables(lender):
            if history:
                parts[*table, "csv", "dates"] = history.csv
            for name, column in columns.items():
                if column.pattern:
                    place = (*table, "columns", name, "pattern")
                    sql = "SELECT regexp_extract('', ?, ['part'])"
                    text = "expected a regular expression (RE2) with a group, ( )"
                    yield from _taken(connection, sql, column.pattern, place, text)
        for place, part in parts.items():
            sql = "SELECT try_strptime('', ?)"
            text = "expected dates as strptime has them, like %d/%m/%Y"
            yield from _taken(connection, sql, part.dates, place, text)


def _taken(
    connection: duckdb.DuckDBPyConnection, sql: str, value: str, place: Place, text: str
) -> Iterator[Fault]:
    try:
        connection.execute(sql, [value])
    except duckdb.Error as error:
        said = str(error).partition(": ")[2].partition("\n")[0]
        yield Fault(place, f"{text}; found '{shown(value)}' ({shown(said)})")
