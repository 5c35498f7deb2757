"""Tables as files: in the page's language, and no formula of somebody else's."""

from __future__ import annotations

import pytest

from session import language
from texts import formats
from texts.cells import Cell, Exact, as_csv

ROWS: list[list[Cell]] = [
    ["Rent, yearly", Exact("€1,200.50", 1200.5)],
    ["=1+1", "-0.25"],
    ["@SUM(A1)", "- none"],
]


def test_a_table_is_a_file_with_the_numbers_themselves() -> None:
    assert as_csv(["Fact", "Value"], ROWS).decode("utf-8-sig").splitlines() == [
        "Fact,Value",
        '"Rent, yearly",1200.5',
        "'=1+1,-0.25",
        "'@SUM(A1),'- none",
    ]


def test_a_french_file_opens_in_french_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(language, "code", lambda: "fr")
    assert formats.decimal_and_group()[0] == ","
    lines = as_csv(["Fait", "Valeur"], ROWS).decode("utf-8-sig").splitlines()
    assert lines[1] == "Rent, yearly;1200,5"
