"""Synthetic tables: whole, coherent, informative, and the same for the same seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from training.errors import ConfigurationError
from training.synthesize import generate, synthesize
from training.synthesize.application import PRICES
from training.tables.home_credit import HOME_CREDIT
from training.tables.home_credit.kinds import category, share
from training.tables.stage import stage

CLIENTS = 12_000
SEED = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synthetic")
    synthesize(CLIENTS, out, file_format="parquet", seed=SEED, progress=ignore)
    return out


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        for path in folder.glob("*.parquet"):
            connection.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
        connection.execute(
            "CREATE VIEW clients AS SELECT SK_ID_CURR FROM application_train "
            "UNION ALL SELECT SK_ID_CURR FROM application_test"
        )
        yield connection


def ignore(_message: str) -> None:
    pass


def value(database: duckdb.DuckDBPyConnection, select: str) -> float:
    return database.execute(f"SELECT {select}").fetchall()[0][0]


def hashes(folder: Path) -> dict[str, str]:
    beside = {PRICES.name, generate.REFERENCES}
    tables = (p for p in folder.iterdir() if p.name not in beside)
    return {p.name: sha256(p.read_bytes()).hexdigest() for p in tables}


def test_same_seed_gives_the_same_bytes_with_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "CLIENTS_PER_BLOCK", 200)
    connect = duckdb.connect
    for file_format in ("csv", "parquet"):
        for threads in (1, 3):
            monkeypatch.setattr(
                duckdb, "connect", lambda n=threads: connect(config={"threads": n})
            )
            out = tmp_path / f"{file_format}-{threads}"
            synthesize(700, out, file_format=file_format, seed=5, progress=ignore)
        first, second = hashes(tmp_path / f"{file_format}-1"), hashes(out)
        assert first == second
        assert len(first) == 8
    other = tmp_path / "other"
    synthesize(700, other, file_format="csv", seed=6, progress=ignore)
    assert not set(hashes(other).values()) & set(hashes(tmp_path / "csv-1").values())


def test_memory_holds_a_row_group_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "CLIENTS_PER_BLOCK", 200)
    synthesize(700, tmp_path, file_format="parquet", progress=ignore)
    groups = {pq.ParquetFile(p).num_row_groups for p in tmp_path.glob("*.parquet")}
    assert groups == {5}


def test_csv_and_parquet_hold_the_same_values(tmp_path: Path) -> None:
    for file_format in ("csv", "parquet"):
        out = tmp_path / file_format
        synthesize(300, out, file_format=file_format, seed=1, progress=ignore)
    for name, columns in generate.FILES.items():
        types = {column.name: str(column.type.value) for column in columns}
        text = tmp_path / "csv" / f"{name}.csv"
        binary = tmp_path / "parquet" / f"{name}.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"CREATE VIEW c AS FROM read_csv('{text}', header=true, "
                f"columns={types})"
            )
            connection.execute(f"CREATE VIEW p AS FROM '{binary}'")
            differing = connection.execute(
                "SELECT count(*) FROM "
                "((FROM c EXCEPT ALL FROM p) UNION ALL (FROM p EXCEPT ALL FROM c))"
            ).fetchall()
            assert differing == [(0,)], name


def test_csv_is_written_as_the_source_writes_it(tmp_path: Path) -> None:
    synthesize(300, tmp_path, seed=1, progress=ignore)
    text = (tmp_path / "application_train.csv").read_text()
    row = next(csv.DictReader(text.splitlines()))
    assert list(row)[:2] == ["SK_ID_CURR", "TARGET"]
    assert row["AMT_INCOME_TOTAL"].endswith(".0")
    assert row["DAYS_BIRTH"].removeprefix("-").isdigit()
    assert '"Stone, brick"' in text
    assert '"Cash loans"' not in text
    assert ",," in text
    assert ",nan" not in text


def test_the_loaders_accept_every_table(folder: Path, tmp_path: Path) -> None:
    staged = stage(HOME_CREDIT, folder, tmp_path)
    assert len(staged) == 8


def test_columns_are_the_declared_ones_in_order(folder: Path) -> None:
    for name, columns in generate.FILES.items():
        schema = pq.read_schema(folder / f"{name}.parquet")
        assert schema.names == [column.name for column in columns]


def test_a_column_without_a_shape_is_drawn_from_its_declaration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = (
        category("PET", {"en": "Pet"}, "Which.", words={"CAT": {"en": "Cat"}}),
        share("TRUST", {"en": "Trust"}, "How much."),
    )
    files = dict(generate.FILES)
    files["application_train"] += added
    monkeypatch.setattr(generate, "FILES", files)
    synthesize(200, tmp_path, file_format="parquet", progress=ignore)
    path = tmp_path / "application_train.parquet"
    drawn = duckdb.execute(
        f"SELECT min(PET), max(PET), min(TRUST), max(TRUST) FROM '{path}'"
    )
    assert drawn.fetchall() == [("CAT", "CAT", 0.0, 1.0)]


def test_clients_are_labelled_and_test_ones_in_proportion(
    database: duckdb.DuckDBPyConnection,
) -> None:
    assert value(database, "count(*) FROM application_train") == CLIENTS
    assert value(database, "count(*) FROM application_test") == 1_902
    assert 0.07 <= value(database, "avg(TARGET) FROM application_train") <= 0.09


@pytest.mark.parametrize(
    ("table", "key", "parent"),
    [
        ("bureau", "SK_ID_CURR", "clients"),
        ("previous_application", "SK_ID_CURR", "clients"),
        ("bureau_balance", "SK_ID_BUREAU", "bureau"),
        ("POS_CASH_balance", "SK_ID_PREV, SK_ID_CURR", "previous_application"),
        ("installments_payments", "SK_ID_PREV, SK_ID_CURR", "previous_application"),
        ("credit_card_balance", "SK_ID_PREV, SK_ID_CURR", "previous_application"),
    ],
)
def test_every_row_has_its_parent(
    database: duckdb.DuckDBPyConnection, table: str, key: str, parent: str
) -> None:
    orphans = f"count(*) FROM {table} ANTI JOIN {parent} USING ({key})"
    assert value(database, orphans) == 0


def test_only_granted_loans_of_the_right_type_have_balances(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = {
        table: set(
            database.execute(
                "SELECT DISTINCT NAME_CONTRACT_TYPE, NAME_CONTRACT_STATUS "
                f"FROM previous_application SEMI JOIN {table} USING (SK_ID_PREV)"
            ).fetchall()
        )
        for table in (
            "POS_CASH_balance",
            "installments_payments",
            "credit_card_balance",
        )
    }
    loans = {("Cash loans", "Approved"), ("Consumer loans", "Approved")}
    card = {("Revolving loans", "Approved")}
    assert found == {
        "POS_CASH_balance": loans,
        "installments_payments": loans | card,
        "credit_card_balance": card,
    }


def test_invented_records_are_dated_before_the_application(
    database: duckdb.DuckDBPyConnection,
) -> None:
    checks = {
        "bureau": "DAYS_CREDIT, DAYS_ENDDATE_FACT, DAYS_CREDIT_UPDATE",
        "bureau_balance": "MONTHS_BALANCE",
        "previous_application": "DAYS_DECISION, nullif(DAYS_FIRST_DUE, 365243), "
        "nullif(DAYS_LAST_DUE, 365243), nullif(DAYS_TERMINATION, 365243)",
        "POS_CASH_balance": "MONTHS_BALANCE + 1",
        "credit_card_balance": "MONTHS_BALANCE + 1",
        "installments_payments": "DAYS_INSTALMENT, DAYS_ENTRY_PAYMENT",
    }
    for table, columns in checks.items():
        latest = value(database, f"max(greatest({columns})) FROM {table}")
        assert latest <= 0, table
    assert value(database, "max(DAYS_CREDIT_ENDDATE) FROM bureau") > 0


def test_instalments_lie_between_first_and_planned_last_due_day(
    database: duckdb.DuckDBPyConnection,
) -> None:
    outside = (
        "count(*) FROM installments_payments JOIN previous_application "
        "USING (SK_ID_PREV) WHERE NAME_CONTRACT_TYPE <> 'Revolving loans' AND "
        "NOT DAYS_INSTALMENT BETWEEN DAYS_FIRST_DUE AND DAYS_LAST_DUE_1ST_VERSION"
    )
    assert value(database, outside) == 0


def test_sentinels_come_where_the_source_has_them(
    database: duckdb.DuckDBPyConnection,
) -> None:
    pensioners = "FROM application_train WHERE NAME_INCOME_TYPE = 'Pensioner'"
    for fact in (
        "DAYS_EMPLOYED = 365243",
        "OCCUPATION_TYPE IS NULL",
        "ORGANIZATION_TYPE = 'XNA'",
        "FLAG_EMP_PHONE = 0",
    ):
        assert value(database, f"bool_and({fact}) {pensioners}"), fact
    granted = "FROM previous_application WHERE NAME_CONTRACT_STATUS = 'Approved'"
    assert value(database, f"bool_and(CODE_REJECT_REASON = 'XAP') {granted}")
    never = "avg((DAYS_FIRST_DRAWING = 365243)::INT)"
    assert 0.85 < value(database, f"{never} {granted}") < 0.98
    canceled = "FROM previous_application WHERE NAME_CONTRACT_STATUS = 'Canceled'"
    assert value(database, f"avg((NAME_PORTFOLIO = 'XNA')::INT) {canceled}") > 0.9


@pytest.mark.parametrize(
    ("table", "column", "share"),
    [
        ("application_train", "EXT_SOURCE_1", 0.566),
        ("application_train", "EXT_SOURCE_3", 0.198),
        ("application_train", "OWN_CAR_AGE", 0.66),
        ("application_train", "APARTMENTS_AVG", 0.507),
        ("application_train", "COMMONAREA_MEDI", 0.698),
        ("application_train", "AMT_REQ_CREDIT_BUREAU_YEAR", 0.135),
        ("application_test", "EXT_SOURCE_1", 0.421),
        ("bureau", "AMT_CREDIT_MAX_OVERDUE", 0.655),
        ("previous_application", "AMT_ANNUITY", 0.22),
        ("previous_application", "RATE_INTEREST_PRIMARY", 0.996),
    ],
)
def test_values_are_missing_as_often_as_in_the_source(
    database: duckdb.DuckDBPyConnection, table: str, column: str, share: float
) -> None:
    missing = value(database, f"avg(({column} IS NULL)::INT) FROM {table}")
    assert missing == pytest.approx(share, abs=0.035)


def test_a_loan_has_the_rate_of_the_lenders_price(
    database: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Of the first one that covers it, to the cent."""
    prices = json.loads((folder / "prices.json").read_text())["rates"]
    rows = database.execute(
        "SELECT NAME_CONTRACT_TYPE, AMT_CREDIT, AMT_ANNUITY, CNT_PAYMENT"
        " FROM application_train WHERE AMT_ANNUITY IS NOT NULL"
    ).fetchall()
    loans = [row for row in rows if row[3] is not None]
    assert {row[0] for row in loans} == {"Cash loans"}
    assert len(loans) < len(rows)
    for _, amount, instalment, number in loans:
        rate = next(
            price["yearly_rate"]
            for price in prices
            if amount <= price.get("amount_up_to", amount)
            if number <= price["instalments_up_to"]
        )
        month = rate / 12
        level = amount * month / (1 - (1 + month) ** -number)
        assert level == pytest.approx(instalment, abs=0.006)


