"""A category is read from a request as from the lender's files."""

from __future__ import annotations

import pytest

from api.features.row_checks import Findings, check_row
from api.schemas.answers import Labels
from api.schemas.model import Column
from training.tables.categories import speller

KNOWN = ("Cash loans", "Revolving loans", "mariée", "a", "A")
TYPE = Column(
    name="TYPE",
    labels=Labels(en="Type", fr="Type"),
    unit="none",
    type="category",
    nullable=True,
    meaning="Type of loan.",
    categories=KNOWN,
    missing=("XNA",),
)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Cash loans", "Cash loans"),
        ("CASH LOANS", "Cash loans"),
        ("\u00a0revolving Loans\t", "Revolving loans"),
        ("marie\u0301e", "mariée"),
        ("a ", "a"),
        ("A", "A"),
        (" xna", "XNA"),
        ("Cach loans", None),
        ("Cash  loans", None),
    ],
)
def test_a_category_is_what_the_lenders_files_would_make_of_it(
    text: str, category: str | None
) -> None:
    findings = Findings()
    for table, told in (("application", "TYPE"), ("bureau", "bureau.TYPE")):
        row = check_row({"TYPE": TYPE}, {"TYPE": text}, "", table, findings)
        assert row == {"TYPE": category}
        assert findings.unknown[-1:] == ([] if category else [told])
    assert not findings.errors
    assert speller((*KNOWN, "XNA"))(text) == category
