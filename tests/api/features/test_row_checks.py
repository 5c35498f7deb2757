"""Dates are counted as in the lender's files."""

from __future__ import annotations

from typing import Any

import pytest

from api.features.row_checks import Findings, applied_on, check_row
from api.schemas.answers import Labels
from api.schemas.model import Column


def dated(name: str, role: str | None = None) -> Column:
    labels = {"en": name, "fr": name}
    column: dict[str, Any] = {"name": name, "labels": labels, "unit": "days"}
    column |= {"type": "integer", "nullable": True, "meaning": name, "role": role}
    return Column(**column, bounds=(-40_000, 40_000), dated=True)


COLUMNS = {one.name: one for one in (dated("ASKED", "applied"), dated("BORN"))}


def checked(row: dict[str, Any]) -> tuple[Any, list[str]]:
    findings = Findings()
    applied = applied_on(COLUMNS, row)
    values = check_row(COLUMNS, row, "", "application", findings, applied)
    return values, [error.detail for error in findings.errors]


def test_a_date_is_counted_from_the_application() -> None:
    values, errors = checked({"ASKED": "2024-03-01", "BORN": "2024-02-28"})
    assert (values, errors) == ({"ASKED": 19_783, "BORN": -2}, [])
    assert checked({"ASKED": 19_783, "BORN": -2}) == (values, [])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"BORN": "2024-02-28"}, "counted from the day of the application"),
        ({"ASKED": 19_783, "BORN": "2024-02-28"}, "from the day of the application"),
        ({"ASKED": "2024-03-01", "BORN": "28/02/2024"}, "YYYY-MM-DD"),
        ({"ASKED": "2024-02-30"}, "YYYY-MM-DD"),
        ({"ASKED": "2024-03-01", "BORN": "1724-02-28"}, "must be between"),
    ],
)
def test_what_is_no_date_or_counts_from_no_day_is_refused(
    row: dict[str, Any], said: str
) -> None:
    _, errors = checked(row)
    assert len(errors) == 1 and said in errors[0]


TYPE = Column(
    name="TYPE",
    labels=Labels(en="Type", fr="Type"),
    unit="none",
    type="category",
    nullable=True,
    meaning="Type of loan.",
    categories=("Cash loans", "Revolving loans"),
)


def test_a_blank_is_a_category_left_out() -> None:
    findings = Findings()
    row = check_row({"TYPE": TYPE}, {"TYPE": " "}, "", "application", findings)
    assert (row, findings.errors, findings.unknown) == ({"TYPE": None}, [], [])
    needed = TYPE.model_copy(update={"nullable": False})
    check_row({"TYPE": needed}, {"TYPE": " "}, "", "application", findings)
    assert [error.detail for error in findings.errors] == ["may not be null"]
