"""A CSV of what only the API knows of clients: declared, on record, agreed before."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy.facts import ALWAYS
from training.errors import ConfigurationError

# What no table tells, and what a lender may know better than its tables.
GROUPS = ("declared", "evidence", "earlier", "terms")
TEXTS = ("result", "by")
TRUE = {"true": True, "false": False}
Brought = Mapping[str, Mapping[str, Any]]


def read_declarations(path: Path, key: str) -> Brought:
    """Facts by client, as text: a column of keys, then one for each fact by its name.

    An empty cell is a fact that is missing.

    Raises:
        ConfigurationError: a column, a key or a value cannot be.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if key not in header:
            found = ", ".join(header) or "nothing"
            raise ConfigurationError(f"{path}: expected a column {key}; found {found}")
        allowed = [name for name in ALWAYS if name.partition(".")[0] in GROUPS]
        for name in header:
            if name != key and name not in allowed:
                raise ConfigurationError(
                    f"{path}: column {name}: expected {key} or a fact that no table"
                    f" tells: {', '.join(allowed)}"
                )
        place = header.index(key)
        brought: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            if not row:
                continue
            where = f"{path}, line {rows.line_num}"
            if len(row) != len(header):
                raise ConfigurationError(
                    f"{where}: expected {len(header)} values; found {len(row)}"
                )
            if row[place] in brought:
                raise ConfigurationError(f"{where}: {key} {row[place]} is there twice")
            brought[row[place]] = {
                name: _value(name, cell, where)
                for name, cell in zip(header, row, strict=True)
                if name != key and cell
            }
    return brought


def _value(name: str, cell: str, where: str) -> Any:
    last = name.rpartition(".")[2]
    if last in TEXTS:
        return cell
    if last == "valid":
        if cell not in TRUE:
            raise ConfigurationError(
                f"{where}: {name}: expected true or false; found {cell}"
            )
        return TRUE[cell]
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ConfigurationError(f"{where}: {name}: expected a number; found {cell}")
    return number
