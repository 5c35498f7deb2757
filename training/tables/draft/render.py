"""A draft as the text of a lender.yaml, and as what was understood of each file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from training.tables.draft.columns import Part
from training.tables.draft.look import ROWS, File
from training.tables.draft.names import WORDS
from training.tables.yaml_file import shown

CHECK = "# check:"
# Lists that are longer have a line for each value.
LONGEST = 100
# Mappings that stand on one line.
INLINE = {"csv", "target", "negotiable"}
# Texts that need no quotes.
PLAIN = re.compile(r"[^\W\d_]([\w ()/€°'+\\.*$^?-]*[\w)°€])?|\^[\w()\\+.*$]+")
HEAD = f"""\
# What the tables in this folder hold. Drafted from the files: each line is a guess, and
# one that says "check" a doubtful one. docs/own-tables.md explains what can be said.
version: 1
lender: A lender  {CHECK} what is your name?
language: %s  {CHECK} of the labels below
currency: EUR  {CHECK} of all amounts

"""


def flow(value: Any) -> str:
    """A value as it stands within a line, quoted only where it must be."""
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(one)}' for key, one in value.items())}}}"
    if PLAIN.fullmatch(str(value)) and str(value).lower() not in WORDS:
        return str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def lines_of(part: Part, indent: int = 0) -> Iterator[str]:
    """A mapping's lines, what is to be checked as a comment at its line's end."""
    for key, value in part.items():
        start = f"{' ' * indent}{key}:"
        if isinstance(value, dict) and key not in INLINE:
            yield start
            yield from lines_of(value, indent + 2)
        elif isinstance(value, list) and len(flow(value)) > LONGEST:
            yield start
            yield from (f"{' ' * indent}  - {flow(one)}" for one in value)
        elif key[0] != "#":
            yield f"{start} {flow(value)}{_doubt(part.get(f'# {key}'))}"


def told(parts: Part, files: Mapping[str, File]) -> Iterator[str]:
    """What each table and column was taken for, line by line."""
    tables = {"applications": parts["applications"], **parts.get("histories", {})}
    for name, part in tables.items():
        file = files[part["file"]]
        rows = f"{'first ' * (file.rows == ROWS)}{file.rows:,} rows"
        yield f"{file.name} ({rows}, {len(file.columns)} columns): {name}"
        top = {key: one for key, one in part.items() if not isinstance(one, dict)}
        yield from lines_of(top | {key: part[key] for key in INLINE & part.keys()}, 2)
        yield from (f"  {told_of(*column)}" for column in part["columns"].items())


def told_of(name: str, column: Part) -> str:
    """What a column was taken for."""
    keys = ("type", "unit", "bounds", "categories", "use", "is", "as")
    said = shown(", ".join(flow(column[key]) for key in keys if key in column))
    doubts = "; ".join(why for key, why in column.items() if key[0] == "#")
    return f"{column.get('from', name)}: {said}{_doubt(doubts)}"


def _doubt(why: str | None) -> str:
    return f"  {CHECK} {shown(why, LONGEST)}" if why else ""
