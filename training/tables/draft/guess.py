"""Guess what the files of a folder are to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from training.errors import ConfigurationError, TableError
from training.files import identifier, literal
from training.tables.draft import names
from training.tables.draft.columns import (
    LONGEST,
    Drafted,
    Line,
    Table,
    drafted,
    key_type,
    link,
)
from training.tables.draft.look import (
    MISSING,
    File,
    Looked,
    look,
    others_in,
    tables_in,
)
from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.layout import APPLICATION

LONGEST_KEY = 64
LONGEST_STEM = 128
MOST_OUTCOMES = 12
# From here on a column is taken for the outcome: its name says so, or other signs do.
ENOUGH = 3
ROW_NUMBER = "row number"
# What a table's key in another file must have of the applications' keys.
SHARED = 0.95


@dataclass(frozen=True)
class Target:
    """The outcome; `defaults` are its values that are a default, a `share` of rows."""

    header: str
    defaults: tuple[str, ...]
    others: tuple[str, ...]
    share: float
    score: int
    sure: bool


@dataclass(frozen=True)
class History:
    """A table of records; `of`: the table whose record each belongs to."""

    name: str
    file: File
    key: str
    of: str
    day: str
    known_as: str
    columns: tuple[Drafted, ...]
    check: str = ""


@dataclass(frozen=True)
class Draft:
    """What a folder's files are taken for. `key` and `date` name columns, `date`
    is empty where there is none; `unused` says of each other file why."""

    file: File
    later: File | None
    key: str
    key_check: str
    date: str
    date_check: str
    target: Target | None
    columns: tuple[Drafted, ...]
    histories: tuple[History, ...]
    unused: Mapping[str, str]


def is_home_credits(folder: Path) -> bool:
    """Whether a folder has the applications as Kaggle has them, with every column."""
    found = tables_in(folder).get(HOME_CREDIT.labelled)
    if found is None:
        return False
    try:
        with duckdb.connect() as database:
            headers = set(look(database, HOME_CREDIT.labelled, found, rows=1).headers)
    except TableError:
        return False
    return headers >= {HOME_CREDIT.target.name, *HOME_CREDIT.application.names}


def guess(folder: Path, database: duckdb.DuckDBPyConnection) -> Draft:
    """Look at every file of a folder.

    Raises:
        ConfigurationError: no file holds a table that can be read.
    """
    files: dict[str, File] = {}
    unused = others_in(folder)
    for stem, path in tables_in(folder).items():
        if len(stem) > LONGEST_STEM:
            unused[path.name] = f"its name is longer than {LONGEST_STEM} characters"
            continue
        try:
            files[stem] = look(database, stem, path)
        except TableError as error:
            unused[path.name] = str(error).removeprefix(f"{path.name}: ")
    if not files:
        raise ConfigurationError(
            f"{folder}: expected files of tables (.csv, .csv.gz, .csv.zip, .parquet),"
            f" found none that can be read"
            + "".join(f"; {name}: {why}" for name, why in unused.items())
        )
    return _of_files(files, unused)


def _of_files(files: dict[str, File], unused: dict[str, str]) -> Draft:
    targets = {stem: target_of(file) for stem, file in files.items()}
    keys = {stem: _key(file, files) for stem, file in files.items()}
    file = files[max(files, key=lambda stem: _likely(stem, files, targets, keys))]
    target, key = targets[file.stem], keys[file.stem]
    others = [other for other in files.values() if other is not file]
    later = next((one for one in others if _is_later(one, file, target)), None)
    date, date_check = _date(file)
    name = names.name_of(key.header) if key else ROW_NUMBER
    columns = _application(file, key, name, target, date)
    named = {column.header: column.name for column in columns}
    histories = _histories(
        [one for one in others if one is not later], file, key, name, bool(date)
    )
    used = {file.stem, later and later.stem, *(one.file.stem for one in histories)}
    for stem in files.keys() - used:
        why = f"no column is {key.header}" if key else "the applications have no key"
        unused[files[stem].path.name] = why
    key_check = _key_check(key, file)
    date = named.get(date, "")
    return Draft(
        *(file, later, name, key_check, date, date_check),
        *(target, columns, histories, unused),
    )


def _key_check(key: Looked | None, file: File) -> str:
    if key is None:
        return "no column is another in every row; histories could not be joined"
    return "" if names.says(key.header, "key") else "it is unique; is it the key?"


def target_of(file: File) -> Target | None:
    """The most likely outcome: by its name, two values, and the last place."""
    found = [
        (score, position, column)
        for position, column in enumerate(file.columns)
        if (score := _target_score(file, column)) >= ENOUGH
    ]
    if not found:
        return None
    score, _, column = max(found, key=lambda one: one[:2])
    return _target(column, score)


def _target_score(file: File, column: Looked) -> int:
    values = [value for value, _ in column.values if value not in MISSING]
    named = names.says(column.header, "target")
    if not 2 <= len(values) <= (MOST_OUTCOMES if named else 2):
        return 0
    if column.longest > LONGEST:
        return 0
    if column.kind == "date" or names.says(column.header, "gender"):
        return 0
    perhaps = 2 * names.says(column.header, "target_perhaps")
    worded = any(_is_default(value, names.BAD) for value in values)
    last = column == file.columns[-1]
    return (4 if named else perhaps) + worded + 2 * (len(values) == 2) + last


def _is_default(value: str, words: str = names.DEFAULTED) -> bool:
    return re.fullmatch(words, names.plain(value).replace("_", " ")) is not None


def _target(column: Looked, score: int) -> Target:
    counts = {value: n for value, n in column.values if value not in MISSING}
    repaid = names.says(column.header, "repaid")
    found = [
        v for v in counts if _is_default(v, names.REPAID if repaid else names.DEFAULTED)
    ]
    found = found or ["1"] * ("1" in counts and not repaid)
    sure = 0 < len(found) < len(counts) and len(counts) == 2
    if not 0 < len(found) < len(counts):
        found = [min(counts, key=lambda value: counts[value])]
    share = sum(counts[value] for value in found) / sum(counts.values())
    others = tuple(value for value in counts if value not in found)
    sure &= names.says(column.header, "target")
    return Target(column.header, tuple(found), others, share, score, sure)


def _likely(
    stem: str,
    files: dict[str, File],
    targets: dict[str, Target | None],
    keys: dict[str, Looked | None],
) -> tuple[int, int, int]:
    """How likely a file is the applications': an outcome, a key that others have."""
    target, key = targets[stem], keys[stem]
    others = [f for other, f in files.items() if other != stem]
    shared = sum(key is not None and _same(other, key) is not None for other in others)
    known = 6 * (stem == HOME_CREDIT.labelled)
    return (target.score if target else 0) + known + shared, shared, files[stem].rows