def test_every_client_has_a_reference_of_their_own(
    database: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    written = (folder / "references.csv").read_text("utf-8").splitlines()
    header, *rows = (line.split(",") for line in written)
    assert header == ["SK_ID_CURR", "reference"]
    known = database.execute(
        "SELECT SK_ID_CURR FROM application_train UNION ALL"
        " SELECT SK_ID_CURR FROM application_test"
    ).fetchall()
    assert sorted(int(key) for key, _ in rows) == sorted(key for (key,) in known)
    assert len({reference for _, reference in rows}) == len(rows)


def test_building_columns_are_missing_together(
    database: duckdb.DuckDBPyConnection,
) -> None:
    together = "corr((APARTMENTS_AVG IS NULL)::INT, (FLOORSMAX_MEDI IS NULL)::INT)"
    assert value(database, f"{together} FROM application_train") > 0.8
    car = "bool_and((OWN_CAR_AGE IS NULL) = (FLAG_OWN_CAR = 'N'))"
    assert value(database, f"{car} FROM application_train")


def test_test_clients_come_from_a_shifted_population(
    database: duckdb.DuckDBPyConnection,
) -> None:
    def change(measure: str) -> float:
        later = value(database, f"{measure} FROM application_test")
        return later - value(database, f"{measure} FROM application_train")

    assert change("avg((NAME_CONTRACT_TYPE = 'Revolving loans')::INT)") < -0.05
    assert change("avg(AMT_REQ_CREDIT_BUREAU_MON)") < -0.2
    assert change("avg(AMT_REQ_CREDIT_BUREAU_QRT)") > 0.2
    assert change("avg(DAYS_LAST_PHONE_CHANGE)") < -50


@pytest.mark.parametrize(
    ("table", "aggregate"),
    [
        ("bureau", "avg(DAYS_CREDIT)"),
        (
            "bureau_balance JOIN bureau USING (SK_ID_BUREAU)",
            "avg((STATUS IN ('1', '2', '3', '4', '5'))::INT)",
        ),
        ("previous_application", "avg((NAME_CONTRACT_STATUS = 'Refused')::INT)"),
        ("POS_CASH_balance", "avg((SK_DPD > 0)::INT)"),
        ("installments_payments", "avg(DAYS_ENTRY_PAYMENT - DAYS_INSTALMENT)"),
        (
            "credit_card_balance",
            "max(AMT_BALANCE / nullif(AMT_CREDIT_LIMIT_ACTUAL, 0))",
        ),
    ],
)
def test_every_history_table_tells_defaults_apart(
    database: duckdb.DuckDBPyConnection, table: str, aggregate: str
) -> None:
    auc = value(
        database,
        f"""(sum(place) FILTER (TARGET = 1) - count(*) FILTER (TARGET = 1)
             * (count(*) FILTER (TARGET = 1) + 1) / 2)
            / (count(*) FILTER (TARGET = 1) * count(*) FILTER (TARGET = 0))
        FROM (SELECT TARGET, rank() OVER (ORDER BY measure)
                     + (count(*) OVER (PARTITION BY measure) - 1) / 2 AS place
              FROM (SELECT SK_ID_CURR, {aggregate} AS measure FROM {table} GROUP BY 1)
              JOIN application_train USING (SK_ID_CURR) WHERE measure IS NOT NULL)""",
    )
    assert 0.55 < auc < 0.75


@pytest.mark.parametrize(
    ("clients", "file_format", "seed", "message"),
    [
        (0, "csv", 0, "clients: expected 1 or more, found 0"),
        (1, "xlsx", 0, "format: expected one of csv, parquet; found xlsx"),
        (1, "csv", -1, "seed: expected 0 or more, found -1"),
    ],
)
def test_refuses_options_that_cannot_be_used(
    tmp_path: Path, clients: int, file_format: str, seed: int, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        synthesize(
            clients, tmp_path, file_format=file_format, seed=seed, progress=ignore
        )
    assert not list(tmp_path.iterdir())


def test_refuses_a_folder_with_a_table_in_another_format(tmp_path: Path) -> None:
    (tmp_path / "bureau.csv.gz").touch()
    with pytest.raises(ConfigurationError, match=r"bureau\.csv\.gz is there already"):
        synthesize(1, tmp_path, file_format="parquet", progress=ignore)


def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesize(1, tmp_path, seed=1, progress=ignore)
    before = hashes(tmp_path)

    def fail(_message: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        synthesize(50, tmp_path, seed=2, progress=fail)
    assert hashes(tmp_path) == before
