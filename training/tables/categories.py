"""Texts are read as the categories they are, whatever their spaces and capitals.

A staged table has only categories: those declared and those that training saw. A text
that is neither is told, and missing from then on; whose it was is kept beside it.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from training import receipts
from training.files import PARQUET, identifier, literal, remove, replacing
from training.tables.schema import Column, Role, Table, Type

log = logging.getLogger(__name__)

# What is told of the texts of a column.
TOLD = 5
# The categories of columns, by the column.
Categories = Mapping[str, Collection[str]]
# How many rows have each text, by column.
Found = Mapping[str, Mapping[str, int]]


def speller(known: Collection[str]) -> Callable[[str], str | None]:
    """What tells the known category that a text is, None when it is none of them.

    Where several differ in nothing but capitals, it must be one of them to the letter.
    """
    by_letters: dict[str, set[str]] = {}
    for one in known:
        by_letters.setdefault(_letters(one), set()).add(one)

    def spelled(text: str) -> str | None:
        trimmed = text.strip()
        alike = by_letters.get(_letters(trimmed), set())
        if trimmed in alike:
            return trimmed
        return [*alike][0] if len(alike) == 1 else None

    return spelled


def _letters(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


@dataclass(frozen=True)
class Reading:
    """What each text of a table's columns that is no category as it stands is read as.

    `unknown`: those that are none at all; they are read as missing, as blanks are.
    """

    respelled: Mapping[str, Mapping[str, str | None]]
    unknown: Mapping[str, Collection[str]]

    def categories(self, found: Found) -> dict[str, set[str]]:
        """What the columns hold once they are read so."""
        return {
            column: {
                one
                for text in texts
                if (one := self.respelled.get(column, {}).get(text, text)) is not None
            }
            for column, texts in found.items()
        }


def settled(
    path: Path,
    table: Table,
    file: str,
    link: str,
    made_from: str,
    seen: Categories | None,
    write: Callable[[], tuple[int, str]],
    say: Callable[[str], None],
) -> dict[str, set[str]]:
    """Stage a table, unless it stands, with its texts read; returns its categories.

    `file` is what its file is called. `write` stages it as it is and returns its rows,
    and what is said of its file;
    `link` is the column that says whose a row is; `seen` as `read` has it.
    """
    found = _kept(path, made_from)
    reading = read(table, found or {}, seen)
    if found is not None and receipts.stands(path, _digest(made_from, reading)):
        say(f"{table.name}: as before")
    else:
        rows, told = write()
        found = of_file(path, table)
        reading = read(table, found, seen)
        _apply(path, link, reading)
        _keep(path, made_from, found)
        receipts.keep(path, _digest(made_from, reading))
        say(f"{table.name}: {rows:,} rows{told}")
    _tell(file, found, reading, say)
    return reading.categories(found)


def _digest(made_from: str, reading: Reading) -> str:
    return receipts.digest(made_from, repr(reading))


def of_file(path: Path, table: Table) -> Found:
    """The texts of a table's category columns, the commonest first."""
    with duckdb.connect() as connection:
        return {
            column.name: dict(
                connection.execute(
                    f"SELECT {identifier(column.name)}, count(*) FROM {literal(path)}"
                    f" WHERE {identifier(column.name)} IS NOT NULL"
                    " GROUP BY 1 ORDER BY 2 DESC, 1"
                ).fetchall()
            )
            for column in table
            if is_category(column)
        }


def is_category(column: Column) -> bool:
    """Whether its texts are categories, and no numbers of clients or records."""
    keys = (Role.CLIENT, Role.RECORD)
    return column.type is Type.CATEGORY and column.role not in keys


