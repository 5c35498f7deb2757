"""Raw tables: what is read, and what is refused with which words."""

from __future__ import annotations

import gzip
import logging
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.training.rows import write_csv
from training.errors import TableError
from training.tables.found import of_files
from training.tables.home_credit import HOME_CREDIT
from training.tables.stage import stage

TRAIN = [{"SK_ID_CURR": 1, "TARGET": 0}, {"SK_ID_CURR": 2, "TARGET": 1}]
BUREAU = [{"SK_ID_CURR": 1, "SK_ID_BUREAU": 7, "CREDIT_ACTIVE": "Active"}]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_csv(folder, "application_train", TRAIN)
    write_csv(folder, "bureau", BUREAU)
    return folder


def read(path: Path) -> list[tuple[object, ...]]:
    query = f"SELECT SK_ID_CURR, TARGET FROM '{path}' ORDER BY 1"
    return duckdb.execute(query).fetchall()


def refusal(data: Path, out: Path) -> str:
    with pytest.raises(TableError) as caught:
        stage(HOME_CREDIT, data, out)
    assert not list(out.glob(".*")), "a half-written file was left"
    return str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "csv.zip", "parquet"])
def test_reads_every_form_that_kaggle_or_a_lender_ships(
    data: Path, tmp_path: Path, kind: str
) -> None:
    plain = data / "application_train.csv"
    if kind == "csv.gz":
        (data / "application_train.csv.gz").write_bytes(
            gzip.compress(plain.read_bytes())
        )
    elif kind == "csv.zip":
        with zipfile.ZipFile(data / "application_train.csv.zip", "w") as archive:
            archive.write(plain, "application_train.csv")
    elif kind == "parquet":
        parquet = data / "application_train.parquet"
        duckdb.execute(f"COPY (FROM '{plain}') TO '{parquet}'")
    if kind != "csv":
        plain.unlink()
    staged = stage(HOME_CREDIT, data, tmp_path / "staged")
    assert read(staged["application_train"]) == [(1, 0), (2, 1)]


def test_parquet_of_the_declared_types_is_taken_as_it_is(
    data: Path, tmp_path: Path
) -> None:
    converted = stage(HOME_CREDIT, data, tmp_path / "converted")["application_train"]
    (data / "application_train.csv").unlink()
    given = data / "application_train.parquet"
    duckdb.sql(f"COPY (FROM '{converted}') TO '{given}' (COMPRESSION snappy)")
    taken = stage(HOME_CREDIT, data, tmp_path / "taken")["application_train"]
    assert taken.read_bytes() == given.read_bytes()
    duckdb.sql(f"COPY (SELECT *, 1 AS MORE FROM '{converted}') TO '{given}'")
    fitted = stage(HOME_CREDIT, data, tmp_path / "fitted")["application_train"]
    described = [
        duckdb.execute(f"DESCRIBE FROM '{path}'").fetchall()
        for path in (fitted, converted)
    ]
    assert described[0] == described[1]


def test_refuses_parquet_with_a_damaged_page(data: Path, tmp_path: Path) -> None:
    # In a column that nothing else is asked of.
    trades = ({"OCCUPATION_TYPE": "Cook"}, {"OCCUPATION_TYPE": "Driver"})
    rows = [row | trade for row, trade in zip(TRAIN, trades, strict=True)]
    write_csv(data, "application_train", rows)
    converted = stage(HOME_CREDIT, data, tmp_path / "converted")["application_train"]
    (data / "application_train.csv").unlink()
    whole = converted.read_bytes()
    [(at,)] = duckdb.execute(
        f"SELECT data_page_offset FROM parquet_metadata('{converted}')"
        " WHERE path_in_schema = 'OCCUPATION_TYPE'"
    ).fetchall()
    damaged = whole[:at] + b"\xff" * 8 + whole[at + 8 :]
    (data / "application_train.parquet").write_bytes(damaged)
    assert refusal(data, tmp_path / "out").startswith("application_train.parquet: ")


