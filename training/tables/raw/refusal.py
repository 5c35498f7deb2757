"""Why a file cannot be read, in a sentence that shows nobody's record."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from training.files import literal

LONGEST, LONGEST_REASON = 60, 300
# Told of a value that cannot be read, between signs that no text has.
SIGN = "\x1f"
# What DuckDB shows of a file, a whole record of somebody, comes after the number.
LINE = re.compile(r"CSV Error on Line: (\d+)\n")
FILE = re.compile(r"^  file = (.+)$", re.M)
VALUE = re.compile(
    r'Error when converting column "(?P<cell>cell \d+)"\.'
    r" Could not convert string \"(?P<value>.*?)\" to '(?P<type>\w+)'",
    re.S,
)
COUNT = re.compile(r"^Expected Number of Columns: (\d+) Found: (\d+)", re.M)
FAULTS = {
    "unterminated quote": 'a quote (") is opened and not closed, or closed too early',
    "Invalid unicode": "bytes that are no text in utf-8",
    "Maximum line size": "a line of more than 2 MB; a quote may not be closed",
    "invalid state": "lines end in different ways, or a quote is within a value",
}


def cut(value: object) -> str:
    """A value as it is shown: quoted, and not a whole record.

    >>> cut("2,7")
    "'2,7'"
    """
    return repr(value[:LONGEST] if isinstance(value, str) else value)[: LONGEST + 20]


def failing(column: str, expected: str, text: str) -> str:
    """SQL that fails with what was expected of a column, and the text it has."""
    about = literal(SIGN.join(["", column, expected, ""]))
    return f"error({about} || left({text}, {LONGEST}) || {literal(SIGN)})"


def failed(error: duckdb.Error) -> tuple[str, str, str] | None:
    """The column, what was expected and what there was; None of another error."""
    parts = str(error).split(SIGN)
    return (parts[1], parts[2], parts[3]) if len(parts) > 4 else None


def not_that(column: str, expected: str, value: str) -> str:
    return f"column {column}: expected {expected}, found {cut(value)}"


def why_not(error: duckdb.Error, expected: Mapping[str, tuple[str, str]]) -> str:
    """What DuckDB could not read; `expected`: a name and what of each column read."""
    text = str(error)
    line = LINE.search(text)
    place = f"line {line[1]}: " if line else ""
    if found := VALUE.search(text):
        return place + not_that(*expected[found["cell"]], found["value"])
    if counts := COUNT.search(text):
        wanted, there = counts.groups()
        return f"{place}expected {wanted} values, as in the header, found {there}"
    for sign, fault in FAULTS.items():
        if sign in text:
            return place + fault
    if "CSV" in text:
        return f"{place}cannot be read as CSV"
    first = "".join(one for one in text.partition("\n")[0] if one.isprintable())
    return f"cannot be read: {first[:LONGEST_REASON]}"


def file_of(error: duckdb.Error) -> str:
    """The path of the text file that could not be read; empty of another error."""
    found = FILE.search(str(error))
    return found[1] if found else ""