def read(table: Table, found: Found, seen: Categories | None) -> Reading:
    """How the texts of a table are to be read.

    `seen`: the categories that training saw. Without, all texts are learned, unless the
    lender has declared which there are.
    """
    respelled: dict[str, dict[str, str | None]] = {}
    unknown: dict[str, list[str]] = {}
    for name, texts in found.items():
        column = table[name]
        here = None if seen is None else seen.get(name)
        spelled = speller(column.declared if here is None else {*here, *column.nulls})
        learned = here is None and not (table.as_written and column.words)
        for text in texts:
            category = spelled(text)
            if category is None and learned:
                category = text.strip() or None
            elif category is None and text.strip():
                unknown.setdefault(name, []).append(text)
            if category != text:
                respelled.setdefault(name, {})[text] = category
    return Reading(respelled, unknown)


def _tell(
    file: str, found: Found, reading: Reading, say: Callable[[str], None]
) -> None:
    """Say what is read as something else, and warn of what is not known."""
    for column, texts in reading.respelled.items():
        others = reading.unknown.get(column, ())
        words = {text: one for text, one in texts.items() if text not in others and one}
        if words:
            pairs = (
                (f"{text!r} as {one!r}", found[column][text])
                for text, one in words.items()
            )
            say(f"{file}: column {column}: read {_listed(pairs)}")
    for column, unknown in reading.unknown.items():
        pairs = ((repr(text[:60]), found[column][text]) for text in unknown)
        log.warning(
            "%s: column %s: not among its categories, kept as missing: %s",
            file,
            column,
            _listed(pairs),
        )


def _listed(counted: Iterable[tuple[str, int]]) -> str:
    told = [f"{text} ({rows:,})" for text, rows in counted]
    more = f" and {len(told) - TOLD:,} others" if len(told) > TOLD else ""
    return ", ".join(told[:TOLD]) + more


def _apply(path: Path, link: str, reading: Reading) -> None:
    """Rewrite a staged table as it is to be read; keep beside it what is not known.

    `link`: the column that says whose a row is.
    """
    beside = strangers(path)
    remove(beside)
    if not reading.respelled:
        return
    with duckdb.connect() as connection:
        if reading.unknown:
            rows = " UNION ALL ".join(
                f"SELECT DISTINCT {identifier(link)} AS link,"
                f" {literal(column)} AS name, {identifier(column)} AS text"
                f" FROM {literal(path)}"
                f" WHERE {identifier(column)} IN ({', '.join(map(literal, texts))})"
                for column, texts in reading.unknown.items()
            )
            with replacing(beside) as part:
                connection.execute(f"COPY ({rows}) TO {literal(part)} ({PARQUET})")
        changes = []
        for number, (column, texts) in enumerate(reading.respelled.items()):
            pairs = ", ".join(f"({literal(a)}, {_value(b)})" for a, b in texts.items())
            changes.append((f"read{number}", identifier(column), pairs))
        joins = " ".join(
            f"LEFT JOIN (VALUES {pairs}) AS {read}(text, category)"
            f" ON {read}.text = rows.{column}"
            for read, column, pairs in changes
        )
        columns = ", ".join(
            f"CASE WHEN {read}.text IS NULL THEN rows.{column} ELSE {read}.category END"
            f" AS {column}"
            for read, column, _pairs in changes
        )
        with replacing(path) as part:
            connection.execute(
                f"COPY (SELECT rows.* REPLACE ({columns}) FROM {literal(path)} AS rows"
                f" {joins}) TO {literal(part)} ({PARQUET})"
            )


def _value(category: str | None) -> str:
    return "NULL::VARCHAR" if category is None else literal(category)


def strangers(path: Path) -> Path:
    """Beside a staged table, whose texts were no categories: link, name and text."""
    return path.with_name(f"{path.name}.strangers")


def _keep(path: Path, made_from: str, found: Found) -> None:
    """Write beside a staged table which texts its file has."""
    with replacing(_texts(path)) as beside:
        beside.write_text(json.dumps([made_from, found]), encoding="utf-8")


def _kept(path: Path, made_from: str) -> Found | None:
    """The texts of the file that a table was made from, None when it is another."""
    if not _texts(path).exists():
        return None
    told, found = json.loads(_texts(path).read_text(encoding="utf-8"))
    return dict(found) if told == made_from else None


def _texts(path: Path) -> Path:
    return path.with_name(f"{path.name}.texts")
