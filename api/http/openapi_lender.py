"""The document where the bundle that is served is of another lender's tables."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from api.bundle.manifest import Manifest
from api.schemas.layout import APPLICATION, CLIENT, HISTORY_TABLES, KEY
from api.schemas.model import Column

_JSON_TYPES = {"number": "number", "integer": "integer", "category": "string"}


def lent(document: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """The document with the tables and columns of that lender.

    Its examples are about clients of the layout that comes with the system: without
    them. Of that layout itself the document stays as it is.
    """
    tables = manifest.tables
    if manifest.client_key == KEY and {*tables} <= {APPLICATION, *HISTORY_TABLES}:
        return document
    own: dict[str, Any] = _without_examples(deepcopy(document))
    schemas = own["components"]["schemas"]
    for body in ("NewApplicant", "Draft", "DraftChange"):
        _lend(schemas[body], manifest, whole=body == "NewApplicant")
    columns = tables[APPLICATION].columns
    changed = [column for column in columns if column.role != CLIENT]
    schemas["WhatIf"]["properties"]["changes"] = _row(changed, whole=False)
    return own


def _lend(body: dict[str, Any], manifest: Manifest, *, whole: bool) -> None:
    """Of an applicant, who may be known in part: that has no key of the lender's."""
    body["description"] = body["description"].replace(KEY, manifest.client_key)
    for name in HISTORY_TABLES:
        del body["properties"][name]
    for name, table in manifest.tables.items():
        schema: dict[str, Any] = _row(table.columns, whole=True)
        if name == APPLICATION and not whole:
            asked = [column for column in table.columns if column.role != CLIENT]
            schema = _row(asked, whole=False)
        elif name != APPLICATION:
            schema = {"type": "array", "default": [], "items": schema, "title": name}
        body["properties"][name] = schema


def _row(columns: Iterable[Column], *, whole: bool) -> dict[str, Any]:
    described = {column.name: _column(column) for column in columns}
    row = {"type": "object", "additionalProperties": False, "properties": described}
    needed = [c.name for c in columns if not c.nullable and c.role != CLIENT]
    return row | {"required": needed} if whole and needed else row


def _column(column: Column) -> dict[str, Any]:
    types = [_JSON_TYPES[column.type]]
    types += ["string"] * column.dated + ["null"] * column.nullable
    described: dict[str, Any] = {"type": types, "description": column.meaning}
    if column.bounds is not None:
        described["minimum"], described["maximum"] = column.bounds
    return described


def _without_examples(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _without_examples(value)
            for name, value in part.items()
            if name not in ("example", "examples")
        }
    return [*map(_without_examples, part)] if isinstance(part, list) else part
