"""Prepared statements on both databases, and how many a decision takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from api.errors import DatabaseUnavailable
from api.store.database import Database
from api.store.prepared import Prepared
from api.store.tables import reports

_OF_KINDS = Prepared(
    select(reports.c.id, reports.c.report)
    .where(
        reports.c.kind.in_(bindparam("kinds", expanding=True)),
        reports.c.conclusion.in_(["good", "bad"]),
    )
    .order_by(reports.c.id),
    many="kinds",
)
_INSERT = Prepared(insert(reports))


def row(name: str, kind: str) -> dict[str, Any]:
    moment, conclusion = "2026-01-01T00:00:00.000000Z", "good"
    values = {"id": name, "kind": kind, "created_at": moment}
    return {**values, "conclusion": conclusion, "report": "{}", "html": b"<p>"}


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url, 1)
    yield made
    made.close()


def test_a_list_may_have_any_length(database: Database) -> None:
    with database.write() as connection:
        _INSERT.run(connection, [row(str(at), f"kind {at}") for at in range(5)])
    with database.read() as connection:
        for wanted in (1, 2, 3, 5, 3):
            kinds = [f"kind {at}" for at in range(wanted)]
            found = _OF_KINDS.rows(connection, kinds=kinds)
            assert [one.id for one in found] == [str(at) for at in range(wanted)]
    # Of 1, 2, 4 and 8 places: that is all there is to compile.
    assert {size for _, size in _OF_KINDS._texts} == {1, 2, 4, 8}
    assert _OF_KINDS._row(("0", "{}")) == ("0", "{}")


def test_errors_are_those_of_sqlalchemy(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        _INSERT.run(connection, [row("twice", "x"), row("twice", "x")])
    with database.write() as connection:
        connection.execute(sqlalchemy.text("ALTER TABLE reports RENAME TO gone"))
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="reports"):
            _OF_KINDS.rows(connection, kinds=["x"])
        connection.rollback()


# A file is never lost in this way.
@pytest.mark.parametrize("template", ["postgresql"], indirect=True)
def test_a_lost_connection_is_told_and_not_used_again(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        bare: Any = connection.connection.dbapi_connection
        bare.close()
        _OF_KINDS.rows(connection, kinds=["x"])
    with database.read() as connection:
        assert _OF_KINDS.rows(connection, kinds=["x"]) == []


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_a_decision_is_one_read_and_one_write(
    app: Flask, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.keys.monotonic", lambda: 0.0)
    asked = {"client_id": 100001}
    assert call("POST", "/v1/predictions", json=asked).status_code == 201
    statements: list[str] = []
    with app.extensions["scoring"].database.read() as connection:
        bare: Any = connection.connection.dbapi_connection
    bare.set_trace_callback(statements.append)
    assert call("POST", "/v1/predictions", json=asked).status_code == 201
    bare.set_trace_callback(None)
    said = [one.split("(")[0].split(" FROM")[0].split()[:3] for one in statements]
    verbs = [one[0] for one in said if one[0] != "PRAGMA"]
    read, write = ["BEGIN", "SELECT", "COMMIT"], ["BEGIN", "SELECT", "INSERT", "INSERT"]
    # The second INSERT but one is the event's, the last the work list's.
    assert verbs == [*read, *write, "UPDATE", "INSERT", "SELECT", "COMMIT"]
