"""A copy holds all that the database held, of the same kind or the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store.database import Database
from api.store.events.chain import End
from api.store.migrate import upgrade
from api.store.people import imports
from api.store.tables import HEAD, metadata

KINDS = pytest.mark.parametrize("into", ["sqlite", "postgresql"])
SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def filled(app: Flask, call: Any) -> None:
    """Two decisions, an erasure of one, a review and a retried request."""
    asked = {"json": {"client_id": 100001}, "headers": {"Idempotency-Key": "again"}}
    first = call("POST", "/v1/predictions", **asked).json["prediction_id"]
    call("POST", "/v1/predictions", json={"client_id": 100002})
    reviewed = {"decision": "granted", "reason": "é", "reviewer": "b"}
    path = f"/v1/predictions/{first}/review"
    assert call("POST", path, "officer", json=reviewed).status_code == 201
    done = app.test_cli_runner().invoke(args=["clients", "forget", "100002"])
    assert done.exit_code == 0, done.output


@pytest.fixture
def new(request: Any, world: Any, tmp_path: Path) -> Iterator[Callable[[str], Flask]]:
    """Makes an app with a new database of a kind, at the newest schema."""
    dropped: list[str] = []
    made: list[Flask] = []
    run = request.getfixturevalue("conftest")._run

    def make(kind: str) -> Flask:
        url = f"sqlite:///{tmp_path}/copied.sqlite"
        if kind == "postgresql":
            server = request.getfixturevalue("postgresql")
            run(server.format("postgres"), "CREATE DATABASE copied")
            dropped.append(server)
            url = server.format("copied")
        upgrade(url, 5)
        made.append(create_app(Config(bundle=world.bundle, database_url=url)))
        return made[-1]

    yield make
    for app in made:
        app.extensions["scoring"].database.close()
    for server in dropped:
        run(server.format("postgres"), "DROP DATABASE copied WITH (FORCE)")


def rows(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    database: Database = app.extensions["scoring"].database
    with database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())))
            for table in metadata.sorted_tables
        }


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=list(arguments))


def url_of(app: Flask) -> str:
    return str(app.extensions["scoring"].config.database_url)


@KINDS
@pytest.mark.usefixtures("own", "filled")
def test_a_copy_is_identical_verified_and_goes_on(
    app: Flask, new: Any, into: str
) -> None:
    copied = new(into)
    done = run(copied, "events", "copy", url_of(app))
    assert (done.exit_code, done.stderr) == (
        0,
        "4 events are copied, and as they were written\n",
    )
    assert rows(copied) == rows(app)
    noted = copied.extensions["scoring"].chain_end.noted()
    assert noted == app.extensions["scoring"].chain_end.noted()
    verified = [run(one, "events", "verify") for one in (app, copied)]
    assert verified[0].stdout == verified[1].stdout
    for one in verified:
        assert "4 events in 1 chains" in one.stderr
        assert "personal part of 1 was erased" in one.stderr
    # Keys and imports are numbered on, and keys known as before.
    keys = run(app, "keys", "list").stdout
    assert run(copied, "keys", "add", "new", "--role", "officer").exit_code == 0
    assert run(copied, "keys", "list").stdout.startswith(keys)
    database = copied.extensions["scoring"].database
    assert imports.begin(database, "f" * 64, "other", 0) == 2
    again = run(copied, "events", "copy", url_of(app))
    assert (again.exit_code, "not new, there are api keys" in again.stderr) == (1, True)


@SQLITE
@pytest.mark.usefixtures("filled")
def test_a_copy_is_all_or_nothing(app: Flask, new: Any) -> None:
    copied = new("sqlite")
    empty = rows(copied)
    with app.extensions["scoring"].database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER personal_no_update")
        change = "UPDATE personal SET client_id = {} WHERE sequence = 1"
        connection.exec_driver_sql(change.format(7))
    done = run(copied, "events", "copy", url_of(app))
    assert done.exit_code == 1
    assert "nothing was copied: event 1: its personal part was chang" in done.stderr
    assert rows(copied) == empty
    assert copied.extensions["scoring"].chain_end.noted() is None
    with app.extensions["scoring"].database.write() as connection:
        connection.exec_driver_sql(change.format(100001))
    # As of a database that was there before; as when the old one serves on.
    chain_end = copied.extensions["scoring"].chain_end
    chain_end.note(End(99, "f" * 64))
    done = run(copied, "events", "copy", url_of(app))
    assert f"remove {chain_end.path}" in done.stderr
    assert rows(copied) == empty
    chain_end.path.unlink()
    assert run(copied, "events", "copy", url_of(app)).exit_code == 0


@SQLITE
@pytest.mark.usefixtures("filled")
def test_what_would_lose_something_is_not_copied(app: Flask, new: Any) -> None:
    copied = new("sqlite")
    app.extensions["scoring"].chain_end.note(End(5, "f" * 64))
    assert "has noted event 5" in run(copied, "events", "copy", url_of(app)).stderr
    app.extensions["scoring"].chain_end.path.unlink()
    with app.extensions["scoring"].database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0005.9'")
    done = run(copied, "events", "copy", url_of(app))
    assert f"is at 0005.9, expected {HEAD}: what a later version has" in done.stderr
    done = run(copied, "events", "copy", "mysql://host/name")
    assert "expected sqlite:///… or postgresql://…, found mysql" in done.stderr