def _key(file: File, files: dict[str, File]) -> Looked | None:
    """The column that tells rows apart: by its name, and as other files have it."""
    unique = [c for c in file.columns if c.unique and _can_be_key(c)]
    others = [one for one in files.values() if one is not file]

    def likely(column: Looked) -> tuple[bool, int, bool]:
        shared = sum(_same(other, column) is not None for other in others)
        return names.says(column.header, "key"), shared, _is_sequence(column)

    best = max(unique, key=likely, default=None)
    return best if best and any(likely(best)) else None


def _can_be_key(column: Looked) -> bool:
    if column.longest > LONGEST_KEY or column.kind not in {"integer", "category"}:
        return False
    says = (names.says(column.header, what) for what in ("person", "target"))
    return not any(says) and not column.grouped


def _is_sequence(column: Looked) -> bool:
    counted = column.high - column.low + 1 == column.rows
    return column.kind == "integer" and counted and column.rows > 2


def _same(file: File, key: Looked) -> str | None:
    """The header of a file that is a key's, whatever its case and accents."""
    same = (h for h in file.headers if names.plain(h) == names.plain(key.header))
    return next(same, None)


def _is_later(other: File, file: File, target: Target | None) -> bool:
    """Whether a file is of applications whose outcome is not known yet."""
    if target is None or target.header in other.headers:
        return False
    wanted = set(file.headers) - {target.header}
    return len(wanted & set(other.headers)) >= max(2, 0.9 * len(wanted))


