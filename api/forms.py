"""The three forms of a prediction request, checked against the model's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import FieldError, invalid
from api.frames import Row
from api.rows import CLIENT, Columns, Findings, check_changes, check_row, pointer
from api.schemas.requests import HISTORY_TABLES, KnownClient, NewApplicant, WhatIf

Body = TypeVar("Body", bound=BaseModel)
Tables = Mapping[str, Columns]
# Where pydantic would speak of Python: JSON's words.
_EXPECTED = {
    "model_type": "expected an object",
    "dict_type": "expected an object",
    "list_type": "expected an array",
}


@dataclass(frozen=True)
class Form:
    """A request whose every value may be used.

    `changes` is None unless it is a what-if; `application` unless it is a new
    applicant. `unknown` names the columns whose category is taken as missing.
    """

    request: Mapping[str, Any]
    explain: bool
    client_id: int | None
    changes: Row | None = None
    application: Row | None = None
    records: Mapping[str, list[Row]] | None = None
    unknown: tuple[str, ...] = ()


def read_form(tables: Tables, item: Any, path: str = "", explain: bool = True) -> Form:
    """Check one request; raises Problem 422 naming each bad field under `path`."""
    known = item if isinstance(item, dict) else {}
    if "application" in known:
        return _new_applicant(tables, item, path, explain)
    if "changes" in known:
        return _what_if(tables, item, path, explain)
    body = read_model(KnownClient, item, path)
    return Form(item, _explain(body, explain), body.client_id)


def read_model(kind: type[Body], value: Any, path: str = "") -> Body:
    """Read `value` as `kind`; raises Problem 422."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise invalid(
            [
                FieldError(
                    path + pointer(*one["loc"]), _EXPECTED.get(one["type"], one["msg"])
                )
                for one in found
            ]
        ) from error


def _what_if(tables: Tables, item: Any, path: str, explain: bool) -> Form:
    body = read_model(WhatIf, item, path)
    findings = Findings()
    changes = check_changes(
        tables["application"], body.changes, f"{path}/changes", findings
    )
    _raise(findings)
    return Form(
        item,
        _explain(body, explain),
        body.client_id,
        changes=changes,
        unknown=tuple(findings.unknown),
    )


def _new_applicant(tables: Tables, item: Any, path: str, explain: bool) -> Form:
    body = read_model(NewApplicant, item, path)
    findings = Findings()
    application = check_row(
        tables["application"],
        body.application,
        f"{path}/application",
        "application",
        findings,
    )
    client_id = application.get(CLIENT)
    records = {
        name: _records(tables, name, item[name], f"{path}/{name}", client_id, findings)
        for name in HISTORY_TABLES
        if name in item
    }
    _raise(findings)
    return Form(
        item,
        _explain(body, explain),
        client_id,
        application=application,
        records=records,
        unknown=tuple(dict.fromkeys(findings.unknown)),
    )


def _records(
    tables: Tables,
    name: str,
    rows: list[Any],
    path: str,
    client_id: int | None,
    findings: Findings,
) -> list[Row]:
    columns = tables.get(name)
    if columns is None:
        if rows:
            findings.error(path, "is a table that this model does not use")
        return []
    checked = []
    for at, row in enumerate(rows):
        place = f"{path}/{at}"
        values = check_row(columns, row, place, name, findings)
        if CLIENT in values and values[CLIENT] != client_id:
            detail = "must be left out or be the application's"
            findings.error(place + pointer(CLIENT), detail)
        checked.append({**values, CLIENT: client_id} if CLIENT in columns else values)
    return checked


def _explain(body: KnownClient | WhatIf | NewApplicant, otherwise: bool) -> bool:
    return body.explain if "explain" in body.model_fields_set else otherwise


def _raise(findings: Findings) -> None:
    if findings.errors:
        raise invalid(findings.errors)
