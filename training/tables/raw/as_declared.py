"""Read a file of values of the declared types: what is none of them is refused."""

from __future__ import annotations

from training.errors import TableError
from training.files import identifier, literal
from training.tables.raw.refusal import failing
from training.tables.raw.source import EXPECTED, NULLS, Source
from training.tables.schema import Column, Table, Type

# Beyond it a DOUBLE, as which DuckDB reads an integer in a text, skips some.
LARGEST = (1 << 53) - 1
INTEGERS = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}


def select(table: Table, source: Source) -> tuple[str, dict[str, str]]:
    """SQL of the rows, and of the text of each column's value as the file has it."""
    values, texts = [], {}
    for column in table:
        found = source.find(column) if column.optional else source.column(column)
        cell, kind = found or ("NULL", column.type.value)
        texts[column.name] = f"CAST({cell} AS VARCHAR)"
        value = _value(column, cell, kind, source.name)
        values.append(f"{value} AS {identifier(column.name)}")
    return f"SELECT {', '.join(values)} FROM {source.rows}", texts


def _value(column: Column, cell: str, kind: str, name: str) -> str:
    if column.type is Type.CATEGORY or kind in INTEGERS:
        return f"CAST({cell} AS {column.type.value})"
    text = f"CAST({cell} AS VARCHAR)"
    number = cell
    if kind == "VARCHAR":
        nulls = ", ".join(map(literal, NULLS))
        cell = f"CASE WHEN trim({cell}) NOT IN ({nulls}) THEN {cell} END"
        number = f"TRY_CAST({cell} AS DOUBLE)"
    elif kind.startswith("DECIMAL"):
        number = f"CAST({cell} AS DOUBLE)"
    elif kind not in ("DOUBLE", "FLOAT"):
        raise TableError(
            f"{name}: column {column.name}: expected {EXPECTED[column.type]},"
            f" found {kind}"
        )
    if column.type is Type.INTEGER:
        fits = f"{number} = trunc({number}) AND abs({number}) <= {LARGEST}"
    else:
        fits = f"NOT isnan({number})"
    wrong = failing(column.name, EXPECTED[column.type], text)
    return (
        f"CASE WHEN {fits} THEN CAST({number} AS {column.type.value})"
        f" WHEN {cell} IS NOT NULL AND NOT coalesce(isnan({number}), false)"
        f" THEN {wrong} END"
    )
