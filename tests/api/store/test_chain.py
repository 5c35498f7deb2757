"""All events are in one chain, which seals those that earlier releases wrote."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, insert, select

from api import create_app
from api.config import Config
from api.errors import DatabaseUnavailable
from api.store.database import Database
from api.store.events import chain
from api.store.events.record import Event, Reply
from api.store.tables import events, writers

ASKED = {"client_id": 100001}
# As releases up to 0.3 named the runs of their processes.
FIRST, SECOND = "01a2286b-first", "01a2286b-second"


def record(app: Flask, event_id: str) -> None:
    """By the API as it is today."""
    made = Event(event_id, "outcome", None, "2026-12-01T00:00:00.000000Z", None)
    app.extensions["scoring"].recorder.record(
        1, Reply(201, b"{}", events=(made,)), None
    )


def record_as_before(app: Flask, event_id: str, writer: str) -> None:
    """By a release up to 0.3: only a writer's first event links to the newest."""
    with app.extensions["scoring"].database.write() as connection:
        newest = rows(connection)[-1:]
        mine = [row for row in rows(connection) if row.writer == writer][-1:]
        row = {
            "sequence": newest[0].sequence + 1 if newest else 1,
            "event_id": event_id,
            **dict.fromkeys(("subject_id", "bundle_sha256", "personal_sha256")),
            "kind": "outcome",
            "created_at": "",
            "facts": "{}",
            "key_id": 1,
            "unique_as": None,
            "writer": writer,
            "position": mine[0].position + 1 if mine else 1,
            "previous_sha256": (mine or newest)[0].sha256
            if mine or newest
            else chain.NOTHING,
        }
        row["sha256"] = chain.digest(row, chain.HASHED)
        connection.execute(insert(events), row)
        connection.execute(writers.delete().where(writers.c.writer == writer))
        ended = {name: row[name] for name in ("writer", "position", "sha256")}
        connection.execute(insert(writers), ended)


def rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(events).order_by(events.c.sequence)))


def stored(app: Flask) -> list[Any]:
    with app.extensions["scoring"].database.read() as connection:
        return rows(connection)


def verified(app: Flask, *more: str) -> Any:
    return app.test_cli_runner().invoke(args=["events", "verify", *more])


def forge(app: Flask, sequence: int) -> None:
    """Change an event, give it the hash that it should have, and cover that up."""
    with app.extensions["scoring"].database.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS events_no_update")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        row = {**rows(connection)[sequence - 1]._mapping, "facts": '{"forged":1}'}
        sha256 = chain.digest(row, chain.HASHED)
        forged = {"facts": row["facts"], "sha256": sha256}
        connection.execute(
            events.update().where(events.c.sequence == sequence).values(forged)
        )
        ended = (writers.c.writer == row["writer"]) & (
            writers.c.position == row["position"]
        )
        connection.execute(writers.update().where(ended).values(sha256=sha256))


@pytest.fixture
def other(app: Flask) -> Iterator[Flask]:
    """Another process on the same database."""
    made = create_app(app.extensions["scoring"].config)
    yield made
    made.extensions["scoring"].database.close()


@pytest.mark.usefixtures("own")
def test_every_process_and_command_goes_on_with_the_one_chain(
    app: Flask, other: Flask, call: Any
) -> None:
    for at, one in enumerate((app, other, app)):
        record(one, f"event {at}")
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    forgotten = other.test_cli_runner().invoke(args=["clients", "forget", "100001"])
    assert forgotten.exit_code == 0, forgotten.output
    found = stored(app)
    assert [row.position for row in found] == [1, 2, 3, 4, 5]
    assert [row.previous_sha256 for row in found] == [
        chain.NOTHING,
        *(row.sha256 for row in found[:-1]),
    ]
    (line,) = verified(app).stdout.splitlines()
    assert line == f"{found[0].writer} 5 {found[-1].sha256}"


@pytest.mark.parametrize("came_through", [True, False])
def test_the_chain_goes_on_after_a_broken_commit(
    app: Flask, call: Any, came_through: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.extensions["scoring"].database
    asked = {"json": ASKED, "headers": {"Idempotency-Key": "broken"}}
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    write = database.write

    @contextmanager
    def broken() -> Iterator[Connection]:
        with write() as connection:
            yield connection
            if not came_through:
                connection.rollback()
        raise DatabaseUnavailable("the connection broke during the commit")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", broken)
        assert call("POST", "/v1/predictions", **asked).status_code == 503
    again = call("POST", "/v1/predictions", **asked)
    assert again.status_code == 201
    assert ("Idempotency-Replayed" in again.headers) is came_through
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    (line,) = verified(app).stdout.splitlines()
    assert line.split()[1] == "3"


def test_the_chain_seals_what_earlier_releases_wrote_before_and_in_between(
    app: Flask, tmp_path: Path
) -> None:
    for at, writer in enumerate((FIRST, SECOND, FIRST, SECOND), 1):
        record_as_before(app, f"before {at}", writer)
    earlier = tmp_path / "ends.txt"
    earlier.write_text(verified(app).stdout)
    before = stored(app)
    record(app, "one 1")
    record(app, "one 2")
    record_as_before(app, "between", FIRST)
    record(app, "one 3")
    record(app, "one 4")
    found = stored(app)
    assert found[:4] == before
    assert found[4].previous_sha256 == before[-1].sha256
    assert found[7].previous_sha256 == found[6].sha256
    whole = verified(app, "--against", str(earlier))
    assert "9 events in 4 chains are as they were" in whole.stderr, whole.stderr
    ends = [line.split()[:2] for line in whole.stdout.splitlines()]
    assert ends[:2] == [[FIRST, "3"], [SECOND, "2"]]
    assert [position for _, position in ends[2:]] == ["2", "2"]


# The last event but one of SECOND, which no later one of its writer follows, too.
@pytest.mark.parametrize("sequence", range(1, 7))
def test_a_forged_event_shows_wherever_it_is(app: Flask, sequence: int) -> None:
    for at, writer in enumerate((SECOND, FIRST, SECOND, FIRST), 1):
        record_as_before(app, f"before {at}", writer)
    for at in range(3):
        record(app, f"one {at}")
    assert verified(app).exit_code == 0
    forge(app, sequence)
    broken = verified(app)
    assert (broken.exit_code, "Error: event " in broken.stderr) == (1, True)


def test_a_database_of_an_earlier_release_goes_on(world: Any, tmp_path: Path) -> None:
    packed = Path(__file__).parents[1] / "releases" / "before-0.4.0.sqlite.xz"
    file, ends = tmp_path / "before.sqlite", tmp_path / "ends.txt"
    file.write_bytes(lzma.decompress(packed.read_bytes()))
    app = create_app(Config(bundle=world.bundle, database_url=f"sqlite:///{file}"))
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    ends.write_text(verified(app).stdout)
    database: Database = app.extensions["scoring"].database
    before = stored(app)
    for at in range(2):
        record(app, f"one {at}")
    assert stored(app)[: len(before)] == before
    assert verified(app, "--against", str(ends)).exit_code == 0
    forge(app, len(before))
    assert "event 30 is not the one seen before" in (
        verified(app, "--against", str(ends)).stderr
    )
    assert "event 31: does not follow what is before it" in verified(app).stderr
    database.close()
