"""The forms of a prediction request, checked against the model's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import FieldError, Problem, detail, expected, invalid
from api.features.columns import Row
from api.features.row_checks import (
    Columns,
    Findings,
    applied_on,
    check_changes,
    check_row,
    key_of,
    pointer,
)
from api.schemas.client_keys import ClientKey, KeyType
from api.schemas.layout import APPLICATION, HISTORY_TABLES
from api.schemas.requests import (
    Explain,
    KnownClient,
    NewApplicant,
    Terms,
    WhatIf,
    WhatIfByTerms,
)

Body = TypeVar("Body", bound=BaseModel)
Tables = Mapping[str, Columns]


@dataclass(frozen=True)
class Form:
    """A request whose every value may be used.

    `changes` or `terms` is given of a what-if, `application` of a new applicant.
    `unknown` names the columns whose category is taken as missing. `path`: where it
    stands in the body. `declared`: for this decision alone.
    """

    path: str
    request: Mapping[str, Any]
    explain: Explain
    client_id: ClientKey | None
    changes: Row | None
    terms: Terms | None
    application: Row | None
    records: Mapping[str, list[Row]] | None
    unknown: tuple[str, ...]
    declared: Mapping[str, Any] | None = None


def read_form(
    tables: Tables,
    keys: KeyType,
    item: Any,
    path: str = "",
    explain: Explain = True,
) -> Form:
    """Check one request; raises Problem 422 naming each bad field under `path`.

    `keys`: what the lender's are.
    """
    kind = _kind(item)
    findings = Findings()
    history = history_of(tables, item) if kind is NewApplicant else {}
    try:
        own = {k: v for k, v in item.items() if k not in history} if history else item
        body = read_model(kind, own, path, keys)
    except Problem as problem:
        body = None
        findings.errors.extend(problem.errors)
    changes = application = records = client_id = None
    if kind is WhatIf:
        changes = check_changes(
            tables[APPLICATION], item["changes"], f"{path}/changes", findings
        )
    if kind is NewApplicant:
        application, records = applicant(
            tables, item["application"], history, path, findings
        )
        client_id = application.get(key_of(tables[APPLICATION]))
    if body is None or findings.errors:
        raise invalid(findings.errors)
    return Form(
        path,
        item,
        item.get("explain", explain),
        client_id if isinstance(body, NewApplicant) else body.client_id,
        changes,
        body.terms if isinstance(body, WhatIfByTerms) else None,
        application,
        records,
        tuple(dict.fromkeys(findings.unknown)),
        item.get("declared"),
    )


def applicant(
    tables: Tables,
    given: Any,
    history: Mapping[str, Any],
    path: str,
    findings: Findings,
    partial: bool = False,
) -> tuple[Row, dict[str, list[Row]]]:
    """An application and its records, by table; `partial`: as far as it is known."""
    columns = tables[APPLICATION]
    applied = applied_on(columns, given)
    application = check_row(
        columns, given, f"{path}/application", APPLICATION, findings, applied, partial
    )
    client_id = application.get(key_of(columns))
    records = {
        name: _records(tables.get(name), rows, path, name, client_id, applied, findings)
        for name, rows in history.items()
    }
    return application, records


def history_of(tables: Tables, item: Mapping[str, Any]) -> dict[str, Any]:
    """The records sent along, by table; also of tables that the model may not use."""
    known = (*HISTORY_TABLES, *tables)
    return {name: item[name] for name in known if name in item and name != APPLICATION}


def _kind(item: Any) -> type[KnownClient | WhatIf | WhatIfByTerms | NewApplicant]:
    given = item if isinstance(item, dict) else {}
    if "application" in given:
        return NewApplicant
    if "terms" in given:
        return WhatIfByTerms
    return WhatIf if "changes" in given else KnownClient


def read_model(
    kind: type[Body], value: Any, path: str = "", keys: KeyType = "integer"
) -> Body:
    """Read `value` as `kind`; raises Problem 422."""
    try:
        return kind.model_validate(value, context=keys)
    except ValidationError as error:
        raise invalid(
            [
                FieldError(path + pointer(*one["loc"]), detail(one))
                for one in error.errors(include_url=False)
            ]
        ) from error


def _records(
    columns: Columns | None,
    rows: Any,
    path: str,
    name: str,
    client_id: Any,
    applied: date | None,
    findings: Findings,
) -> list[Row]:
    path = f"{path}/{name}"
    if not isinstance(rows, list):
        findings.error(path, expected("an array", rows))
        return []
    if columns is None:
        if rows:
            findings.error(path, "is a table that this model does not use")
        return []
    key = key_of(columns)
    checked = []
    for at, row in enumerate(rows):
        place = f"{path}/{at}"
        values = check_row(columns, row, place, name, findings, applied)
        if values.get(key, client_id) != client_id:
            findings.error(
                place + pointer(key), "must be left out or be the application's"
            )
        checked.append({**values, key: client_id} if key else values)
    return checked
