"""A draft as the text of a lender.yaml, and as what was understood of each file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from training.tables.draft.columns import Part
from training.tables.draft.names import WORDS
from training.tables.yaml_file import shown

CHECK = "# check:"
# Lists that are longer have a line for each value; mappings that stand on one line.
LONGEST, INLINE = 100, {"csv", "target", "negotiable"}
# What is told of a column.
SAID = ("from", "type", "unit", "bounds", "categories", "missing", "use", "is", "as")
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


def lines_of(part: Part, indent: int = 0, *, brief: bool = False) -> Iterator[str]:
    """A mapping's lines, what is to be checked at their ends; `brief`: one a column."""
    for key, value in part.items():
        start, doubts = f"{' ' * indent}{key}:", [part.get(f"# {key}")]
        if isinstance(value, dict) and key not in INLINE:
            if not brief or not isinstance(value.get("type"), str):
                yield start
                yield from lines_of(value, indent + 2, brief=brief)
                continue
            doubts = [why for one, why in value.items() if one[0] == "#"]
            value = {one: value[one] for one in SAID if one in value}
        text = f" {flow(value)}"
        if isinstance(value, list) and len(text) > LONGEST:
            text = "".join(f"\n{' ' * indent}  - {flow(one)}" for one in value)
        why = shown("; ".join(filter(None, doubts)), LONGEST)
        if key[0] != "#":
            yield start + text + (f"  {CHECK} {why}" if why else "")
