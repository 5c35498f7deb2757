"""A history in a file: which table's records they are, and what is wrong with them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api_client.answers import Column, FieldProblem, ModelAnswer
from api_client.meaning import APPLICATION, CLIENT
from session.language import _
from texts.client.loan_terms import read_number
from texts.client_list import rows_of, text_of
from texts.entry.fields import field_of, read_date

Record = Mapping[str, Any]
# Fewer columns in common, and a file is no such table.
LEAST_COMMON = 2
# A number as programs write it, with either decimal sign.
_PLAIN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Fault:
    """Where a file is wrong; `row` as it is counted in the file, 0 of all of it."""

    row: int
    column: str
    problem: str


@dataclass(frozen=True)
class Records:
    """A table's, as they are sent; `first`: the row in which the file has the first."""

    table: str
    rows: Sequence[Record]
    first: int


def read_records(name: str, file: bytes, model: ModelAnswer) -> Sequence[Records]:
    """The records in a file, CSV or JSON; ValueError in words where there are none."""
    text = text_of(file)
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("[", "{"):
        tables = _tables_of_json(text)
        return [_named(table, rows, 1, model) for table, rows in tables.items()]
    lines = rows_of(text)
    if len(lines) < 2:
        raise ValueError(_("The file holds no records."))
    head = [cell.strip() for cell in lines[0]]
    rows = [dict(zip(head, line, strict=False)) for line in lines[1:]]
    if any(len(line) > len(head) for line in lines):
        raise ValueError(_("A row of the file has more values than there are columns."))
    return [_named("", rows, 2, model)]


def faults_of(
    problems: Sequence[FieldProblem], records: Records, model: ModelAnswer, day: date
) -> Sequence[Fault]:
    """What the API found wrong, where the file has it, in the page's language."""
    columns = {one.name: one for one in model.tables[records.table].columns}
    faults = []
    for problem in problems:
        place = problem.path.split("/")[1:]
        if len(place) < 2 or place[0] != records.table or not place[1].isdigit():
            continue
        number, name = int(place[1]), _unescaped("/".join(place[2:]))
        row = records.rows[number] if number < len(records.rows) else {}
        told = _told(row.get(name), columns.get(name), problem.detail, day)
        faults.append(Fault(records.first + number, name, told))
    return faults


def _tables_of_json(text: str) -> Mapping[str, list[Any]]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(_("The file is no JSON.")) from error
    tables = content if isinstance(content, dict) else {"": content}
    if not all(_are_records(rows) for rows in tables.values()) or not tables:
        raise ValueError(_("The file holds no records."))
    return tables


def _are_records(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def _named(
    table: str, rows: Sequence[Record], first: int, model: ModelAnswer
) -> Records:
    """Recognised by the columns, unless the file says which table it is."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = table or _recognised(names, model)
    if table not in model.tables or table == APPLICATION:
        known = ", ".join(one for one in model.tables if one != APPLICATION)
        raise ValueError(
            _("The columns are those of no table that is known: {known}.", known=known)
        )
    columns = {one.name.casefold(): one for one in model.tables[table].columns}
    unknown = [name for name in names if name.casefold() not in columns]
    if unknown:
        raise ValueError(
            _(
                "{table} has no column {name}.",
                table=table,
                name=", ".join(unknown),
            )
        )
    _check_one_client(rows, columns)
    return Records(table, [_sent(row, columns) for row in rows], first)


def _recognised(names: Sequence[str], model: ModelAnswer) -> str:
    """The table with most of the columns; empty where none has half of them."""
    found = {name.casefold() for name in names}
    common = {
        table: len(found & {column.name.casefold() for column in content.columns})
        for table, content in model.tables.items()
        if table != APPLICATION
    }
    best = max(common, key=lambda table: common[table], default="")
    enough = common.get(best, 0) >= max(LEAST_COMMON, len(found) / 2)
    return best if enough else ""


def _check_one_client(rows: Sequence[Record], columns: Mapping[str, Column]) -> None:
    """An extract of several people's records is none of the applicant's."""
    keys = {
        str(value)
        for row in rows
        for name, value in row.items()
        if columns[name.casefold()].role == CLIENT and value not in (None, "")
    }
    if len(keys) > 1:
        raise ValueError(
            _("The file holds records of {number} clients.", number=len(keys))
        )


def _sent(row: Record, columns: Mapping[str, Column]) -> Record:
    """Without the client's key, which is another one here, and what is empty."""
    sent = {}
    for name, value in row.items():
        column = columns[name.casefold()]
        read = _read(value, column) if isinstance(value, str) else value
        if column.role != CLIENT and read is not None:
            sent[column.name] = read
    return sent


def _read(text: str, column: Column) -> Any:
    """What a cell says; a text that its column cannot take stays as it is."""
    bare = text.strip()
    if not bare:
        return None
    if column.dated:
        found = read_date(bare)
        return found.isoformat() if found else bare
    if column.type == "category":
        return bare
    number = _number(bare)
    if number is None:
        return bare
    whole = column.type == "integer" and number.is_integer()
    return int(number) if whole else number


def _number(text: str) -> float | None:
    """As programs write one, else as people do."""
    if not _PLAIN.fullmatch(text):
        return read_number(text, fine=True)
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else None


def _told(value: Any, column: Column | None, detail: str, day: date) -> str:
    """A problem in the page's words, where the column tells what is wrong."""
    if column is None:
        return detail
    if value is None:
        return _("It is missing.")
    field = field_of(column)
    if field.kind == "day" and not column.dated:
        field = replace(field, kind="whole")  # A file has the days, not the date.
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return field.refusal(text, day)


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
