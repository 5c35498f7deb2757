"""SQL in which what is repeated is written once answers the same."""

from __future__ import annotations

import duckdb
import pytest

from training.features.sharing import shared

LOANS = (
    "CREATE TABLE loans AS SELECT * FROM (VALUES (1, 9), (1, 400), (2, NULL)) t(a, b)"
)
WHOLE = "round(b * 2)"
LATE = f"CASE WHEN b > 10 THEN {WHOLE} END"
SMALL = "CASE WHEN b < 50 THEN CAST(b AS TINYINT) END"
GROUPED = f"""WITH paid AS (SELECT a, b FROM loans WHERE a < 9), sums AS (SELECT a,
sum({LATE}) / count({LATE}) AS mean, max({LATE}) + sum({LATE}) AS m, min({WHOLE}) AS n,
max({WHOLE}) AS o FROM paid GROUP BY a) SELECT a, mean, m, n, o FROM sums"""


@pytest.mark.parametrize(
    ("sql", "once"),
    [
        (GROUPED, ["round(", "CASE", "sum(", " > 10"]),
        (f"SELECT a, {WHOLE} AS c, {WHOLE} + 1 AS d FROM loans", ["round("]),
        # 400 is no TINYINT: the cast stays in its branch.
        (f"SELECT {SMALL} AS c, {SMALL} + 1 AS d FROM loans", ["CASE", "TINYINT"]),
    ],
)
def test_what_is_repeated_is_written_once(sql: str, once: list[str]) -> None:
    written = shared(sql)
    assert {part: written.count(part) for part in once} == dict.fromkeys(once, 1)
    with duckdb.connect() as connection:
        connection.execute(LOANS)
        answers = [
            connection.execute(f"FROM ({text}) ORDER BY ALL").fetchall()
            for text in (sql, written)
        ]
    assert answers[0] == answers[1]


def test_what_stands_in_branches_only_stays_there() -> None:
    small = "CAST(b AS TINYINT)"
    sql = (
        f"SELECT CASE WHEN b < 50 THEN {small} END AS c, "
        f"CASE WHEN b < 60 THEN {small} END AS d FROM loans"
    )
    with duckdb.connect() as connection:
        connection.execute(LOANS)
        connection.execute("PRAGMA disable_optimizer")
        assert connection.execute(shared(sql)).fetchall() == [
            (9, 9),
            (None, None),
            (None, None),
        ]