def test_a_missing_history_table_is_a_warning(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        staged = stage(HOME_CREDIT, data, tmp_path / "staged")
    assert sorted(staged) == ["application_train", "bureau"]
    assert "POS_CASH_balance: no such table" in caplog.text


def test_an_unknown_column_is_dropped_with_a_warning(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = data / "bureau.csv"
    header, row = path.read_text().splitlines()
    path.write_text(f"{header},SHOE_SIZE\n{row},42\n")
    with caplog.at_level(logging.WARNING):
        staged = stage(HOME_CREDIT, data, tmp_path / "staged")
    assert "bureau.csv: unknown columns dropped: SHOE_SIZE" in caplog.text
    rows = duckdb.execute(f"FROM '{staged['bureau']}'").df()
    assert "SHOE_SIZE" not in rows


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_that_files_may_lack_is_null_without_a_word(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """Kaggle's files do not say over how many instalments a loan runs."""
    path = data / "application_train.csv"
    lacking = f"SELECT * EXCLUDE CNT_PAYMENT FROM '{path}'"
    duckdb.execute(f"COPY ({lacking}) TO '{data / 'less'}' (FORMAT {kind})")
    path.unlink()
    (data / "less").rename(data / f"application_train.{kind}")
    with caplog.at_level(logging.WARNING):
        layout = of_files(HOME_CREDIT, data)
        staged = stage(layout, data, tmp_path / "staged")["application_train"]
    assert "CNT_PAYMENT" not in caplog.text
    assert layout is HOME_CREDIT
    row = duckdb.execute(f"SELECT CNT_PAYMENT FROM '{staged}'").fetchone()
    assert row == (None,)


def test_refuses_a_folder_without_application_train(data: Path, tmp_path: Path) -> None:
    (data / "application_train.csv").unlink()
    assert "application_train: missing in" in refusal(data, tmp_path / "staged")


def test_refuses_a_table_in_two_files(data: Path, tmp_path: Path) -> None:
    (data / "bureau.csv.gz").write_bytes(b"")
    said = refusal(data, tmp_path / "staged")
    assert "found bureau.csv, bureau.csv.gz" in said


def test_names_a_missing_column_and_those_found(data: Path, tmp_path: Path) -> None:
    path = data / "bureau.csv"
    path.write_text(path.read_text().replace("DAYS_CREDIT,", "DAYS_CREDITS,", 1))
    said = refusal(data, tmp_path / "staged")
    assert said.startswith("bureau.csv: column DAYS_CREDIT is missing; found: SK_ID")


def test_shows_a_value_that_does_not_parse(data: Path, tmp_path: Path) -> None:
    write_csv(data, "bureau", [{**BUREAU[0], "AMT_CREDIT_SUM": "much"}])
    said = refusal(data, tmp_path / "staged")
    column = "column AMT_CREDIT_SUM: expected a number"
    assert said == f"bureau.csv: line 2: {column}, found 'much'"


@pytest.mark.parametrize("value", ["inf", "1e999", "1e13", "-5"])
def test_refuses_an_amount_that_cannot_be(
    data: Path, tmp_path: Path, value: str
) -> None:
    write_csv(data, "bureau", [{**BUREAU[0], "AMT_CREDIT_SUM": value}])
    said = refusal(data, tmp_path / "staged")
    assert "bureau.csv: column AMT_CREDIT_SUM: expected a number from 0" in said


@pytest.mark.parametrize(
    ("table", "column", "day"),
    [
        ("bureau", "DAYS_CREDIT", "1"),
        ("bureau_balance", "MONTHS_BALANCE", "1"),
        ("previous_application", "DAYS_DECISION", "1"),
        ("POS_CASH_balance", "MONTHS_BALANCE", "1"),
        ("installments_payments", "DAYS_INSTALMENT", "1.0"),
        ("installments_payments", "DAYS_ENTRY_PAYMENT", "1.0"),
        ("credit_card_balance", "MONTHS_BALANCE", "1"),
    ],
)
def test_refuses_a_record_of_after_the_application(
    data: Path, tmp_path: Path, table: str, column: str, day: str
) -> None:
    write_csv(data, table, [{column: day}])
    said = refusal(data, tmp_path / "staged")
    assert f"{table}.csv: column {column}: expected a number from" in said
    assert f"to 0, found {day}" in said


def test_counts_records_that_are_younger_than_the_application(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_csv(data, "bureau", [{**BUREAU[0], "DAYS_CREDIT_UPDATE": 3}])
    stage(HOME_CREDIT, data, tmp_path / "staged")
    assert "left out of the features: 1" in caplog.text


def test_refuses_a_duplicated_key(data: Path, tmp_path: Path) -> None:
    write_csv(data, "bureau", [*BUREAU, *BUREAU])
    said = refusal(data, tmp_path / "staged")
    assert said == "bureau.csv: SK_ID_BUREAU must be unique; 7 is there 2 times"


def test_refuses_a_month_that_a_contract_has_twice(data: Path, tmp_path: Path) -> None:
    months = {7: [0, -1, -120, -121], 8: [0, -1, -2, -1]}
    rows = [
        {"SK_ID_BUREAU": credit, "MONTHS_BALANCE": month, "STATUS": "0"}
        for credit, given in months.items()
        for month in given
    ]
    write_csv(data, "bureau_balance", rows[:-1])
    stage(HOME_CREDIT, data, tmp_path / "staged")
    write_csv(data, "bureau_balance", rows)
    assert refusal(data, tmp_path / "staged") == (
        "bureau_balance.csv: SK_ID_BUREAU, MONTHS_BALANCE must be unique;"
        " 8, -1 is there 2 times"
    )


def test_refuses_an_outcome_other_than_zero_or_one(data: Path, tmp_path: Path) -> None:
    write_csv(data, "application_train", [{"SK_ID_CURR": 1, "TARGET": 2}])
    said = refusal(data, tmp_path / "staged")
    assert "column TARGET: expected a number from 0 to 1, found 2" in said


def test_refuses_a_missing_id(data: Path, tmp_path: Path) -> None:
    write_csv(data, "application_train", [{"SK_ID_CURR": None, "TARGET": 1}])
    said = refusal(data, tmp_path / "staged")
    assert "column SK_ID_CURR: expected a value in every row" in said


def test_only_the_labelled_applications_need_rows(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_csv(data, "bureau", [])
    staged = stage(HOME_CREDIT, data, tmp_path / "staged")
    assert duckdb.execute(f"FROM '{staged['bureau']}'").fetchall() == []
    assert "bureau.csv: the table has a header and no rows" in caplog.text
    write_csv(data, "application_train", [])
    said = refusal(data, tmp_path / "staged")
    assert "application_train.csv: the table is empty" in said


def test_refuses_a_truncated_gzip(data: Path, tmp_path: Path) -> None:
    rows = [{"SK_ID_CURR": n, "TARGET": n % 2} for n in range(1, 5000)]
    packed = gzip.compress(write_csv(data, "application_train", rows).read_bytes())
    (data / "application_train.csv").unlink()
    (data / "application_train.csv.gz").write_bytes(packed[: len(packed) // 2])
    said = refusal(data, tmp_path / "staged")
    assert said.startswith("application_train.csv.gz: cannot be unpacked: ")
