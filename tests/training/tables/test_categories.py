"""Other spellings of a category are that category; what is none is told and missing."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from tests.training.rows import write_csv
from tests.training.tables.demo_bank import APPLICATIONS, LENDER
from tests.training.tables.demo_bank import write as bank
from training.bundle import strangers
from training.errors import TableError
from training.features.build import FeatureStore, stage_tables
from training.features.history import ALONE
from training.features.history.bureau import CREDITS
from training.tables.categories import Categories, is_category, speller
from training.tables.home_credit import TABLES
from training.tables.home_credit.words import FAMILY
from training.tables.lender import layout_of

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


def test_no_spelling_of_any_declared_category_is_lost() -> None:
    random = Random(1)
    for table in TABLES.values():
        for column in filter(is_category, table):
            spelled = speller(column.declared)
            for one in column.declared:
                swapped = (random.choice([c.lower(), c.upper()]) for c in one)
                blanks = random.choices(" \t\u00a0\u202f\r", k=2)
                text = unicodedata.normalize("NFD", "".join(swapped).join(blanks))
                assert spelled(text) == one, (table.name, column.name, text)
                assert spelled(f"{one}?") is None


def test_new_applicants_come_without_outcomes_but_with_their_records(
    tmp_path: Path,
) -> None:
    """Under either name, and nothing is read that the model knows nothing of."""
    data, out = tmp_path / "data", tmp_path / "out"

    def staged(seen: Mapping[str, Categories] | None = SEEN) -> FeatureStore:
        return stage_tables(data, out, seen=seen, progress=quiet)

    def refused(seen: Mapping[str, Categories] | None = SEEN) -> str:
        with pytest.raises(TableError) as caught:
            staged(seen)
        return str(caught.value)

    write(data, {"SK_ID_CURR": 3, TYPE: "CASH LOANS"})
    train = data / "application_train.csv"
    lines = [line.split(",") for line in train.read_text("utf-8").splitlines()]
    at = lines[0].index("TARGET")
    without = [",".join(line[:at] + line[at + 1 :]) for line in lines]
    train.write_text("\n".join(without) + "\n", encoding="utf-8")
    assert "column TARGET is missing" in refused(None)
    write_csv(data, "bureau", BUREAU)
    assert refused().startswith(f"bureau_balance: missing in {data}; the model learned")
    months = [{"SK_ID_BUREAU": 7, "MONTHS_BALANCE": -1, "STATUS": "c"}]
    write_csv(data, "bureau_balance", months)
    (data / "previous_application.csv").write_text("no,such,columns\n1,2,3\n")
    store = staged()
    clients = f"SELECT SK_ID_CURR, TARGET FROM '{store.application}' ORDER BY 1"
    new = [(1, None), (2, None), (3, None)]
    assert duckdb.execute(clients).fetchall() == new
    train.unlink()
    assert staged().present() == ["bureau", "bureau_balance"]
    assert duckdb.execute(clients).fetchall() == new[2:]
    assert applications(store) == [("Cash loans", None, None)]
    (data / "application_test.csv").unlink()
    assert "expected application_train or application_test, .parquet" in refused()


def test_a_lenders_new_applicants_come_without_outcomes_too(tmp_path: Path) -> None:
    data = bank(tmp_path / "data", LENDER.replace("  later: demandes 2026\n", ""))
    lines = APPLICATIONS.encode("cp1252").splitlines()
    undecided = [line.rpartition(b";")[0] for line in lines]
    (data / "demandes.csv").write_bytes(b"\n".join(undecided) + b"\n")
    seen = {
        "application": {"sexe": ["homme"], "situation": ["mariée"], "produit": ["01"]},
        "credits": {"etat": ["ouvert"]},
        "paiements": {},
    }
    store = stage_tables(data, tmp_path / "out", seen=seen, progress=quiet)
    rows = duckdb.execute(
        f"SELECT dossier, TARGET, sexe, situation, produit FROM '{store.application}'"
        " ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (" b2", None, "homme", None, "01"),
        ("A1", None, None, "mariée", None),
        ("C3", None, None, None, None),
        ("D4", None, None, None, None),
    ]
    assert strangers.columns_of(store) == {
        " b2": ["situation"],
        "A1": ["produit", "sexe"],
        "C3": ["produit", "sexe"],
    }


def test_a_lenders_categories_are_spelled_as_those_they_are_known_as(
    tmp_path: Path,
) -> None:
    """Else no feature that names them would know one."""
    lender = LENDER.replace(
        'categories: [=1+1, "01", no]',
        "as: NAME_CONTRACT_TYPE, categories: [CASH LOANS, other]",
    ).replace('pattern: ": (.+)$"', 'pattern: ": (.+)$"\n      as: NAME_FAMILY_STATUS')
    application = layout_of(bank(tmp_path / "data", lender)).application
    assert application["produit"].declared == ("Cash loans", "other")
    assert application["situation"].declared == (*FAMILY,)
    assert application["sexe"].declared == ("homme", "femme")


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
