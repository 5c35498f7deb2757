"""Draft a lender.yaml from files that nothing is known of; add to it what is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from training.errors import ConfigurationError
from training.files import replacing
from training.tables.draft.guess import guess, is_home_credits
from training.tables.draft.render import told, written
from training.tables.draft.update import changes
from training.tables.lender import LENDER, layout_of
from training.tables.lender_read import read_lender_file

CHECK = "# check:"


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
    if is_home_credits(folder):
        yield f"{folder}: Home Credit's tables; they need no {LENDER}"
        return
    with duckdb.connect() as database:
        draft = guess(folder, database)
        yield from told(draft)
    text = written(draft)
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
    yield f"{path}: written; lines to check: {text.count(CHECK)}"
    yield from _faults(folder)


def update_lender_file(folder: Path) -> Iterator[str]:
    """Add what is new in the tables to `folder`/lender.yaml; yields what differs.

    Raises:
        ConfigurationError: there is none, or it has faults.
        TableError: a table cannot be read.
    """
    path = folder / LENDER
    lender, _ = read_lender_file(path)
    before = path.read_bytes().decode("utf-8")
    ends = "\r\n" if "\r\n" in before else "\n"
    with duckdb.connect() as database:
        after, said = changes(before.replace("\r\n", "\n"), lender, folder, database)
    yield from said
    after = after.replace("\n", ends)
    if after == before:
        yield f"{path}: nothing to add"
        return
    with replacing(path) as beside:
        beside.write_text(after, encoding="utf-8", newline="")
        with TemporaryDirectory() as copy:
            (Path(copy) / LENDER).write_bytes(beside.read_bytes())
            read_lender_file(Path(copy) / LENDER)
    yield f"{path}: updated; lines to check: {after.count(CHECK)}"


def _faults(folder: Path) -> Iterator[str]:
    """What is still missing in a draft, as where nothing tells the outcome."""
    try:
        layout_of(folder)
    except ConfigurationError as error:
        yield f"Before it can be used:\n{error}"
