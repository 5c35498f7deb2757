"""What a client's records are in clients.parquet: those of the raw tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from tests.training.rows import write_csv
from tests.training.tables import demo_bank
from training.bundle.records import joins, records, write_by_client
from training.features.build import FeatureStore, stage_tables

FIRST, SECOND = 100001, 100002


def told(store: FeatureStore, folder: Path) -> dict[Any, Any]:
    key = store.layout.key
    folder.mkdir()
    with duckdb.connect() as connection:
        write_by_client(connection, store, folder)
        rows = connection.execute(
            f'SELECT features."{key}", to_json({records(store)})'
            f" FROM '{store.application}' AS features{joins(store, folder, 'true')}"
        ).fetchall()
    return {client: json.loads(text) for client, text in rows}


def test_records_are_those_of_the_raw_tables(tmp_path: Path) -> None:
    clients = [{"SK_ID_CURR": FIRST}, {"SK_ID_CURR": SECOND}]
    write_csv(tmp_path, "application_train", clients)
    loans: list[dict[str, Any]] = [
        {"SK_ID_CURR": FIRST, "SK_ID_BUREAU": 12, "AMT_CREDIT_SUM": 0.1},
        {"SK_ID_CURR": FIRST, "SK_ID_BUREAU": 11, "CREDIT_TYPE": "Car loan"},
        {"SK_ID_CURR": 7, "SK_ID_BUREAU": 70},
    ]
    credit = {"CREDIT_ACTIVE": "Active", "CREDIT_CURRENCY": "currency 1"}
    loans = [
        credit | {"CREDIT_TYPE": "Microloan", "DAYS_CREDIT": -9} | a for a in loans
    ]
    write_csv(tmp_path, "bureau", loans)
    months = [(11, -1, "C"), (12, 0, "X"), (11, -2, "0"), (70, 0, "5")]
    names = "SK_ID_BUREAU", "MONTHS_BALANCE", "STATUS"
    rows = [dict(zip(names, month, strict=True)) for month in months]
    write_csv(tmp_path, "bureau_balance", rows)
    store = stage_tables(tmp_path, tmp_path / "out", progress=lambda _: None)
    found = told(store, tmp_path / "spill")
    assert {*found} == {FIRST, SECOND}
    assert [*found[FIRST]] == [*store.layout.histories]
    bureau = found[FIRST]["bureau"]
    assert "SK_ID_CURR" not in bureau
    assert [*bureau] == [n for n in store.layout.tables["bureau"].names if n in bureau]
    assert bureau["SK_ID_BUREAU"] == [11, 12]
    assert bureau["AMT_CREDIT_SUM"] == [None, 0.1]
    assert bureau["CREDIT_TYPE"] == ["Car loan", "Microloan"]
    assert found[FIRST]["bureau_balance"] == {
        "SK_ID_BUREAU": [11, 11, 12],
        "MONTHS_BALANCE": [-2, -1, 0],
        "STATUS": ["0", "C", "X"],
    }
    assert found[SECOND]["bureau_balance"] == dict.fromkeys(names, [])
    # Of this lender there are none.
    assert found[FIRST]["credit_card_balance"] is None


def test_records_of_a_lender_whose_keys_are_texts(tmp_path: Path) -> None:
    data = demo_bank.write(tmp_path / "data")
    store = stage_tables(data, tmp_path / "out", progress=lambda _: None)
    found = told(store, tmp_path / "spill")
    assert {*found} == {"A1", " b2", "C3", "D4", "Z9"}
    assert found["A1"] == {
        "paiements": {"numero": [1, 1], "paye_le": [-1, 1], "paye": [5.5, 6.0]},
        "credits": {"numero": [1], "etat": ["ouvert"]},
    }
    assert found["Z9"]["credits"]["etat"] == ["clos"]
    assert found[" b2"]["credits"] == {"numero": [], "etat": []}
