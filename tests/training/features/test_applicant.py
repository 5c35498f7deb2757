"""Applicant features on rows that one can check by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pytest

from tests.training.rows import Row, fill, only_row
from training.features import applicant
from training.features.applicant import learn_ages, terms
from training.tables.home_credit import HOME_CREDIT
from training.tables.home_credit.reasons import CIRCUMSTANCES
from training.tables.schema import Role, Use

DEBT = "BUREAU_ACTIVE_AMT_CREDIT_SUM_DEBT_SUM"
APPLICANT = {
    "SK_ID_CURR": 1,
    "AMT_CREDIT": 1000.0,
    "AMT_ANNUITY": 100.0,
    "AMT_INCOME_TOTAL": 500.0,
    "AMT_GOODS_PRICE": 0.0,
    "DAYS_BIRTH": -20000,
    "DAYS_EMPLOYED": 365243,
    "EXT_SOURCE_1": 0.2,
    "EXT_SOURCE_3": 0.6,
    "ORGANIZATION_TYPE": "XNA",
    "OCCUPATION_TYPE": "Drivers",
}


def made(application: Row) -> dict[str, Any]:
    with duckdb.connect() as connection:
        frame = fill(connection, "application", [application])
        connection.execute(
            f"CREATE TABLE history AS SELECT 1::BIGINT AS SK_ID_CURR,"
            f" 250::FLOAT AS {DEBT}, 400::FLOAT AS BUREAU_ACTIVE_AMT_CREDIT_SUM_SUM"
        )
        past = nw.from_native(connection.table("history"))
        wanted = [
            one
            for one in applicant.features(HOME_CREDIT, ["bureau"])
            if not one.name.startswith("BUREAU_")
            or one.name in (DEBT, "BUREAU_DEBT_TO_INCOME", "BUREAU_DEBT_TO_LOAN")
        ]
        sql = (
            applicant.applicant(HOME_CREDIT, frame, past, wanted)
            .to_native()
            .sql_query()
        )
        return only_row(connection, sql)


def test_ratios_of_the_loan() -> None:
    row = made(APPLICANT)
    assert row["CREDIT_TO_ANNUITY"] == 10
    assert row["ANNUITY_TO_INCOME"] == pytest.approx(0.2)
    assert row["CREDIT_LESS_GOODS"] == 1000


def test_a_division_by_zero_is_missing() -> None:
    assert made(APPLICANT)["CREDIT_TO_GOODS"] is None


CASH_LOAN = {
    **APPLICANT,
    "NAME_CONTRACT_TYPE": "Cash loans",
    "AMT_GOODS_PRICE": 450000.0,
    "AMT_CREDIT": 539100.0,
    "AMT_ANNUITY": 27652.5,
    "AMT_INCOME_TOTAL": 135000.0,
}


def test_the_price_of_a_cash_loan_tells_its_term_and_interest() -> None:
    row = made(CASH_LOAN)
    assert row["LOAN_TERM"] == 36
    interest = 36 * 27652.5 - 539100
    assert row["LOAN_INTEREST"] == pytest.approx(interest / 539100)
    assert row["LOAN_INTEREST_TO_INCOME"] == pytest.approx(interest / 135000)
    assert row["LOAN_INSURANCE"] == pytest.approx(0.198 / 36)
    month = row["LOAN_RATE"] / 12
    repaid = 27652.5 * (1 - (1 + month) ** -36) / month
    assert repaid == pytest.approx(539100, rel=0.01)


def test_a_term_that_the_application_carries_is_used() -> None:
    row = made({**CASH_LOAN, "CNT_PAYMENT": 24})
    assert row["LOAN_TERM"] == 24
    assert row["LOAN_INTEREST"] == pytest.approx((24 * 27652.5 - 539100) / 539100)
    assert made({**CASH_LOAN, "CNT_PAYMENT": 36}) == made(CASH_LOAN)
    card = {**CASH_LOAN, "NAME_CONTRACT_TYPE": "Revolving loans", "CNT_PAYMENT": 24}
    assert made(card)["LOAN_TERM"] == 24


def test_the_tree_of_terms_tells_which_fit_nearly_as_well() -> None:
    """By the same splits as the features', the one that is taken first."""

    def leaves(node: Any) -> Iterator[list[int]]:
        if isinstance(node, list):
            yield node
        else:
            yield from leaves(node["below"])
            yield from leaves(node["above"])

    found = [*leaves(terms.as_likely())]
    assert {24, 36} <= {one[0] for one in found}
    assert any(len(one) > 1 for one in found)
    amounts = {"amount": 539100.0, "over_instalment": 19.496, "over_price": 1.198}
    node = terms.as_likely()
    while isinstance(node, dict):
        node = node["below" if amounts[node["of"]] <= node["at"] else "above"]
    assert node[0] == 36


