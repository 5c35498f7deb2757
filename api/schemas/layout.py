"""The layout that comes with the system, for what no bundle is at hand to tell.

The document of the API shows it, and bundles made before columns had roles get from it
what decisions need. A bundle that declares its columns needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

APPLICATION: Final = "application"
CLIENT, RECORD, APPLIED = "client", "record", "applied"
AMOUNT, INSTALMENT, GOODS_PRICE = "amount", "instalment", "goods_price"
INSTALMENTS, PRODUCT = "instalments", "product"
# Of the columns on which a loan is asked for.
LOAN: Final = (AMOUNT, INSTALMENT, GOODS_PRICE, INSTALMENTS)
BIRTH, INCOME, DATE = "birth", "income", "date"

_LAYOUT: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("layout.json").read_bytes()
)
EXAMPLES: Mapping[str, Any] = _LAYOUT["examples"]
_TABLES: Mapping[str, Any] = _LAYOUT["tables"]
_COLUMNS: Mapping[str, Any] = _TABLES[APPLICATION]["columns"]
HISTORY_TABLES = tuple(name for name in _TABLES if name != APPLICATION)
KEY = next(name for name, one in _COLUMNS.items() if one.get("role") == CLIENT)


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """A manifest whose every table says its origin, and its columns their roles.

    Amounts were in euros before manifests told their currency.
    """
    tables = {
        name: table if "origin" in table else _completed(table, _TABLES.get(name, {}))
        for name, table in document["tables"].items()
    }
    return {"currency": "EUR", **document, "tables": tables}


def _completed(table: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    about = known.get("columns", {})
    columns = [{**about.get(one["name"], {}), **one} for one in table["columns"]]
    return {**known, **table, "columns": columns}
