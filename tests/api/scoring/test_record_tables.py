"""In which order records are told."""

from __future__ import annotations

from typing import Any

from api.schemas.answers import Labels
from api.schemas.model import Column, Table
from api.scoring.record_tables import newest_first


def column(name: str, unit: str = "none", role: str | None = None) -> Column:
    return Column(
        name=name,
        type="integer",
        unit=unit,
        nullable=True,
        labels=Labels(en=name, fr=name),
        meaning="…",
        role=role,
    )


def ordered(*columns: Column, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    names = [one.name for one in columns]
    return newest_first(rows, names, Table(columns=columns))


def test_records_are_told_by_their_first_date_then_as_they_were() -> None:
    rows = [(1, -9), (2, None), (3, 4), (4, 0), (5, -9)]
    newest = [(3, 4), (4, 0), (1, -9), (5, -9), (2, None)]
    number, day = column("ID"), column("DAY", "days", "date")
    assert ordered(number, day, rows=rows) == newest
    assert ordered(number, column("MONTH", "months"), rows=rows) == newest
    # How many months a loan takes is no date, where there is one.
    both = column("MONTHS", "months"), day
    assert ordered(*both, rows=[(9, -2), (8, -1)]) == [(8, -1), (9, -2)]
    assert ordered(number, column("AMOUNT"), rows=rows) == rows