@pytest.mark.parametrize(
    "change",
    [
        {"NAME_CONTRACT_TYPE": "Revolving loans"},
        {"AMT_ANNUITY": None},
        {"AMT_GOODS_PRICE": None},
        {"AMT_CREDIT": 0.0},
    ],
)
def test_a_loan_without_a_price_has_no_estimated_term(change: Row) -> None:
    row = made({**CASH_LOAN, **change})
    assert {row[name] for name in row if name.startswith("LOAN_T")} == {None}
    assert row["LOAN_RATE"] is None
    assert row["LOAN_INTEREST"] is None


def test_external_scores_leave_missing_ones_out() -> None:
    row = made(APPLICANT)
    assert row["EXT_SOURCE_MEAN"] == pytest.approx(0.4)
    assert row["EXT_SOURCE_WEIGHTED"] == pytest.approx((0.4 + 2.4) / 6)
    assert row["EXT_SOURCE_KNOWN"] == 2
    assert row["EXT_SOURCE_SPREAD"] == pytest.approx(0.2828427)
    assert row["EXT_SOURCE_PRODUCT"] is None
    nothing = made({**APPLICANT, "EXT_SOURCE_1": None, "EXT_SOURCE_3": None})
    assert nothing["EXT_SOURCE_MEAN"] is None
    assert nothing["EXT_SOURCE_SPREAD"] is None


def test_a_score_is_told_against_what_is_usual_at_that_age() -> None:
    # Of 40 years: usual are 0.50838 and 0.521268, with spreads of 0.2459 and 0.286212.
    row = made({**APPLICANT, "DAYS_BIRTH": -14610})
    assert row["EXT_SOURCE_1_FOR_AGE"] == pytest.approx((0.2 - 0.50838) / 0.2459)
    assert row["EXT_SOURCE_3_FOR_AGE"] == pytest.approx((0.6 - 0.521268) / 0.286212)
    assert row["EXT_SOURCE_2_FOR_AGE"] is None
    younger = made({**APPLICANT, "DAYS_BIRTH": -8000})
    for score in ("1", "3", "MEAN"):
        name = f"EXT_SOURCE_{score}_FOR_AGE"
        assert younger[name] > row[name]
    unborn = made({**APPLICANT, "DAYS_BIRTH": None})
    assert unborn["EXT_SOURCE_3_FOR_AGE"] is None


def test_what_is_usual_at_an_age_is_learnt_from_the_middle_of_its_scores() -> None:
    years = np.repeat(np.arange(20.5, 70, 1.0), 101)
    shares = np.tile(np.linspace(-1, 1, 101), 50)
    score = 0.1 + 0.02 * years - 0.0001 * years**2 + shares * (0.3 - 0.002 * years)
    missing = np.where(np.arange(len(years)) % 7 == 0, np.nan, score)
    found = learn_ages.learn(years, missing)
    for age in (25, 45, 65):
        usual = 0.1 + 0.02 * age - 0.0001 * age**2
        assert np.polyval(found["typical"], age) == pytest.approx(usual, rel=0.01)
        spread = 0.3 - 0.002 * age
        assert np.polyval(found["spread"], age) == pytest.approx(spread, rel=0.05)


def test_sentinels_of_pensioners_are_missing() -> None:
    row = made(APPLICANT)
    assert row["DAYS_EMPLOYED"] is None
    assert row["EMPLOYED_TO_AGE"] is None
    assert row["ORGANIZATION_TYPE"] is None
    assert row["OCCUPATION_TYPE"] == "Drivers"


def test_history_crosses_with_the_application() -> None:
    row = made(APPLICANT)
    assert row["BUREAU_DEBT_TO_INCOME"] == 0.5
    assert row["BUREAU_DEBT_TO_LOAN"] == 0.25
    assert row[DEBT] == 250


def test_what_nobody_can_be_held_to_is_no_input_unless_asked_for() -> None:
    names = {one.name for one in applicant.features(HOME_CREDIT, [])}
    assert not names & {*HOME_CREDIT.left_out, "SK_ID_CURR", "TARGET"}
    assert {"CODE_GENDER", "DEF_30_CNT_SOCIAL_CIRCLE"} < {*HOME_CREDIT.left_out}
    assert "HOUR_APPR_PROCESS_START" in HOME_CREDIT.left_out
    asked = applicant.features(HOME_CREDIT, [], [Use.PROTECTED, Use.OTHER_PEOPLE])
    added = {feature.name for feature in asked} - names
    assert added == {*HOME_CREDIT.left_out} - {*CIRCUMSTANCES}


def test_every_application_column_has_a_reason_group_that_is_told() -> None:
    columns = (one for one in HOME_CREDIT.application if one.use is not Use.NONE)
    groups = {one.group for one in columns if one.role is not Role.CLIENT}
    assert groups <= set(HOME_CREDIT.by_group)
    told = {one.group for one in applicant.features(HOME_CREDIT, ["bureau"])}
    assert told <= set(HOME_CREDIT.by_group)
