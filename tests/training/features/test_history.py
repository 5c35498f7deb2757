"""History features on rows that one can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.training.rows import Row, fill, only_row
from training.features import history
from training.features.history import history as history_stage
from training.features.sql import compile_features
from training.language import LANGUAGES
from training.tables.home_credit import HOME_CREDIT, TABLES

CLIENT = {"SK_ID_CURR": 1}


def made(tables: Mapping[str, Sequence[Row]], client: int = 1) -> dict[str, Any]:
    """The history row of one client."""
    with duckdb.connect() as connection:
        frames = {
            name: fill(connection, name, rows)
            for name, rows in {"application": [CLIENT], **tables}.items()
        }
        every = history.features(HOME_CREDIT, tables)
        sql = history_stage(HOME_CREDIT, frames, every).to_native().sql_query()
        return only_row(
            connection, f"FROM ({sql.rstrip(';')}) WHERE SK_ID_CURR = {client}"
        )


BUREAU: list[Row] = [
    {
        **CLIENT,
        "SK_ID_BUREAU": 10,
        "CREDIT_ACTIVE": "Active",
        "CREDIT_TYPE": "Credit card",
        "DAYS_CREDIT": -100,
        "AMT_CREDIT_SUM": 1000.1,
        "AMT_CREDIT_SUM_DEBT": 250.0,
    },
    {
        **CLIENT,
        "SK_ID_BUREAU": 11,
        "CREDIT_ACTIVE": "Closed",
        "CREDIT_TYPE": "Consumer credit",
        "DAYS_CREDIT": -500,
        "AMT_CREDIT_SUM": 2000.2,
        "AMT_CREDIT_SUM_DEBT": None,
    },
    {
        "SK_ID_CURR": 2,
        "SK_ID_BUREAU": 12,
        "CREDIT_ACTIVE": "Active",
        "DAYS_CREDIT": -1,
        "AMT_CREDIT_SUM": 9.0,
    },
]
BALANCE = [
    {"SK_ID_BUREAU": 10, "MONTHS_BALANCE": 0, "STATUS": "1"},
    {"SK_ID_BUREAU": 10, "MONTHS_BALANCE": -20, "STATUS": "3"},
    {"SK_ID_BUREAU": 10, "MONTHS_BALANCE": -21, "STATUS": "C"},
]


def test_bureau_credits_are_counted_and_added_per_client() -> None:
    row = made({"bureau": BUREAU})
    assert row["BUREAU_COUNT"] == 2
    assert row["BUREAU_ACTIVE_COUNT"] == 1
    assert row["BUREAU_CARD_SHARE"] == 0.5
    assert row["BUREAU_LAST_YEAR_COUNT"] == 1
    assert row["BUREAU_AMT_CREDIT_SUM_SUM"] == pytest.approx(3000.3, rel=1e-7)
    assert row["BUREAU_DAYS_CREDIT_MEAN"] == -300
    assert row["BUREAU_DAYS_CREDIT_STD"] == pytest.approx(282.8427, rel=1e-6)
    assert row["BUREAU_ACTIVE_DEBT_TO_CREDIT_MAX"] == pytest.approx(
        250 / 1000.1, abs=1e-6
    )


def test_monthly_statuses_of_credits_elsewhere_reach_the_client() -> None:
    row = made({"bureau": BUREAU, "bureau_balance": BALANCE})
    assert row["BUREAU_MONTHS_LATE_SUM"] == 2
    assert row["BUREAU_MONTHS_LATE_RECENTLY_SUM"] == 1
    assert row["BUREAU_WORST_STATUS_MAX"] == 3
    assert row["BUREAU_MONTHS_REPORTED_MAX"] == 3


def test_what_is_missing_stays_missing() -> None:
    row = made({"bureau": BUREAU[1:2]})
    assert row["BUREAU_AMT_CREDIT_SUM_DEBT_SUM"] is None
    assert row["BUREAU_ACTIVE_AMT_CREDIT_SUM_SUM"] is None
    assert row["BUREAU_ACTIVE_COUNT"] == 0
    assert row["BUREAU_DAYS_CREDIT_STD"] is None


def test_a_client_without_records_has_a_row_of_nulls() -> None:
    row = made({"bureau": BUREAU[2:]})
    assert row.pop("SK_ID_CURR") == 1
    assert set(row.values()) == {None}


def test_sentinels_are_not_days_or_answers() -> None:
    row = made(
        {
            "previous_application": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 5,
                    "NAME_CONTRACT_STATUS": "Refused",
                    "CODE_REJECT_REASON": "XAP",
                    "DAYS_DECISION": -30,
                    "DAYS_TERMINATION": 365243.0,
                }
            ]
        }
    )
    assert row["PREVIOUS_DAYS_TERMINATION_MAX"] is None
    assert row["PREVIOUS_REFUSED_LAST_YEAR_COUNT"] == 1
    assert row["PREVIOUS_REJECT_HC_COUNT"] == 0


def test_instalments_are_late_short_or_unpaid() -> None:
    due = {**CLIENT, "SK_ID_PREV": 5, "AMT_INSTALMENT": 100.0}
    row = made(
        {
            "installments_payments": [
                {
                    **due,
                    "DAYS_INSTALMENT": -50.0,
                    "DAYS_ENTRY_PAYMENT": -40.0,
                    "AMT_PAYMENT": 100.0,
                },
                {
                    **due,
                    "DAYS_INSTALMENT": -80.0,
                    "DAYS_ENTRY_PAYMENT": -83.0,
                    "AMT_PAYMENT": 60.0,
                },
                {**due, "DAYS_INSTALMENT": -900.0},
            ]
        }
    )
    assert row["INSTALMENTS_COUNT"] == 3
    assert row["INSTALMENTS_LATE_COUNT"] == 1
    assert row["INSTALMENTS_VERY_LATE_COUNT"] == 1
    assert row["INSTALMENTS_UNPAID_COUNT"] == 1
    assert row["INSTALMENTS_DAYS_LATE_MEAN"] == 5
    assert row["INSTALMENTS_DAYS_EARLY_MAX"] == 3
    assert row["INSTALMENTS_SHORTFALL_MAX"] == 40
    assert row["INSTALMENTS_LAST_YEAR_COUNT"] == 2


def test_loans_and_cards_are_read_month_by_month() -> None:
    row = made(
        {
            "POS_CASH_balance": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 5,
                    "MONTHS_BALANCE": -2,
                    "CNT_INSTALMENT": 12.0,
                    "CNT_INSTALMENT_FUTURE": 3.0,
                    "SK_DPD": 4,
                    "SK_DPD_DEF": 0,
                }
            ],
            "credit_card_balance": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 6,
                    "MONTHS_BALANCE": -2,
                    "AMT_BALANCE": 50.0,
                    "AMT_CREDIT_LIMIT_ACTUAL": 200,
                    "SK_DPD": 0,
                },
                {
                    **CLIENT,
                    "SK_ID_PREV": 6,
                    "MONTHS_BALANCE": -5,
                    "AMT_BALANCE": 50.0,
                    "AMT_CREDIT_LIMIT_ACTUAL": 0,
                    "SK_DPD": 0,
                },
            ],
        }
    )
    assert row["POS_REMAINING_SHARE_MEAN"] == 0.25
    assert row["POS_LATE_SHARE"] == 1
    assert row["CARD_UTILISATION_MAX"] == 0.25
    assert row["CARD_LAST_QUARTER_AMT_BALANCE_MEAN"] == 50


FUTURE = (
    ("bureau", {"SK_ID_BUREAU": 99, "DAYS_CREDIT": -9, "DAYS_CREDIT_UPDATE": 1}),
    ("bureau", {"SK_ID_BUREAU": 99, "DAYS_CREDIT": -9, "DAYS_ENDDATE_FACT": 1.0}),
    (
        "previous_application",
        {"SK_ID_PREV": 9, "DAYS_DECISION": -9, "DAYS_FIRST_DRAWING": 1.0},
    ),
)


@pytest.mark.parametrize(("table", "record"), FUTURE)
def test_a_record_of_after_the_application_changes_nothing(
    table: str, record: Row
) -> None:
    known: dict[str, list[Row]] = {
        "bureau": BUREAU,
        "previous_application": [{**CLIENT, "SK_ID_PREV": 5, "DAYS_DECISION": -30}],
    }
    younger = {**CLIENT, **record, "AMT_CREDIT_SUM": 1e6, "AMT_CREDIT": 1e6}
    row = {name: younger[name] for name in younger if name in TABLES[table].names}
    injected = {**known, table: [*known[table], row]}
    assert made(injected) == made(known)


def test_what_is_planned_may_lie_ahead() -> None:
    row = made(
        {
            "bureau": [{**BUREAU[0], "DAYS_CREDIT_ENDDATE": 200.0}],
            "previous_application": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 5,
                    "NAME_CONTRACT_STATUS": "Approved",
                    "DAYS_DECISION": -30,
                    "DAYS_LAST_DUE_1ST_VERSION": 300.0,
                    "AMT_ANNUITY": 50.0,
                    "AMT_CREDIT": 500.0,
                    "CNT_PAYMENT": 12.0,
                }
            ],
        }
    )
    assert row["BUREAU_ENDS_LATER_AMT_CREDIT_SUM_DEBT_SUM"] == 250
    assert row["PREVIOUS_RUNNING_AMT_ANNUITY_SUM"] == 50
    # Twelve payments of 50 repay 500 at 2.923 % a month.
    assert row["PREVIOUS_APPROVED_YEARLY_RATE_MEAN"] == pytest.approx(0.3507, abs=5e-3)


def test_time_between_credits_and_slopes() -> None:
    days = (-900, -100, -500, -100)
    dues = ((-10, 4), (-40, 0), (-70, 8), (-500, 40))
    row = made(
        {
            "bureau": [
                {**CLIENT, "SK_ID_BUREAU": place, "DAYS_CREDIT": day}
                for place, day in enumerate(days)
            ],
            "installments_payments": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 5,
                    "DAYS_INSTALMENT": float(due),
                    "DAYS_ENTRY_PAYMENT": float(due + late),
                }
                for due, late in dues
            ],
            "credit_card_balance": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 6,
                    "MONTHS_BALANCE": -month,
                    "AMT_BALANCE": 100.0 * month,
                    "AMT_CREDIT_LIMIT_ACTUAL": 1000,
                }
                for month in (1, 2, 4)
            ],
        }
    )
    assert row["BUREAU_DAYS_BETWEEN_MIN"] == 0
    assert row["BUREAU_DAYS_BETWEEN_MAX"] == 400
    assert row["BUREAU_DAYS_BETWEEN_MEAN"] == pytest.approx(800 / 3)
    assert row["INSTALMENTS_LAST_1_DAYS_LATE_MEAN"] == 4
    assert row["INSTALMENTS_LATE_DAYS_INSTALMENT_MIN"] == -500
    assert row["INSTALMENTS_LATE_DAYS_INSTALMENT_MAX"] == -10
    assert row["CARD_UTILISATION_SLOPE"] == pytest.approx(-0.1)
    assert row["CARD_LAST_YEAR_AMT_BALANCE_SLOPE"] == pytest.approx(-100)
    due, late = np.transpose(dues)
    fitted = np.polyfit(due, late, 1)[0]
    assert row["INSTALMENTS_DAYS_LATE_SLOPE"] == pytest.approx(fitted)


def test_there_are_enough_features_and_each_is_described_once() -> None:
    found = compile_features(HOME_CREDIT, HOME_CREDIT.histories)
    assert len(found.features) >= 700
    assert {one.table for one in found.features} == {
        "application",
        *HOME_CREDIT.histories,
    }
    names = [feature.name for feature in found.features]
    assert len(names) == len(set(names))
    for language in LANGUAGES:
        labels = [feature.labels[language] for feature in found.features]
        assert len(labels) == len(set(labels)), language


def test_it_is_known_where_the_risk_goes_with_debts_arrears_and_enquiries() -> None:
    features = compile_features(HOME_CREDIT, HOME_CREDIT.histories).features
    directions = {one.name: one.raises_risk - one.lowers_risk for one in features}
    expected = {
        "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM": 1,
        "BUREAU_DEBT_TO_INCOME": 1,
        "BUREAU_OVERDUE_COUNT": 1,
        "BUREAU_WORST_STATUS_MAX": 1,
        "BUREAU_AMT_CREDIT_SUM_SUM": 0,
        "POS_SK_DPD_MEAN": 1,
        "POS_SK_DPD_SLOPE": 0,
        "POS_LATE_SHARE": 1,
        "POS_LATE_MONTHS_BALANCE_MAX": 0,
        "CARD_UTILISATION_MEAN": 1,
        "INSTALMENTS_DAYS_LATE_MAX": 1,
        "INSTALMENTS_DAYS_LATE_STD": 0,
        "INSTALMENTS_DAYS_LATE_LAST_YEAR_TO_ALL": 0,
        "INSTALMENTS_UNPAID_COUNT": 1,
        "AMT_REQ_CREDIT_BUREAU_YEAR": 1,
        "ENQUIRIES_TOTAL": 1,
        "ANNUITY_TO_INCOME": 1,
        "AMT_CREDIT": 0,
        "EXT_SOURCE_2": -1,
        "EXT_SOURCE_WEIGHTED": -1,
        "EXT_SOURCE_SPREAD": 0,
    }
    assert {name: directions[name] for name in expected} == expected


def test_each_table_of_records_is_called_by_a_name_of_its_own() -> None:
    called = [history.called(HOME_CREDIT, name) for name in HOME_CREDIT.histories]
    assert called[0]["en"] == "Credits elsewhere"
    for language in LANGUAGES:
        assert len({one[language] for one in called}) == len(called)


def test_absent_tables_give_no_features() -> None:
    assert history.features(HOME_CREDIT, []) == []
    assert {one.table for one in compile_features(HOME_CREDIT, []).features} == {
        "application"
    }
    assert compile_features(HOME_CREDIT, ["bureau"]).tables == ("application", "bureau")


def test_the_last_few_instalments_are_those_due_last() -> None:
    late = {-10: 4, -40: 0, -70: 8, -500: 40}
    row = made(
        {
            "installments_payments": [
                {
                    **CLIENT,
                    "SK_ID_PREV": 5,
                    "DAYS_INSTALMENT": float(due),
                    "DAYS_ENTRY_PAYMENT": float(due + days),
                }
                for due, days in late.items()
            ]
        }
    )
    assert row["INSTALMENTS_LAST_3_DAYS_LATE_MEAN"] == 4
    assert row["INSTALMENTS_LAST_5_DAYS_LATE_MEAN"] == 13
    assert row["INSTALMENTS_DAYS_LATE_LAST_YEAR_TO_ALL"] == pytest.approx(4 / 13)


def test_a_trend_over_nothing_is_missing() -> None:
    row = made(
        {
            "POS_CASH_balance": [
                {**CLIENT, "SK_ID_PREV": 5, "MONTHS_BALANCE": -2, "SK_DPD": 0}
            ]
        }
    )
    assert row["POS_SK_DPD_LAST_HALF_TO_ALL"] is None
