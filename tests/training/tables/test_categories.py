"""Other spellings of a category are that category; what is none is told and missing."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.training.rows import write_csv
from training.bundle import strangers
from training.features.build import FeatureStore, stage_tables
from training.features.history import ALONE
from training.features.history.bureau import CREDITS

TYPE, WORK = "NAME_CONTRACT_TYPE", "OCCUPATION_TYPE"
CASH = {TYPE: "Cash loans", WORK: "Core staff"}
TRAIN = [
    {"SK_ID_CURR": 1, "TARGET": 0, **CASH, "NAME_FAMILY_STATUS": "Unknown"},
    {"SK_ID_CURR": 2, "TARGET": 1, TYPE: "Revolving loans", WORK: None},
]
BUREAU = [{"SK_ID_CURR": 3, "SK_ID_BUREAU": 7, "CREDIT_ACTIVE": "Active"}]
SEEN = {
    "application": {TYPE: ["Cash loans", "Revolving loans"]},
    "bureau": {"CREDIT_ACTIVE": ["Active", "Closed"]},
    "bureau_balance": {"STATUS": ["0", "C"]},
}


def quiet(_message: str) -> None:
    pass


def write(folder: Path, *test: dict[str, Any]) -> Path:
    folder.mkdir()
    write_csv(folder, "application_train", TRAIN)
    write_csv(folder, "application_test", test)
    return folder


def applications(store: FeatureStore) -> list[tuple[Any, ...]]:
    rows = f"'{store.application}' WHERE SK_ID_CURR > 2 ORDER BY SK_ID_CURR"
    return duckdb.execute(
        f"SELECT {TYPE}, {WORK}, NAME_FAMILY_STATUS FROM {rows}"
    ).fetchall()


def test_spaces_and_capitals_make_no_other_category(tmp_path: Path) -> None:
    data = write(
        tmp_path / "data",
        {"SK_ID_CURR": 3, TYPE: "CASH LOANS", WORK: " Core staff "},
        {"SK_ID_CURR": 4, TYPE: "cash loans", "NAME_FAMILY_STATUS": "UNKNOWN"},
        {"SK_ID_CURR": 5, TYPE: "\tRevolving Loans", WORK: "  "},
    )
    write_csv(data, "bureau", [{**BUREAU[0], "CREDIT_ACTIVE": "aCTIVE "}])
    write_csv(
        data,
        "bureau_balance",
        [{"SK_ID_BUREAU": 7, "MONTHS_BALANCE": -1, "STATUS": "c"}],
    )
    said: list[str] = []
    store = stage_tables(data, tmp_path / "out", progress=said.append)
    assert applications(store) == [
        ("Cash loans", "Core staff", None),
        ("Cash loans", None, "Unknown"),
        ("Revolving loans", None, None),
    ]
    assert store.categories("bureau")["CREDIT_ACTIVE"] == ["Active"]
    assert store.categories("bureau_balance") == {"STATUS": ["C"]}
    assert strangers.columns_of(store) == {}
    told = (
        f"application_test.csv: column {TYPE}: read '\\tRevolving Loans' as"
        " 'Revolving loans' (1), 'CASH LOANS' as 'Cash loans' (1),"
        " 'cash loans' as 'Cash loans' (1)"
    )
    assert told in said


def test_what_training_never_saw_is_told_each_time_and_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = write(
        tmp_path / "data",
        {"SK_ID_CURR": 3, TYPE: "Cach loans"},
        {"SK_ID_CURR": 4, TYPE: "Cach loans", WORK: "O'Level"},
    )
    for _again in range(2):
        with caplog.at_level(logging.WARNING):
            store = stage_tables(data, tmp_path / "out", progress=quiet)
        assert [one for one in caplog.messages if "categories" in one] == [
            f"application_test.csv: column {TYPE}: not among its categories, kept as"
            " missing: 'Cach loans' (2)",
            f"application_test.csv: column {WORK}: not among its categories, kept"
            ' as missing: "O\'Level" (1)',
        ]
        caplog.clear()
        assert applications(store) == [(None, None, None)] * 2
        assert strangers.columns_of(store) == {3: [TYPE], 4: [TYPE, WORK]}
    raw = duckdb.execute(
        f"SELECT SK_ID_CURR, {TYPE}, {WORK} FROM {strangers.applications(store)}"
        " ORDER BY 1"
    ).fetchall()
    assert raw == [
        (1, "Cash loans", "Core staff"),
        (2, "Revolving loans", None),
        (3, "Cach loans", None),
        (4, "Cach loans", "O'Level"),
    ]


def test_a_model_reads_what_it_learned_of_records_too(tmp_path: Path) -> None:
    data = write(tmp_path / "data", {"SK_ID_CURR": 3, TYPE: "CASH LOANS"})
    write_csv(data, "bureau", [{**BUREAU[0], "CREDIT_ACTIVE": "Sold"}])
    months = [
        {"SK_ID_BUREAU": 7, "MONTHS_BALANCE": -at, "STATUS": status}
        for at, status in enumerate("c05")
    ]
    write_csv(data, "bureau_balance", months)
    out = tmp_path / "out"
    learned = stage_tables(data, out, progress=quiet)
    assert learned.categories("bureau")["CREDIT_ACTIVE"] == ["Sold"]
    store = stage_tables(data, out, seen=SEEN, progress=quiet)
    assert applications(store) == [("Cash loans", None, None)]
    assert store.categories("bureau")["CREDIT_ACTIVE"] == []
    assert store.categories("bureau_balance") == {"STATUS": ["0", "C"]}
    assert strangers.columns_of(store) == {
        3: ["bureau.CREDIT_ACTIVE", "bureau_balance.STATUS"]
    }
    again = stage_tables(data, out, progress=quiet)
    assert again.categories("bureau")["CREDIT_ACTIVE"] == ["Sold"]
    assert strangers.columns_of(again) == {}


def test_every_category_that_a_feature_names_is_declared() -> None:
    subsets = [
        (source.table, subset)
        for source in (CREDITS, *ALONE.values())
        for tally in source.tallies
        for subset in (*tally.counted, *tally.shared)
    ]
    equal = re.compile(r" with ((?:NAME|CODE|CREDIT)_\w+) (\S.*)")
    named = [
        (table, *found.groups())
        for table, subset in subsets
        if (found := equal.fullmatch(subset.formula))
    ]
    assert len(named) > 20
    for table, column, category in named:
        assert category in table[column].declared, (table.name, column, category)