def _date(file: File) -> tuple[str, str]:
    """The header of the day of the application, and what is doubtful about that."""
    dates = [
        column
        for column in file.columns
        if file.dialect.dates in column.dates
        and not names.says(column.header, "birth")
        and not names.says(column.header, "later")
    ]
    if not dates:
        return "", ""
    asked = [column for column in dates if names.says(column.header, "asked")]
    if len(asked) == 1:
        return asked[0].header, ""
    return (asked or dates)[0].header, "the day of the application?"


def _application(
    file: File, key: Looked | None, name: str, target: Target | None, date: str
) -> tuple[Drafted, ...]:
    left = {target.header} if target else set()
    defaulted = ""
    if target:
        words = ", ".join(map(literal, target.defaults))
        defaulted = f"{identifier(target.header)} IN ({words})"
    known_as = APPLICATION if _has_home_credits(file, APPLICATION) else ""
    parts = _parts(file, left | ({key.header} if key else set()))
    table = Table(file, known_as, date, bool(date), parts, defaulted=defaulted)
    return _columns(table, link(key, name, key_type(key)) if key else None, left)


def _has_home_credits(file: File, table: str) -> bool:
    return len(set(file.headers) & set(TABLES[table].names)) > 2


def _columns(table: Table, key: Drafted | None, left: set[str]) -> tuple[Drafted, ...]:
    """Every column of a file, the key first; one of them at most is of gender."""
    columns = [key] if key else []
    for looked in table.file.columns:
        if looked.header not in left and not (key and looked.header == key.header):
            taken = [column.name for column in columns]
            columns += drafted(table, looked, taken)
    return tuple(_one_gender(columns))


def _one_gender(columns: list[Drafted]) -> list[Drafted]:
    known, kept = False, []
    for column in columns:
        gender = any(line.key == "gender" for line in column.lines)
        if gender and known:
            lines = tuple(line for line in column.lines if line.key != "gender")
            column = replace(column, lines=lines)
        known |= gender
        kept.append(column)
    return kept


def _parts(file: File, left: set[str]) -> dict[str, str]:
    """The columns of the loan's terms and of the birth."""
    numbers = [
        c for c in file.columns if c.kind in {"integer", "number"} and c.distinct > 2
    ]
    numbers = [column for column in numbers if column.header not in left]
    parts: dict[str, str] = {}

    def first(what: str, part: str, among: list[Looked]) -> None:
        found = [c.header for c in among if names.says(c.header, what)]
        found = [header for header in found if header not in parts]
        if found and part not in parts.values():
            parts[found[0]] = part

    money = [column for column in numbers if column.high > 100]
    for what in ("instalments", "instalment", "goods_price", "amount"):
        if what == "amount":
            known = [c for c in money if c.header == "AMT_CREDIT"]
            first("amount", "amount", known)
        among = (
            money if what != "instalments" else [c for c in numbers if c.high <= 1200]
        )
        first(what, what, among)
    earned = re.compile("income|revenu|salar|einkommen|gehalt")
    first(
        "amount_perhaps",
        "amount",
        [c for c in money if not earned.search(names.plain(c.header))],
    )
    births = [c for c in file.columns if c.kind == "date" or c.high <= 0]
    first("birth", "birth", births)
    return parts


