"""Draft a lender.yaml from files that nothing is known of; add to it what is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from training.errors import ConfigurationError, TableError
from training.files import replacing
from training.tables.as_written import normal
from training.tables.draft.columns import Part, Table, drafted
from training.tables.draft.guess import guess
from training.tables.draft.look import File, look, tables_in
from training.tables.draft.names import language_of
from training.tables.draft.render import CHECK, HEAD, lines_of, told, told_of
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import APPLICATION
from training.tables.lender import LENDER, layout_of
from training.tables.lender_file import ApplicationsPart, HistoryPart
from training.tables.lender_read import read_lender_file

KAGGLES = {HOME_CREDIT.target.name, *HOME_CREDIT.application.names}


def draft_lender_file(folder: Path) -> Iterator[str]:
    """Write `folder`/lender.yaml; yields line by line what was understood.

    Raises:
        ConfigurationError: there is one, or no file of a table.
        TableError: there is no such folder, or a table is there in two files.
    """
    path = folder / LENDER
    if path.exists():
        raise ConfigurationError(
            f"{path}: is there already; --update adds what is new in the tables"
        )
    tables, others = tables_in(folder)
    train = tables.get(HOME_CREDIT.labelled)
    if train and look(train, rows=1).columns.keys() >= KAGGLES:
        yield f"{folder}: Home Credit's tables; they need no {LENDER}"
        return
    files: dict[str, File] = {}
    for stem, table in tables.items():
        try:
            files[stem] = look(table)
        except TableError as error:
            yield f"not used: {error}"
    if not files:
        raise ConfigurationError(f"{folder}: expected tables, found none to read")
    parts = guess(files)
    yield from told(parts, files)
    language = language_of([h for file in files.values() for h in file.columns])
    text = HEAD % language + "\n".join(lines_of(parts)) + "\n"
    used = {part["file"] for part in parts.get("histories", {}).values()}
    used |= {parts["applications"].get(key) for key in ("file", "later")}
    for stem in files.keys() - used:
        yield f"not used: {files[stem].name}: it has no key of another table"
    yield from (f"not used: {name}: no table" for name in others)
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
    yield f"{path}: written; lines to check: {text.count(CHECK)}"
    try:
        layout_of(folder)
    except ConfigurationError as error:
        yield f"Before it can be used:\n{error}"


def update_lender_file(folder: Path) -> Iterator[str]:
    """Add new columns at the end of a table's in `folder`/lender.yaml; yields what else
    differs. Nothing that is written in it is changed.

    Raises:
        ConfigurationError: there is none, or it has faults.
        TableError: a table cannot be read.
    """
    path = folder / LENDER
    lender, _ = read_lender_file(path)
    written = path.read_bytes().decode("utf-8")
    root = yaml.compose(written, yaml.SafeLoader)
    paths, _ = tables_in(folder)
    paths.pop(lender.applications.later or "", None)
    parts: dict[tuple[str, ...], ApplicationsPart | HistoryPart] = {
        ("applications",): lender.applications,
        **{("histories", name): one for name, one in lender.histories.items()},
    }
    ends: dict[int, str] = {}
    for place, part in parts.items():
        if part.file not in paths:
            yield f"{part.file}: no such file any more"
            continue
        file = look(paths.pop(part.file))
        yield from _differences(file, part)
        columns = _new(file, part, dated=lender.applications.date is not None)
        yield from (f"{file.name}: new: {told_of(*one)}" for one in columns.items())
        node = _inside(root, *place, "columns")
        lines = "".join(f"\n{one}" for one in lines_of(columns, node.start_mark.column))
        ends[_end(written, node)] = lines
    yield from (f"{one.name}: in no table" for one in paths.values())
    if not any(ends.values()):
        yield f"{path}: nothing to add"
        return
    # From the end on: what comes in moves what lies behind it.
    for end in sorted(ends, reverse=True):
        written = written[:end] + ends[end] + written[end:]
    with replacing(path) as beside:
        beside.write_text(written, encoding="utf-8", newline="")
        read_lender_file(beside)
    yield f"{path}: updated; lines to check: {written.count(CHECK)}"


def _new(file: File, part: ApplicationsPart | HistoryPart, *, dated: bool) -> Part:
    """The columns of a file that are not declared."""
    known = {normal(one.header or name) for name, one in part.columns.items()}
    known_as = part.known_as or "" if isinstance(part, HistoryPart) else APPLICATION
    if isinstance(part, ApplicationsPart):
        known.add(normal(part.target.column))
    headers = [header for header in file.columns if header not in known]
    return drafted(Table(file, known_as, dated), headers, part.columns)


def _differences(file: File, part: ApplicationsPart | HistoryPart) -> Iterator[str]:
    """Columns that are gone, and values that are none of the categories."""
    for name, column in part.columns.items():
        looked = file.columns.get(normal(column.header or name))
        if looked is None:
            yield f"{file.name}: {name} is gone"
        elif column.categories != "learn" and not column.pattern:
            known = {str(one) for one in [*column.categories, *(column.missing or [])]}
            if new := looked.values.keys() - known:
                yield f"{file.name}: {name}: new values {', '.join(sorted(new))}"


def _inside(node: yaml.MappingNode, *keys: str) -> yaml.MappingNode:
    for wanted in keys:
        node = next(value for key, value in node.value if key.value == wanted)
    return node


def _end(written: str, node: yaml.Node) -> int:
    """Where the line ends on which the last thing in a mapping or list ends."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    # A text over several lines ends with the last one's end.
    end = node.end_mark.index
    end = written.find("\n", end - (written[end - 1] == "\n"))
    return len(written) if end < 0 else end
