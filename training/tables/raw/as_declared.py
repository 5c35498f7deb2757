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


def wrong_in(column: Column) -> str:
    """SQL that is true of a value of the declared type that is to be read otherwise."""
    name = identifier(column.name)
    if column.type is Type.NUMBER:
        return f"isnan({name})"
    integer = column.type is Type.INTEGER
    return f"{name} NOT BETWEEN -{LARGEST} AND {LARGEST}" if integer else "false"


def _value(column: Column, cell: str, kind: str, name: str) -> str:
    if column.type is Type.CATEGORY:
        return f"CAST({cell} AS VARCHAR)"
    number = _number(column, cell, kind, name)
    unknown = "false" if kind in INTEGERS else f"coalesce(isnan({number}), false)"
    if kind == "VARCHAR":
        nulls = ", ".join(map(literal, NULLS))
        unknown += f" OR trim({cell}) IN ({nulls})"
    fits = f"NOT ({unknown})"
    if column.type is Type.INTEGER:
        fits = f"{number} BETWEEN -{LARGEST} AND {LARGEST}"
        fits += "" if kind in INTEGERS else f" AND {number} = trunc({number})"
    expected, text = EXPECTED[column.type], f"CAST({cell} AS VARCHAR)"
    return (
        f"CASE WHEN {number} IS NOT NULL AND {fits}"
        f" THEN CAST({number} AS {column.type.value})"
        f" WHEN {cell} IS NOT NULL AND NOT ({unknown})"
        f" THEN {failing(column.name, expected, text)} END"
    )


def _number(column: Column, cell: str, kind: str, name: str) -> str:
    """SQL of the number in a cell; null of a text that is none."""
    if kind in ("DOUBLE", "FLOAT"):
        return cell
    if kind in INTEGERS:
        return f"TRY_CAST({cell} AS HUGEINT)"
    if kind == "VARCHAR" or kind.startswith("DECIMAL"):
        return f"TRY_CAST({cell} AS DOUBLE)"
    expected = EXPECTED[column.type]
    raise TableError(f"{name}: column {column.name}: expected {expected}, found {kind}")
