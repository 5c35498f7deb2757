"""Rows reach DuckDB as they are."""

from __future__ import annotations

from random import Random
from struct import unpack
from typing import Any

from api.features.duckdb_pool import connect, declare, give

COLUMNS = [("id", "BIGINT"), ("it's", "DOUBLE"), ("text", "VARCHAR")]
ROWS: list[dict[str, Any]] = [
    {"id": 2**63 - 1, "it's": 5e-324, "text": "l'été \"\\ \U0001f600"},
    {"id": -(2**63), "it's": 1.7976931348623157e308, "text": ""},
    {"id": 2**53 + 1, "it's": -0.0, "text": None},
    {"it's": None},
]


def answered(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    with connect() as connection:
        declare(connection, {"rows": COLUMNS, "others": COLUMNS})
        give(connection, rows)
        return {
            table: connection.execute(f'FROM "{table}"').fetchall()
            for table in ("rows", "others")
        }


def test_values_are_those_given_and_what_is_not_given_is_missing() -> None:
    expected = [tuple(row.get(name) for name, _ in COLUMNS) for row in ROWS]
    assert repr(answered({"rows": ROWS})) == repr({"rows": expected, "others": []})


def test_any_number_keeps_every_bit() -> None:
    random = Random(3)
    drawn = (unpack("d", random.randbytes(8))[0] for _ in range(5000))
    numbers = [number for number in drawn if abs(number) < float("inf")]
    rows = [{"it's": number} for number in numbers]
    found = [number for _, number, _ in answered({"others": rows})["others"]]
    assert list(map(float.hex, found)) == list(map(float.hex, numbers))
