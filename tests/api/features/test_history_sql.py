"""A statement of the history SQL that no record concerns answers as if it were run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any

import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.errors import BundleError
from api.features.history_sql import OnlineHistory

CREDITS = """SELECT a.SK_ID_CURR, CAST(count(SK_ID_BUREAU) AS FLOAT) AS CREDITS
FROM application a LEFT JOIN bureau USING (SK_ID_CURR) GROUP BY a.SK_ID_CURR"""
MONTHS = """SELECT SK_ID_CURR, CAST((SELECT sum(MONTHS_BALANCE) FROM bureau_balance)
AS FLOAT) AS MONTHS, CAST(7 AS FLOAT) AS SEVEN FROM application"""
COLUMNS = ("CREDITS", "MONTHS", "SEVEN")
CREDIT = {"SK_ID_CURR": 100001, "SK_ID_BUREAU": 5, "CREDIT_ACTIVE": "Active"}
MONTH = {"SK_ID_BUREAU": 5, "MONTHS_BALANCE": -3, "STATUS": "0"}


@pytest.fixture
def history(world: Any) -> Any:
    def made(sql: str) -> OnlineHistory:
        manifest = replace(read_bundle(world.bundle).manifest, history=COLUMNS)
        return OnlineHistory(sql, manifest, BoundedSemaphore())

    return made


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([{}, {}], [[0, np.nan, 7], [0, np.nan, 7]]),
        ([{"bureau": []}], [[0, np.nan, 7]]),
        ([{"bureau": [CREDIT]}, {}], [[1, np.nan, 7], [0, np.nan, 7]]),
        ([{"bureau": [CREDIT], "bureau_balance": [MONTH]}], [[1, -3, 7]]),
    ],
)
def test_what_has_no_records_is_known(
    history: Any,
    records: list[Mapping[str, Sequence[Mapping[str, Any]]]],
    expected: list[list[float]],
) -> None:
    columns = history(f"{CREDITS};\n{MONTHS};\n")
    for _ in range(2):  # a connection keeps nothing of those before
        np.testing.assert_array_equal(columns.compute(records), expected)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (CREDITS, "answers 1 columns of the history, expected 3"),
        (f"{MONTHS}; {CREDITS}", "column 1 is MONTHS FLOAT, expected CREDITS FLOAT"),
        (f"{CREDITS}; {MONTHS}; {CREDITS}", "answers 2 columns, expected 1"),
        (f"{CREDITS}; SELECT NOTHING FROM application", "NOTHING"),
        (f"{CREDITS} LIMIT 0; {MONTHS}", "one row per applicant"),
    ],
)
def test_refuses_statements_that_answer_other_columns(
    history: Any, sql: str, message: str
) -> None:
    with pytest.raises(BundleError, match=rf"history\.sql: .*{message}"):
        history(sql)