def _histories(
    files: list[File], application: File, key: Looked | None, name: str, dated: bool
) -> tuple[History, ...]:
    """The files whose records belong to an application, or to a record of one."""
    histories: list[History] = []
    waiting = list(files) if key else []
    while waiting:
        linked = None
        for file in waiting:
            linked = key and _linked(file, application, key, name, histories)
            if linked:
                break
        if not linked:
            break
        waiting.remove(file)
        histories.append(_history(file, *linked, dated, files, histories))
    return tuple(histories)


def _linked(
    file: File, application: File, key: Looked, name: str, histories: list[History]
) -> tuple[Drafted, str, str] | None:
    """A file's key, the history that it is of, and what is doubtful about it."""
    if (header := _leads(file, key)) is not None:
        return link(file[header], name, key_type(key)), "", ""
    for column in file.columns:
        if names.says(column.header, "key") and _shares(file, column, application, key):
            doubt = f"its values are those of {key.header}"
            return link(column, name, key_type(key)), "", doubt
    for history in histories:
        for parent in history.columns:
            if parent.name == history.key:
                continue
            column = history.file[parent.header]
            if column.unique and names.says(column.header, "key"):
                if (header := _leads(file, column)) is not None:
                    linked = link(file[header], parent.name, key_type(column))
                    return linked, history.name, ""
    return None


def _leads(file: File, key: Looked) -> str | None:
    """The header of the column that has a key's name, and whole numbers if it has."""
    header = _same(file, key)
    if header is None or key_type(key) == "integer" != key_type(file[header]):
        return None
    return header


def _shares(file: File, column: Looked, application: File, key: Looked) -> bool:
    if column.missing or column.kind != key.kind:
        return False
    keys = f"SELECT {identifier(key.header)} FROM {application.view}"
    values = f"SELECT DISTINCT {identifier(column.header)} AS v FROM {file.view}"
    [(share,)] = file.database.execute(
        f"SELECT avg((v IN ({keys}))::INT) FROM ({values})"
    ).fetchall()
    return bool(share >= SHARED)


def _history(
    file: File,
    key: Drafted,
    of: str,
    check: str,
    dated: bool,
    files: list[File],
    histories: list[History],
) -> History:
    stems = {table.lower(): table for table in TABLES if table != APPLICATION}
    known_as = stems.get(file.stem.lower(), "")
    if known_as and not _has_home_credits(file, known_as):
        known_as = ""
    table = Table(file, known_as, dated=dated, links=_links(file, files))
    columns = [
        _numbering(column, file) if column.header in table.links else column
        for column in _columns(table, key, set())
    ]
    name = names.name_of(file.stem, [history.name for history in histories])
    day = _day(file, columns, dated)
    return History(name, file, key.name, of, day, known_as, tuple(columns), check)


def _links(file: File, files: list[File]) -> tuple[str, ...]:
    """The columns that number its own records, or those of another file."""
    others = [one for one in files if one is not file]
    return tuple(
        column.header
        for column in file.columns
        if names.says(column.header, "key")
        and column.kind in {"integer", "category"}
        and (column.unique or any(_same(other, column) for other in others))
    )


def _numbering(column: Drafted, file: File) -> Drafted:
    """A column of numbers of records: no bounds, no unit, never an input."""
    if column.said.endswith(": key"):
        return column
    kept = [line for line in column.lines if line.key in {"from", "label"}]
    kind = Line("type", key_type(file[column.header]))
    lines = (*kept, kind, Line("use", "none"))
    return replace(column, lines=lines, said="number of a record: none")


def _day(file: File, columns: list[Drafted], dated: bool) -> str:
    """The column of the day of a record: a date, or a number of days before."""

    def fits(column: Drafted) -> int:
        looked = file[column.header]
        declared = {line.key: line.text for line in column.lines}
        before = looked.kind in {"integer", "number"} and looked.low < 0
        before &= declared.get("unit") == "days" and looked.high <= 0
        if (declared.get("type") == "date" and dated) or before:
            return 1 + names.says(column.header, "when")
        return 0

    best = max(columns, key=fits)
    return best.name if fits(best) else ""
