"""Check raw rows of a request against the columns the bundle declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.errors import MISSING, FieldError, expected
from api.features.columns import Row
from api.schemas.client_keys import fault_of
from api.schemas.layout import APPLICATION, CLIENT
from api.schemas.model import Column

Columns = Mapping[str, Column]
_INTEGERS = range(-(2**63), 2**63)
_KINDS = {"number": "a number", "integer": "an integer", "category": "a text"}


@dataclass
class Findings:
    """What was found wrong (refused) and what is unknown (accepted as missing)."""

    errors: list[FieldError] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def error(self, path: str, detail: str) -> None:
        self.errors.append(FieldError(path, detail))


def pointer(*parts: object) -> str:
    """A JSON pointer (RFC 6901)."""
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join(f"/{part}" for part in escaped)


def key_of(columns: Columns) -> str:
    """The column that holds the client's key; empty when the table has none."""
    return next((name for name, c in columns.items() if c.role == CLIENT), "")


def check_changes(columns: Columns, row: Any, path: str, findings: Findings) -> Row:
    """Values to put over a stored application: any column but its identifier."""
    if not isinstance(row, dict):
        findings.error(path, expected("an object", row))
        return {}
    key = key_of(columns)
    if key in row:
        findings.error(path + pointer(key), "cannot be changed")
    allowed = {name: column for name, column in columns.items() if name != key}
    values = {name: value for name, value in row.items() if name != key}
    return _check(allowed, values, path, APPLICATION, findings)


def check_row(
    columns: Columns, row: Any, path: str, table: str, findings: Findings
) -> Row:
    """A whole row; nullable columns may be left out, the client's key always."""
    if not isinstance(row, dict):
        findings.error(path, expected("an object", row))
        return {}
    for name, column in columns.items():
        if name not in row and not column.nullable and column.role != CLIENT:
            findings.error(path + pointer(name), MISSING)
    return _check(columns, row, path, table, findings)


def unknown_categories(
    categories: Mapping[str, frozenset[str | None]], row: Row
) -> list[str]:
    """Columns of a row whose text is none of the declared categories."""
    return [name for name, known in categories.items() if row.get(name) not in known]


def _unknown(column: Column, value: Any) -> bool:
    known = column.categories
    return known is not None and value is not None and value not in known


def _check(
    columns: Columns, row: Row, path: str, table: str, findings: Findings
) -> Row:
    checked = {}
    for name, value in row.items():
        column = columns.get(name)
        if column is None:
            detail = f"is not a column of {table}"
            findings.error(path + pointer(name), detail)
            continue
        if column.type == "category" and type(value) is int:
            value = _word(column, value)
        problem = _problem(column, value)
        if problem:
            findings.error(path + pointer(name), problem)
            continue
        checked[name] = _typed(column, value)
        if _unknown(column, value):
            shown = name if table == APPLICATION else f"{table}.{name}"
            findings.unknown.append(shown)
            checked[name] = None
    return checked


def _word(column: Column, number: int) -> Any:
    """The text of its digits, where such texts are categories."""
    digits = any(text.isdigit() for text in column.categories or ())
    return str(number) if digits else number


def _problem(column: Column, value: Any) -> str | None:
    if value is None:
        return None if column.nullable else "may not be null"
    if not _fits(column.type, value):
        return expected(_KINDS[column.type], value)
    if column.role == CLIENT and isinstance(value, str):
        return fault_of(value)
    if column.bounds is not None and not isinstance(value, str):
        low, high = column.bounds
        if not low <= value <= high:
            return f"must be between {low:g} and {high:g}"
    return None


def _fits(kind: str, value: Any) -> bool:
    if kind == "category":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "integer":
        return value == int(value) and int(value) in _INTEGERS
    return isinstance(value, float) or abs(value) < 2**1023


def _typed(column: Column, value: Any) -> Any:
    if value is None or column.type == "category":
        return value
    return int(value) if column.type == "integer" else float(value)
