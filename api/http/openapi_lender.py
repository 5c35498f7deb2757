"""The document as it is with the bundle that is served: whose tables, which columns."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from api.bundle.manifest import Manifest
from api.features.row_checks import needed
from api.http.operations import JSON
from api.schemas.client_keys import (
    CLIENT_KEY,
    DRAFT,
    DRAFT_PATTERN,
    LARGEST,
    LONGEST,
    PATTERN,
)
from api.schemas.layout import APPLICATION, CLIENT, EXAMPLES, HISTORY_TABLES, KEY
from api.schemas.model import Column

_NEW = "new applicant"
_JSON_TYPES = {"number": "number", "integer": "integer", "category": "string"}
_INTEGERS = (-(2**63), 2**63 - 1)
_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_DRAFT = {"type": "string", "pattern": DRAFT_PATTERN}


def lent(document: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """The document with the tables, columns and keys of that lender.

    Its examples are about clients of the layout that comes with the system: of another
    layout it has none.
    """
    own: dict[str, Any] = _keyed(deepcopy(document), _key(manifest.key_type))
    tables = manifest.tables
    if manifest.client_key != KEY or not {*tables} <= {APPLICATION, *HISTORY_TABLES}:
        own = _without_examples(own)
    elif not _whole(EXAMPLES[_NEW], manifest):
        asked = own["paths"]["/v1/predictions"]["post"]["requestBody"]["content"]
        del asked[JSON]["examples"][_NEW]
    schemas = own["components"]["schemas"]
    for body in ("NewApplicant", "Draft", "DraftChange"):
        _lend(schemas[body], manifest, whole=body == "NewApplicant")
    columns = tables[APPLICATION].columns
    changed = [column for column in columns if column.role != CLIENT]
    schemas["WhatIf"]["properties"]["changes"] |= _row(changed, whole=False)
    if manifest.key_type == "integer":
        _search_by_digits(own)
    return own


def _whole(example: dict[str, Any], manifest: Manifest) -> bool:
    """Whether an applicant is one of these tables, with all that they need."""
    for name, given in example.items():
        table = manifest.tables.get(name)
        columns = {one.name: one for one in table.columns} if table else {}
        for row in given if isinstance(given, list) else [given]:
            if not {*row} <= {*columns} or needed(columns, row):
                return False
    return True


def _key(kind: str) -> list[dict[str, Any]]:
    """What a client's key is: the lender's, or of an application entered here."""
    if kind == "integer":
        return [{"type": "integer", "minimum": 1, "maximum": LARGEST}, _DRAFT]
    return [{**_TEXT, "pattern": f"^(?!{DRAFT}){PATTERN[1:]}"}, _DRAFT]


def _keyed(part: Any, key: list[dict[str, Any]]) -> Any:
    if isinstance(part, dict):
        asked = part.get("anyOf")
        if asked == CLIENT_KEY["anyOf"]:
            return {**part, "anyOf": key}
        return {name: _keyed(value, key) for name, value in part.items()}
    return [_keyed(one, key) for one in part] if isinstance(part, list) else part


def _search_by_digits(document: dict[str, Any]) -> None:
    for one in document["paths"]["/v1/clients"]["get"]["parameters"]:
        most = {"prefix": 19, "suffix": 18}.get(one["name"])
        if most:
            one["schema"]["pattern"] = f"^([0-9]{{0,{most}}}|{DRAFT}[!-~]*)$"


def _lend(body: dict[str, Any], manifest: Manifest, *, whole: bool) -> None:
    """Of an applicant, who may be known in part: that has no key of the lender's."""
    body["description"] = body["description"].replace(KEY, manifest.client_key)
    for name in HISTORY_TABLES:
        del body["properties"][name]
    for name, table in manifest.tables.items():
        asked = [one for one in table.columns if whole or one.role != CLIENT]
        schema: dict[str, Any] = _row(asked, whole=whole or name != APPLICATION)
        if name != APPLICATION:
            schema = {"type": "array", "default": [], "items": schema, "title": name}
        body["properties"][name] = schema


def _row(columns: Iterable[Column], *, whole: bool) -> dict[str, Any]:
    described = {column.name: _column(column) for column in columns}
    row = {"type": "object", "additionalProperties": False, "properties": described}
    needed = [c.name for c in columns if not c.nullable and c.role != CLIENT]
    return row | {"required": needed} if whole and needed else row


def _column(column: Column) -> dict[str, Any]:
    types = [_JSON_TYPES[column.type]]
    # A category that is a digit may be sent as the integer.
    types += ["integer"] * any(one.isdigit() for one in column.categories or ())
    types += ["null"] * column.nullable
    described: dict[str, Any] = {"type": types}
    if column.type != "category" and (column.bounds or column.type == "integer"):
        low, high = column.bounds or _INTEGERS
        described |= {"minimum": low, "maximum": high}
    if column.type == "category" and column.role == CLIENT:
        described |= _key("category")[0]
    if column.dated:
        described = {"anyOf": [described, {"type": "string", "format": "date"}]}
    return {**described, "description": column.meaning}


def _without_examples(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _without_examples(value)
            for name, value in part.items()
            if name not in ("example", "examples")
        }
    return [*map(_without_examples, part)] if isinstance(part, list) else part
