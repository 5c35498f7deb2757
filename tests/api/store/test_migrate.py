"""A database of an older schema keeps what it holds."""

from __future__ import annotations

import json
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command

from api.errors import NotPrepared
from api.store import migrate
from api.store.database import Database
from api.store.events.kept import answer_of
from api.store.events.record import PREDICTIONS
from api.store.events.verification import verify
from api.store.people import predictions
from api.store.tables import HEAD

ANSWER = {
    "probability": 0.1,
    "threshold": 0.2,
    "decision": "granted",
    "explanation": {"margin": -1.5},
    "model": {"name": "credit-scoring", "version": "2", "bundle_sha256": "b" * 64},
}


@pytest.fixture
def empty(request: Any, template: Any, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any schema."""
    lent, _ = template
    if lent.__name__ == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    server = request.getfixturevalue("postgresql")
    admin = Database(server.format("postgres"), 5)
    engine = admin._engine.execution_options(isolation_level="AUTOCOMMIT")
    name = f"empty_{uuid.uuid4().hex}"
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield server.format(name)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.close()


def test_events_of_the_first_schema_stay_readable_and_are_chained(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: newest(config, "0001"))
        migrate.upgrade(empty, 5)
    database = Database(empty, 5)
    ids = [str(uuid.uuid4()) for _ in range(3)]
    with database.write() as connection:
        run = connection.execute
        run(
            sqlalchemy.text(
                "INSERT INTO api_keys VALUES (1, 'a', 'b', '[]', '2026-01-01', NULL)"
            )
        )
        insert = sqlalchemy.text(
            "INSERT INTO events VALUES (:sequence, :id, 'decision', 7, :moment, 1, "
            ":sha256, '{}', :features, :answer)"
        )
        for sequence, event_id in zip((1, 4, 9), ids, strict=True):
            run(
                insert,
                {
                    "sequence": sequence,
                    "id": event_id,
                    "moment": "2026-01-01T00:00:00.000000Z",
                    "sha256": "b" * 64,
                    "features": b"\x00" * 8,
                    "answer": json.dumps(ANSWER).encode(),
                },
            )
    assert migrate.upgrade(empty, 5) == ("0001", HEAD)
    answer, _ = answer_of(database, ids[1])
    assert answer == json.dumps(ANSWER).encode()
    of_client = predictions.of_client(database, 7, PREDICTIONS, 9, 9)
    assert [(one.sequence, one.client_id) for one in of_client] == [
        (3, 7),
        (2, 7),
        (1, 7),
    ]
    found = verify(database.read)
    assert (found.broken, found.events) == (None, 3)
    with database.read() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT * FROM events")).all()
    assert sorted(row.sequence for row in rows) == [1, 2, 3]
    assert json.loads(rows[0].facts)["margin"] == -1.5
    database.close()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE TABLE events (number INTEGER)", "a table events and no revision"),
        (
            "CREATE TABLE alembic_version AS SELECT 'dc11669786a5' AS version_num",
            f"at dc11669786a5, expected a revision such as {HEAD}: it is of other",
        ),
        (
            "CREATE TABLE alembic_version AS SELECT '0004.9' AS version_num",
            "at 0004.9: Can't locate revision",
        ),
    ],
)
def test_a_database_of_other_origin_is_refused(
    made: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(made)
    with pytest.raises(NotPrepared, match=re.escape(said)):
        migrate.upgrade(f"sqlite:///{path}", 5)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    assert tables == [(1,)]
