from __future__ import annotations

from collections.abc import Iterator

import pytest

from training.tables.home_credit import HOME_CREDIT, TABLES
from training.tables.schema import Column, Role, Type

# Roles that several columns may have, or none.
NOT_HERE = (Role.DATE, Role.RECORD, Role.INSTALMENTS, Role.APPLIED)
COLUMN_COUNTS = {
    "application": 121,
    "bureau": 17,
    "bureau_balance": 3,
    "previous_application": 37,
    "POS_CASH_balance": 8,
    "installments_payments": 8,
    "credit_card_balance": 23,
}


def every_column() -> Iterator[tuple[str, Column]]:
    yield "application", HOME_CREDIT.target
    for table in TABLES.values():
        for column in table:
            yield table.name, column


def test_declares_every_kaggle_table_with_all_its_columns():
    counts = {
        name: len({column.name for column in table if not column.optional})
        for name, table in TABLES.items()
    }
    assert counts == COLUMN_COUNTS
    assert ["application", *HOME_CREDIT.histories] == list(COLUMN_COUNTS)


def test_the_application_does_not_contain_its_own_outcome():
    assert "TARGET" not in TABLES["application"].names


@pytest.mark.parametrize("name", COLUMN_COUNTS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_columns_of_a_table_share_a_label(name, language):
    labels = [column.labels[language] for column in TABLES[name]]
    assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize("name", COLUMN_COUNTS)
def test_key_columns_are_declared_and_never_null(name):
    table = TABLES[name]
    assert [key for key in table.key if table[key].nullable] == []


def test_every_number_has_bounds_and_no_category_has_any():
    wrong = [
        (table, column.name)
        for table, column in every_column()
        if (column.bounds is None) != (column.type is Type.CATEGORY)
    ]
    assert wrong == []


def test_lower_bounds_lie_below_upper_bounds():
    wrong = [
        (table, column.name)
        for table, column in every_column()
        if column.bounds and not column.bounds[0] < column.bounds[1]
    ]
    assert wrong == []


def test_every_label_is_translated():
    same = {
        column.labels["en"]
        for _, column in every_column()
        if column.labels["en"] == column.labels["fr"]
    }
    assert same == set()


def test_meanings_are_sentences():
    wrong = [c.name for _, c in every_column() if not c.meaning.endswith(".")]
    assert wrong == []


def test_kaggles_sentinel_and_negative_balances_are_within_bounds():
    assert TABLES["application"]["DAYS_EMPLOYED"].bounds == (-36500, 365243)
    assert TABLES["bureau"]["DAYS_CREDIT_ENDDATE"].bounds == (-73000, 365243)
    assert TABLES["bureau"]["AMT_CREDIT_SUM_DEBT"].bounds == (-1e12, 1e12)
    assert TABLES["credit_card_balance"]["AMT_BALANCE"].bounds == (-1e12, 1e12)


def test_each_role_of_the_application_is_one_columns_and_every_term_has_one():
    roles = [column.role for column in TABLES["application"]]
    told = [role for role in Role if role not in NOT_HERE]
    assert [roles.count(role) for role in told] == [1] * len(told)
    assert [c.name for _, c in every_column() if c.term and not c.role] == []


def test_every_column_of_the_application_is_read_in_a_section():
    application = TABLES["application"]
    without = [c.name for c in application if c.section not in application.sections]
    assert without == ["SK_ID_CURR"]


def test_every_history_table_says_when_its_records_were_made():
    dated = {name: [c.name for c in TABLES[name] if c.recorded] for name in TABLES}
    assert dated == {
        "application": [],
        "bureau": ["DAYS_CREDIT", "DAYS_ENDDATE_FACT", "DAYS_CREDIT_UPDATE"],
        "bureau_balance": ["MONTHS_BALANCE"],
        "previous_application": ["DAYS_DECISION"],
        "POS_CASH_balance": ["MONTHS_BALANCE"],
        "installments_payments": ["DAYS_INSTALMENT", "DAYS_ENTRY_PAYMENT"],
        "credit_card_balance": ["MONTHS_BALANCE"],
    }
