"""The three forms of a prediction request, checked against the model's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import FieldError, Problem, detail, expected, invalid
from api.features.columns import Row
from api.features.row_checks import (
    Columns,
    Findings,
    check_changes,
    check_row,
    key_of,
    pointer,
)
from api.schemas.layout import APPLICATION, HISTORY_TABLES
from api.schemas.requests import KnownClient, NewApplicant, WhatIf

Body = TypeVar("Body", bound=BaseModel)
Tables = Mapping[str, Columns]


@dataclass(frozen=True)
class Form:
    """A request whose every value may be used.

    `changes` is None unless it is a what-if; `application` unless it is a new
    applicant. `unknown` names the columns whose category is taken as missing.
    """

    request: Mapping[str, Any]
    explain: bool
    client_id: int | None
    changes: Row | None
    application: Row | None
    records: Mapping[str, list[Row]] | None
    unknown: tuple[str, ...]


def read_form(tables: Tables, item: Any, path: str = "", explain: bool = True) -> Form:
    """Check one request; raises Problem 422 naming each bad field under `path`."""
    kind = _kind(item)
    findings = Findings()
    history = [] if kind is not NewApplicant else _history(tables, item)
    try:
        read_model(kind, _without(item, history), path)
    except Problem as problem:
        findings.errors.extend(problem.errors)
    changes = application = records = None
    if kind is WhatIf:
        changes = check_changes(
            tables[APPLICATION], item["changes"], f"{path}/changes", findings
        )
    if kind is NewApplicant:
        application = check_row(
            tables[APPLICATION],
            item["application"],
            f"{path}/application",
            APPLICATION,
            findings,
        )
        records = {
            name: _records(tables, name, item[name], path, application, findings)
            for name in history
        }
    if findings.errors:
        raise invalid(findings.errors)
    return Form(
        item,
        item.get("explain", explain),
        item["client_id"] if application is None else _client(tables, application),
        changes,
        application,
        records,
        tuple(dict.fromkeys(findings.unknown)),
    )


def _history(tables: Tables, item: Mapping[str, Any]) -> list[str]:
    """The tables sent along, in order; also those that the model may not use."""
    known = dict.fromkeys((*HISTORY_TABLES, *tables))
    return [name for name in known if name in item and name != APPLICATION]


def _client(tables: Tables, application: Row) -> Any:
    key = key_of(tables[APPLICATION])
    return None if key is None else application.get(key)


def _without(item: Any, names: Sequence[str]) -> Any:
    return {k: v for k, v in item.items() if k not in names} if names else item


def _kind(item: Any) -> type[KnownClient | WhatIf | NewApplicant]:
    given = item if isinstance(item, dict) else {}
    if "application" in given:
        return NewApplicant
    return WhatIf if "changes" in given else KnownClient


def read_model(kind: type[Body], value: Any, path: str = "") -> Body:
    """Read `value` as `kind`; raises Problem 422."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise invalid(
            [
                FieldError(path + pointer(*one["loc"]), detail(one))
                for one in error.errors(include_url=False)
            ]
        ) from error


def _records(
    tables: Tables,
    name: str,
    rows: Any,
    path: str,
    application: Row,
    findings: Findings,
) -> list[Row]:
    columns = tables.get(name)
    path = f"{path}/{name}"
    if not isinstance(rows, list):
        findings.error(path, expected("an array", rows))
        return []
    if columns is None:
        if rows:
            findings.error(path, "is a table that this model does not use")
        return []
    client_id = _client(tables, application)
    key = key_of(columns)
    checked = []
    for at, row in enumerate(rows):
        place = f"{path}/{at}"
        values = check_row(columns, row, place, name, findings)
        if key is None:
            checked.append(values)
            continue
        if key in values and values[key] != client_id:
            findings.error(
                place + pointer(key), "must be left out or be the application's"
            )
        checked.append({**values, key: client_id})
    return checked
