"""Every feature can be read up on."""

from __future__ import annotations

from training.features.catalogue import COLUMNS, describe
from training.features.sql import compile_features
from training.tables import HISTORY_TABLES


def test_every_feature_has_a_row_without_a_gap() -> None:
    features = compile_features(HISTORY_TABLES).features
    header, _, *rows = describe(features).splitlines()
    assert len(rows) == len(features)
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == len(COLUMNS), row
        assert all(cells), row
    assert rows[0].startswith("| NAME_CONTRACT_TYPE | application | raw |")
