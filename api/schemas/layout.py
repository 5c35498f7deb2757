"""The layout that comes with the system, for what no bundle is at hand to tell.

The document of the API shows it, and bundles made before columns had roles are
completed from it. A bundle that declares its columns needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

APPLICATION: Final = "application"
CLIENT, RECORD = "client", "record"
AMOUNT, INSTALMENT, GOODS_PRICE = "amount", "instalment", "goods_price"

_LAYOUT: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("layout.json").read_bytes()
)
EXAMPLES: Mapping[str, Any] = _LAYOUT["examples"]
_TABLES: Mapping[str, Any] = _LAYOUT["tables"]
HISTORY_TABLES = tuple(name for name in _TABLES if name != APPLICATION)
KEY, *_ = (
    name
    for name, column in _TABLES[APPLICATION]["columns"].items()
    if column.get("role") == CLIENT
)
TERMS = tuple(
    name
    for name, column in _TABLES[APPLICATION]["columns"].items()
    if column.get("term")
)


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """A manifest whose every table says its origin, and its columns their roles."""
    return document | {
        "tables": {
            name: _completed(table, _TABLES.get(name, {"columns": {}}))
            for name, table in document["tables"].items()
        }
    }


def _completed(table: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    if "origin" in table:
        return table
    about = known["columns"]
    columns = [{**about.get(one["name"], {}), **one} for one in table["columns"]]
    return {**known, **table, "columns": columns}
