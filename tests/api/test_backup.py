"""A backup gives the same events back, on the same kind of database and the other."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store import backup, tables
from api.store.chain import End
from api.store.chain_end import ChainEnd
from api.store.database import Database
from api.store.migrate import upgrade

Rows = dict[str, list[tuple[Any, ...]]]
KINDS = pytest.mark.parametrize("into", ["sqlite", "postgresql"])


@pytest.fixture
def filled(app: Flask, call: Any) -> None:
    """Two decisions, an erasure of one, a review, an alert and a retried request."""
    asked = {"json": {"client_id": 100001}, "headers": {"Idempotency-Key": "again"}}
    first = call("POST", "/v1/predictions", **asked).json["prediction_id"]
    call("POST", "/v1/predictions", json={"client_id": 100002})
    reviewed = {"decision": "granted", "reason": "é", "reviewer": "b"}
    path = f"/v1/predictions/{first}/review"
    assert call("POST", path, "officer", json=reviewed).status_code == 201
    done = app.test_cli_runner().invoke(args=["clients", "forget", "100002"])
    assert done.exit_code == 0, done.output


@pytest.fixture
def fresh(request: Any, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the URL of a new database of a kind, at the newest schema."""
    dropped: list[tuple[str, str]] = []
    run = request.getfixturevalue("conftest")._run

    def make(kind: str) -> str:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path}/restored.sqlite"
        else:
            server = request.getfixturevalue("postgresql")
            run(server.format("postgres"), "CREATE DATABASE restored")
            dropped.append((server, "restored"))
            url = server.format("restored")
        upgrade(url, 5)
        return url

    yield make
    for server, name in dropped:
        run(server.format("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def rows(database: Database) -> Rows:
    with database.read() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(table.select()))
            for name, table in backup.TABLES.items()
        }


@KINDS
@pytest.mark.usefixtures("own", "filled")
def test_restored_events_are_identical_and_verify(
    app: Flask, world: Any, fresh: Any, tmp_path: Path, into: str, call: Any
) -> None:
    file = tmp_path / "events.backup"
    done = app.test_cli_runner().invoke(args=["events", "backup", str(file)])
    assert (done.exit_code, "4 events" in done.output) == (0, True), done.output
    assert file.stat().st_mode & 0o077 == 0
    url = fresh(into)
    other = create_app(Config(bundle=world.bundle, database_url=url))
    run = other.test_cli_runner().invoke
    # Of a database that was there before.
    other.extensions["scoring"].chain_end.note(End(99, "f" * 64))
    done = run(args=["events", "restore", str(file)])
    assert (done.exit_code, "as they were" in done.output) == (0, True), done.output
    before, after = (one.extensions["scoring"].database for one in (app, other))
    assert rows(after) == rows(before)
    verified = [
        one.test_cli_runner().invoke(args=["events", "verify"]) for one in (app, other)
    ]
    assert verified[0].output == verified[1].output
    # It goes on from there: keys are numbered on, and known as before.
    assert run(args=["keys", "add", "new", "--role", "officer"]).exit_code == 0
    assert run(args=["keys", "list"]).stdout.count("\n") == 6
    again = run(args=["events", "restore", str(file)])
    assert (again.exit_code, "not new" in again.output) == (1, True)
    after.close()


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("filled")
def test_a_backup_that_is_not_whole_is_refused(
    app: Flask, fresh: Any, tmp_path: Path
) -> None:
    file, database = tmp_path / "events.backup", Database(fresh("sqlite"), 1)
    chain_end = ChainEnd(tmp_path / "end", 1)
    assert backup.backup(app.extensions["scoring"].database, file) == 4
    packed = file.read_bytes()
    lines = gzip.decompress(packed).splitlines(keepends=True)
    changed = [line.replace(b"granted", b"refused") for line in lines]
    assert changed != lines
    for content in (
        packed[: len(packed) // 2],
        b"",
        gzip.compress(b"".join(lines[:-1])),
        gzip.compress(b"".join(lines[:2] + lines[3:])),
        gzip.compress(b"".join(changed)),
        gzip.compress(b"".join(lines).replace(tables.HEAD.encode(), b"9999", 1)),
    ):
        file.write_bytes(content)
        with pytest.raises(backup.BackupRefused):
            backup.restore(database, chain_end, file)
    assert [name for name, found in rows(database).items() if found] == ["secrets"]
    with pytest.raises(backup.BackupRefused, match="there already"):
        backup.backup(database, file)
    database.close()


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("filled")
def test_what_is_erased_while_a_backup_runs_stays_erased(
    app: Flask, fresh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.store import erasure

    monkeypatch.setattr(backup, "AT_A_TIME", 1)
    source, real = app.extensions["scoring"].database, backup._add
    forgotten: list[int] = []

    def forget_in_between(writer: Any, table: Any, found: Any) -> None:
        real(writer, table, list(found))
        if table is tables.personal and not forgotten:
            forgotten.append(1)
            waiting.append(1)

    waiting: list[int] = []
    read = source.read

    def read_after_forgetting() -> Any:
        if waiting:
            waiting.clear()
            chain_end = app.extensions["scoring"].chain_end
            assert erasure.forget(source, chain_end, 100001) == 2
        return read()

    monkeypatch.setattr(backup, "_add", forget_in_between)
    monkeypatch.setattr(source, "read", read_after_forgetting)
    file, database = tmp_path / "events.backup", Database(fresh("sqlite"), 1)
    backup.backup(source, file)
    backup.restore(database, ChainEnd(tmp_path / "end", 1), file)
    assert rows(database)["personal"] == rows(source)["personal"]
    database.close()
