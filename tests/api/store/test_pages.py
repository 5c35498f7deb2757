"""A page of events costs the same wherever it begins, and however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection

from api.store.database import Database
from api.store.events.append import append
from api.store.events.chain_end import ChainEnd
from api.store.events.export import KINDS, rows
from api.store.events.record import DECISION, OUTCOME, PREDICTIONS, Event

EVENTS, PAGE = 3000, 50


@pytest.fixture
def full(url: str, tmp_path: Path) -> Iterator[Database]:
    """Decisions and, each tenth, an outcome."""
    database = Database(url, 5)
    made = [
        (1, Event(str(at), OUTCOME, None, "x", None, subject_id="x"))
        if at % 10 == 0
        else (1, Event(str(at), DECISION, at, "x", "x", request="{}", answer=b"{}"))
        for at in range(EVENTS)
    ]
    with database.write() as connection:
        append(connection, ChainEnd(tmp_path / "end", 1), made)
        if connection.dialect.name == "postgresql":
            # As it does by itself, but later.
            connection.exec_driver_sql("ANALYZE")
    yield database
    database.close()


@pytest.mark.parametrize("kinds", [KINDS, PREDICTIONS, (OUTCOME,)])
def test_a_page_from_the_middle_reads_and_sorts_nothing_else(
    full: Database, kinds: tuple[str, ...]
) -> None:
    asked: list[tuple[str, Any]] = []
    with full.read() as connection:
        engine = connection.engine

    def hear(_: Any, __: Any, statement: str, values: Any, *more: Any) -> None:
        asked.append((statement, values))

    sqlalchemy.event.listen(engine, "before_cursor_execute", hear)
    page = next(rows(full, kinds, EVENTS // 2, PAGE, features=True))
    sqlalchemy.event.remove(engine, "before_cursor_execute", hear)
    step = 10 if kinds == (OUTCOME,) else 1
    assert EVENTS // 2 < page[0].sequence <= EVENTS // 2 + step + 1
    assert len(page) == PAGE
    with full.read() as connection:
        for statement, values in asked:
            _require_brief(connection, statement, values)


def _require_brief(connection: Connection, statement: str, values: Any) -> None:
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row.detail for row in plan]
        assert len(steps) == 2
        assert all(step.startswith("SEARCH") for step in steps), steps
        return
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    found = connection.exec_driver_sql(explain, values).scalar_one()
    read = list(_rows_read(found[0]["Plan"]))
    assert max(read) <= 11 * PAGE, json.dumps(found)


def _rows_read(node: dict[str, Any]) -> Iterator[float]:
    skipped = node.get("Rows Removed by Filter", 0)
    yield (node["Actual Rows"] + skipped) * node["Actual Loops"]
    for part in node.get("Plans", []):
        yield from _rows_read(part)
