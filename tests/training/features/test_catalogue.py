"""Every column and every feature can be read up on."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.features.catalogue import COLUMNS, describe
from training.features.sql import compile_features
from training.tables.home_credit import HOME_CREDIT

DICTIONARY = Path(__file__).resolve().parents[3] / "docs" / "data-dictionary.md"


def test_every_feature_has_a_row_without_a_gap() -> None:
    features = compile_features(HOME_CREDIT, HOME_CREDIT.histories).features
    _, listed = describe(HOME_CREDIT, features).split("## Features\n\n")
    header, _, *rows = listed.splitlines()
    assert len(rows) == len(features)
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == len(COLUMNS), row
        assert all(cells), row
    assert rows[0].startswith("| NAME_CONTRACT_TYPE | application | raw |")


@pytest.mark.skipif(not DICTIONARY.exists(), reason="the part alone has no documents")
def test_the_dictionary_in_the_documents_is_todays() -> None:
    today = describe(
        HOME_CREDIT, compile_features(HOME_CREDIT, HOME_CREDIT.histories).features
    )
    assert DICTIONARY.read_text(encoding="utf-8") == f"{today}\n", (
        "python -m training features --describe > docs/data-dictionary.md"
    )
