"""Add to a lender.yaml what is new in its files; all that is written in it stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from training.files import identifier, literal
from training.tables.as_written import normal
from training.tables.draft.columns import Table, drafted
from training.tables.draft.look import (
    MISSING,
    File,
    look,
    others_in,
    tables_in,
)
from training.tables.draft.render import column_lines
from training.tables.draft.scalars import flow
from training.tables.layout import APPLICATION
from training.tables.lender_file import (
    ApplicationsPart,
    ColumnPart,
    HistoryPart,
    LenderFile,
)

# More values than these are learned, not listed.
MOST_VALUES = 1000


@dataclass(frozen=True)
class Change:
    """A text that comes in at a place of the file, and what is said of it."""

    index: int
    added: str
    said: str


def changes(
    written: str, lender: LenderFile, folder: Path, database: duckdb.DuckDBPyConnection
) -> tuple[str, list[str]]:
    """The file with what is new, and a line for each thing that is new or gone."""
    root = yaml.compose(written, yaml.SafeLoader)
    paths = tables_in(folder)
    parts: dict[str, ApplicationsPart | HistoryPart] = {
        "applications": lender.applications,
        **lender.histories,
    }
    dated = lender.applications.date is not None
    found: list[Change] = []
    for name, part in parts.items():
        if part.file not in paths:
            found.append(Change(0, "", f"{part.file}: no such file any more"))
            continue
        top = root if name == "applications" else _inside(root, "histories")
        columns = _inside(_inside(top, name), "columns")
        file = look(database, part.file, paths[part.file])
        found += _of_table(written, part, file, columns, dated)
    known = {part.file for part in parts.values()} | {lender.applications.later}
    found += [
        Change(0, "", f"{paths[stem].name}: in no table of lender.yaml")
        for stem in sorted(paths.keys() - known)
    ]
    found += [Change(0, "", f"{n}: {why}") for n, why in others_in(folder).items()]
    # From the end on: what comes in moves what lies behind it.
    updated = written
    ordered = sorted(enumerate(found), key=lambda one: (one[1].index, one[0]))
    for _, change in reversed(ordered):
        updated = updated[: change.index] + change.added + updated[change.index :]
    return updated, [change.said for change in found]


def _of_table(
    written: str,
    part: ApplicationsPart | HistoryPart,
    file: File,
    columns: yaml.MappingNode,
    dated: bool,
) -> Iterator[Change]:
    """What differs between a file and its declaration."""
    headers = {name: normal(one.header or name) for name, one in part.columns.items()}
    outcome = set()
    if isinstance(part, ApplicationsPart):
        outcome = {normal(part.target.column)}
    for column, header in headers.items():
        if header not in file.headers:
            yield Change(0, "", f"{file.path.name}: {header} ({column}) is gone")
            continue
        yield from _values(written, file, column, part.columns[column], columns)
    new = [h for h in file.headers if h not in {*headers.values(), *outcome}]
    yield from _columns(written, part, file, columns, new, dated)


def _columns(
    written: str,
    part: ApplicationsPart | HistoryPart,
    file: File,
    columns: yaml.MappingNode,
    new: list[str],
    dated: bool,
) -> Iterator[Change]:
    """The declarations of new columns, after the last one."""
    known_as, parts = APPLICATION, None
    if isinstance(part, HistoryPart):
        known_as = part.known_as or ""
    elif not any(column.gender for column in part.columns.values()):
        parts = dict[str, str]()
    table = Table(file, known_as, dated=dated, parts=parts)
    taken = [*part.columns]
    for header in new:
        for column in drafted(table, file[header], taken):
            taken.append(column.name)
            said = f"{file.path.name}: new column {header}: {column.said}"
            if columns.flow_style:
                yield Change(0, "", f"{said}; not added, as the others are on one line")
                continue
            indent = columns.start_mark.column
            first, *rest = column_lines(column, indent)
            lines = [f"{first}  # check: new in the file", *rest]
            end = _end_of_line(written, columns)
            yield Change(end, "".join(f"\n{line}" for line in lines), said)


def _values(
    written: str,
    file: File,
    column: str,
    declared: ColumnPart,
    columns: yaml.MappingNode,
) -> Iterator[Change]:
    """The values that a column has and its categories have not."""
    if declared.categories == "learn":
        return
    header = normal(declared.header or column)
    value = identifier(header)
    if declared.pattern:
        value = f"nullif(regexp_extract({value}, {literal(declared.pattern)}, 1), '')"
    known = [str(one) for one in (*declared.categories, *(declared.missing or ()))]
    rows = file.database.execute(
        f"SELECT DISTINCT {value} AS v FROM {file.view} WHERE v IS NOT NULL"
        f" ORDER BY v LIMIT {MOST_VALUES}"
    ).fetchall()
    new = [v for (v,) in rows if v not in known and v not in MISSING]
    if new:
        node = _inside(_inside(columns, column), "categories")
        said = f"{file.path.name}: {header}: new values {', '.join(new)}"
        yield Change(*_appended(written, node, new), said)


def _appended(written: str, node: yaml.Node, values: list[str]) -> tuple[int, str]:
    """Where new categories come in, and how they are written there."""
    named = isinstance(node, yaml.MappingNode)
    items = [f"{flow(v)}: {flow(v)}" if named else flow(v) for v in values]
    if node.flow_style:
        last = node.value[-1][1] if named else node.value[-1]
        return last.end_mark.index, "".join(f", {item}" for item in items)
    start = " " * node.start_mark.column + ("" if named else "- ")
    return _end_of_line(written, node), "".join(f"\n{start}{item}" for item in items)


def _inside(node: yaml.MappingNode, key: str) -> yaml.MappingNode:
    return next(value for name, value in node.value if name.value == key)


def _end_of_line(written: str, node: yaml.Node) -> int:
    """Where the line ends on which the last thing in a mapping or list ends."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    end = node.end_mark.index
    # A text over several lines ends with the last one's end.
    end = written.find("\n", end - (written[end - 1] == "\n"))
    return len(written) if end < 0 else end
