"""Check raw rows of a request against the columns the bundle declares."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.errors import MISSING, FieldError, expected
from api.features.columns import Row
from api.schemas.client_keys import fault_of
from api.schemas.layout import APPLICATION, APPLIED, CLIENT
from api.schemas.model import Column

EPOCH = date(1970, 1, 1)
Columns = Mapping[str, Column]
_INTEGERS = range(-(2**63), 2**63)
_KINDS = {"number": "a number", "integer": "an integer", "category": "a text"}


class _Unfit(ValueError):
    """A value that its column cannot take."""


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


def applied_on(columns: Columns, row: Any) -> date | None:
    """The day of an application that says it as a date; None where it says none."""
    for name, column in columns.items():
        if column.role == APPLIED and isinstance(row, dict):
            return _date(row.get(name))
    return None


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
    return _check(allowed, values, path, APPLICATION, findings, None)


def check_row(
    columns: Columns,
    row: Any,
    path: str,
    table: str,
    findings: Findings,
    applied: date | None = None,
    partial: bool = False,
) -> Row:
    """A row; nullable columns may be left out, the client's key always.

    `applied`: the day of the application, from which dates are counted. `partial`: any
    column may be left out.
    """
    if not isinstance(row, dict):
        findings.error(path, expected("an object", row))
        return {}
    for name in () if partial else needed(columns, row):
        findings.error(path + pointer(name), MISSING)
    return _check(columns, row, path, table, findings, applied)


def needed(columns: Columns, row: Row) -> list[str]:
    """Columns that a whole row has and this one has not."""
    return [
        name
        for name, column in columns.items()
        if name not in row and not column.nullable and column.role != CLIENT
    ]


def unknown_categories(
    categories: Mapping[str, frozenset[str | None]], row: Row
) -> list[str]:
    """Columns of a row whose text is none of the declared categories."""
    return [name for name, known in categories.items() if row.get(name) not in known]


def _check(
    columns: Columns,
    row: Row,
    path: str,
    table: str,
    findings: Findings,
    applied: date | None,
) -> Row:
    checked = {}
    for name, value in row.items():
        column = columns.get(name)
        if column is None:
            detail = f"is not a column of {table}"
            findings.error(path + pointer(name), detail)
            continue
        try:
            if column.dated and isinstance(value, str):
                value = _days(column, value, applied)
            value = _taken(column, value)
        except _Unfit as problem:
            findings.error(path + pointer(name), str(problem))
            continue
        if column.categories is not None and value is not None:
            value = category_of(column, value)
            if value is None:
                shown = name if table == APPLICATION else f"{table}.{name}"
                findings.unknown.append(shown)
        checked[name] = value
    return checked


def known_texts(column: Column) -> tuple[str, ...]:
    """The categories that training saw, and what says that there is none."""
    nulls = (text for text in column.missing if isinstance(text, str))
    return (*(column.categories or ()), *nulls)


def category_of(column: Column, text: str) -> str | None:
    """The category that a text is, read as the lender's files are; None if of none.

    Spaces around it do not count, nor do capitals where they tell no two apart.
    """
    known, trimmed = known_texts(column), text.strip()
    if trimmed in known:
        return trimmed
    alike = {one for one in known if _letters(one) == _letters(trimmed)}
    return alike.pop() if len(alike) == 1 else None


def _letters(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _word(column: Column, number: int) -> Any:
    """The text of its digits, where such texts are categories."""
    digits = any(text.isdigit() for text in column.categories or ())
    return str(number) if digits else number


def _days(column: Column, text: str, applied: date | None) -> int:
    """A date counted from the application, and that day itself from 1970-01-01."""
    day, since = _date(text), EPOCH if column.role == APPLIED else applied
    if day is None:
        raise _Unfit(expected("days or a date, YYYY-MM-DD", text))
    if since is None:
        raise _Unfit("is a date: it is counted from the day of the application, untold")
    return (day - since).days


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _taken(column: Column, value: Any) -> Any:
    """The value as its column takes it; raises _Unfit that says what is wrong."""
    blank = column.categories is not None and type(value) is str and not value.strip()
    if value is None or blank:
        if column.nullable:
            return None
        raise _Unfit("may not be null")
    typed = _typed(column, value)
    if typed is None:
        raise _Unfit(expected(_KINDS[column.type], value))
    if column.role == CLIENT and (fault := isinstance(typed, str) and fault_of(typed)):
        raise _Unfit(fault)
    if column.bounds is not None and column.type != "category":
        low, high = column.bounds
        if not low <= typed <= high:
            raise _Unfit(f"must be between {low:g} and {high:g}")
    return typed


def _typed(column: Column, value: Any) -> Any:
    """None where it is not of the column's type.

    By exact types, as a parsed body has no other ones and a batch 100,000s of values.
    """
    kind, given = column.type, type(value)
    if kind == "number":
        if given is int and abs(value) < 2**1023:
            return float(value)
        return value if given is float else None
    if kind == "integer":
        if given is float and value.is_integer():
            value = int(value)
        return value if type(value) is int and value in _INTEGERS else None
    if given is int:
        value = _word(column, value)
    return value if type(value) is str else None
