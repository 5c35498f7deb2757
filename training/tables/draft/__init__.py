"""Draft a lender.yaml from files that nothing is known of; add to it what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from training.errors import ConfigurationError, TableError
from training.files import replacing
from training.tables.draft.columns import Table, drafted
from training.tables.draft.guess import guess
from training.tables.draft.look import File, look, tables_in
from training.tables.draft.render import CHECK, HEAD, lines_of
from training.tables.home_credit import HOME_CREDIT
from training.tables.layout import APPLICATION
from training.tables.lender import LENDER, layout_of
from training.tables.lender_file import ApplicationsPart, HistoryPart
from training.tables.lender_read import read_lender_file
from training.tables.raw.text import normal
from training.tables.yaml_file import Place

KAGGLES = {HOME_CREDIT.target.name, *HOME_CREDIT.application.names}


def draft_lender_file(folder: Path) -> Iterator[str]:
    """Write `folder`/lender.yaml; yields line by line what was understood.

    Raises ConfigurationError when there is one, or no table that can be read."""
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
    yield from lines_of(parts, brief=True)
    used = {part["file"] for part in parts.get("histories", {}).values()}
    used |= {parts["applications"].get(key) for key in ("file", "later")}
    for stem, file in files.items():
        why = "" if stem in used else "; not used: it has no key of another table"
        yield f"{file.name}: {file.rows:,} rows, {len(file.columns)} columns{why}"
    yield from (f"{name}: not used: no table" for name in others)
    headers = " ".join(header for file in files.values() for header in file.columns)
    language = "fr" if re.search("[éèêàç]", headers) else "en"
    text = "\n".join([HEAD % language, *lines_of(parts), ""])
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
    yield f"{path}: written; lines to check: {text.count(CHECK)}"
    try:
        layout_of(folder)
    except ConfigurationError as error:
        yield f"Before it can be used:\n{error}"


def update_lender_file(folder: Path) -> Iterator[str]:
    """Add new columns at the end of a table's in `folder`/lender.yaml, where all else
    stays as it is written; yields what else differs.

    Raises ConfigurationError when it has faults, TableError when a table has."""
    path = folder / LENDER
    lender, document = read_lender_file(path)
    lines = path.read_bytes().decode("utf-8").split("\n")
    paths, _ = tables_in(folder)
    paths.pop(lender.applications.later or "", None)
    parts: dict[Place, ApplicationsPart | HistoryPart]
    parts = {("histories", name): part for name, part in lender.histories.items()}
    outcome = normal(lender.applications.target.column)
    added: dict[int, list[str]] = {}
    for place, part in {("applications",): lender.applications, **parts}.items():
        if part.file not in paths:
            yield f"{part.file}: no such file any more"
            continue
        file = look(paths.pop(part.file))
        known = {name: normal(one.header or name) for name, one in part.columns.items()}
        gone = [name for name, header in known.items() if header not in file.columns]
        yield from (f"{file.name}: {name} is gone" for name in gone)
        new = [one for one in file.columns if one not in {*known.values(), outcome}]
        known_as = part.known_as or "" if isinstance(part, HistoryPart) else APPLICATION
        table = Table(file, known_as, bool(lender.applications.date), {})
        columns = drafted(table, new, part.columns)
        yield from (f"{file.name}: new: {one}" for one in lines_of(columns, brief=True))
        if columns:
            last = max(document.lines[*place, "columns", one] for one in part.columns)
            margin = len(lines[last - 1]) - len(lines[last - 1].lstrip())
            added[_end(lines, last, margin)] = [*lines_of(columns, margin)]
    yield from (f"{one.name}: in no table" for one in paths.values())
    if not added:
        yield f"{path}: nothing to add"
        return
    # From the end on: what comes in moves what lies behind it.
    for end in sorted(added, reverse=True):
        lines[end:end] = added[end]
    text = "\n".join(lines)
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
        read_lender_file(beside)
    yield f"{path}: updated; lines to check: {text.count(CHECK)}"


def _end(lines: list[str], first: int, margin: int) -> int:
    """Where a declaration ends that begins in a line: before one that is no deeper."""
    deeper = re.compile(rf"\s*$|\s{{{margin + 1}}}")
    rest = takewhile(deeper.match, lines[first:])
    return first + "\n".join(["", *rest]).rstrip().count("\n")
