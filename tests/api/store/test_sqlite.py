"""Which SQLite is used; and where it may not write ahead, nothing is lost either."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

from api.errors import DatabaseUnavailable
from api.store.database import Database
from api.store.events.chain_end import ChainEnd
from api.store.events.group_commit import Recorder
from api.store.events.record import Event, Reply
from api.store.sqlite_library import ROLLBACK, Library, choose

ASKED = {"client_id": 100001}
SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("template", ["postgresql"], indirect=True)
# Ten acknowledged decisions, the last of them while another is being committed.
DECIDE = """
import os, signal, sqlite3, sys
from api import create_app
from api.config import Config
app = create_app(Config.from_environment())
assert " of sqlite3 with " in app.extensions["scoring"].database.kind
key = {"Authorization": f"Bearer {sys.argv[1]}"}
for _ in range(10):
    body = {"client_id": 100001}
    answer = app.test_client().post("/v1/predictions", json=body, headers=key)
    assert answer.status_code == 201, answer.data
connection = sqlite3.connect(sys.argv[2], isolation_level=None)
connection.execute("PRAGMA journal_mode=truncate")
connection.execute("PRAGMA cache_size=1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE clients SET application = application || ' '")
os.kill(os.getpid(), signal.SIGKILL)
"""
# What a house on PostgreSQL has imported once it has decided.
IMPORTED = """
import sys
from api import create_app
from api.config import Config
app = create_app(Config.from_environment())
key = {"Authorization": f"Bearer {sys.argv[1]}"}
body = {"client_id": 100001}
answer = app.test_client().post("/v1/predictions", json=body, headers=key)
assert answer.status_code == 201, answer.data
verified = app.test_cli_runner().invoke(args=["events", "verify"])
assert verified.exit_code == 0, verified.output
print([name for name in ("sqlite3", "_sqlite3", "pysqlite3") if name in sys.modules])
"""


@pytest.fixture
def rollback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own SQLite, as if its version were one that may not write ahead."""
    found = Library(sqlite3, ROLLBACK)
    monkeypatch.setattr("api.store.sqlite.choose", lambda: found)


@pytest.fixture
def hidden(tmp_path: Path) -> dict[str, str]:
    """Settings of a process that has no pysqlite3."""
    package = tmp_path / "hidden" / "pysqlite3.py"
    package.parent.mkdir()
    package.write_text("raise ImportError")
    return {"PYTHONPATH": f"{package.parent}{os.pathsep}{Path.cwd()}"}


@pytest.fixture
def file(app: Flask) -> Path:
    return Path(app.extensions["scoring"].config.database_url.partition("///")[2])


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ("3.40.1", "truncate"),
        ("3.44.5", "truncate"),
        ("3.44.6", "wal"),
        ("3.45.9", "truncate"),
        ("3.50.6", "truncate"),
        ("3.50.7", "wal"),
        ("3.51.2", "truncate"),
        ("3.51.3", "wal"),
        ("3.53.0", "wal"),
        ("4.0.0", "wal"),
    ],
)
@pytest.mark.parametrize("packaged", [True, False])
def test_the_version_says_whether_it_may_write_ahead(
    monkeypatch: pytest.MonkeyPatch, version: str, journal: str, packaged: bool
) -> None:
    parts = tuple(map(int, version.split(".")))
    name = "pysqlite3.dbapi2" if packaged else "sqlite3"
    facts = {"__name__": name, "sqlite_version": version, "sqlite_version_info": parts}
    fake = SimpleNamespace(**facts)
    package = SimpleNamespace(dbapi2=fake) if packaged else None
    monkeypatch.setitem(sys.modules, "pysqlite3", package)
    monkeypatch.setitem(sys.modules, "sqlite3", None if packaged else fake)
    found = choose()
    assert (found.module, found.journal) == (fake, journal)
    kinds = {"wal": "a write-ahead log", "truncate": "a rollback journal: before 3.51"}
    assert str(found).startswith(f"SQLite {version} of {name} with {kinds[journal]}")


@POSTGRESQL
def test_postgresql_needs_no_sqlite(
    world: Any, url: str, template: Any, tmp_path: Path
) -> None:
    settings = {
        "SCORING_BUNDLE": str(world.bundle),
        "SCORING_DATABASE_URL": url,
        "SCORING_CHAIN_END": str(tmp_path / "end"),
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, template[1]["scoring"]],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@SQLITE
@pytest.mark.usefixtures("rollback")
def test_the_log_names_the_sqlite_library_at_the_start(
    app: Flask, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "api"):
        for _ in range(2):
            assert call("GET", "/v1/model", "officer").status_code == 200
    said = f"database: SQLite {sqlite3.sqlite_version} of sqlite3 with a rollback"
    assert caplog.text.count(said) == 1
    with app.extensions["scoring"].database.read() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    assert (journal, synchronous) == ("truncate", 2)


@SQLITE
@pytest.mark.usefixtures("rollback")
def test_decisions_survive_a_kill_and_a_cut_is_missed(
    app: Flask, call: Any, world: Any, url: str, template: Any, file: Path, hidden: Any
) -> None:
    copy = file.with_name("copy.sqlite")
    shutil.copy(file, copy)
    settings = {"SCORING_BUNDLE": str(world.bundle), "SCORING_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-c", DECIDE, template[1]["scoring"], str(file)],
        env=os.environ | settings | hidden,
    )
    assert done.returncode == -signal.SIGKILL
    journal = file.with_name(f"{file.name}-journal")
    assert journal.stat().st_size
    earlier, hot = file.read_bytes(), journal.read_bytes()
    # A file in its place must not be mended by the journal of this one.
    kept = file.rename(file.with_name("kept.sqlite"))
    copy.rename(file)
    content = file.read_bytes()
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 503
    with pytest.raises(DatabaseUnavailable, match="-journal is of an earlier file"):
        app.extensions["scoring"].database.probe()
    assert (file.read_bytes(), journal.read_bytes()) == (content, hot)
    journal.unlink()
    answer = call("POST", "/v1/predictions", json=ASKED)
    assert (answer.status_code, "missing" in answer.json["detail"]) == (503, True)
    app.extensions["scoring"].database.close()
    # Put back with its journal, as the message says.
    kept.rename(file)
    journal.write_bytes(hot)
    file.with_name(f"{file.name}-owner").unlink()
    assert file.read_bytes() == earlier
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    assert "11 events in 1 chains are as they were" in verified.stderr
    assert app.extensions["scoring"].chain_end.noted().sequence == 11


@SQLITE
@pytest.mark.usefixtures("rollback")
def test_a_lock_or_another_file_means_no_decision(
    app: Flask, call: Any, file: Path
) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        for lock in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
            other.execute(lock)
            assert call("POST", "/v1/predictions", json=ASKED).status_code == 503
            other.execute("ROLLBACK")
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    copy = file.with_name("copy.sqlite")
    shutil.copy(file, copy)
    content = copy.read_bytes()
    database = app.extensions["scoring"].database
    message = "replaced while .* stop the API"
    with pytest.raises(DatabaseUnavailable, match=message), database.write() as one:
        one.execute(sqlalchemy.text("DELETE FROM clients"))
        copy.rename(file)
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 503
    assert app.test_client().get("/health/ready").status_code == 503
    assert file.read_bytes() == content
    database.close()
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201


@SQLITE
@pytest.mark.usefixtures("rollback")
def test_nobody_waits_for_long_while_others_write(url: str, tmp_path: Path) -> None:
    stopped = threading.Event()

    def write(number: int) -> int:
        for database in opened(url):
            recorder = Recorder(database, ChainEnd(tmp_path / "end", 5))
            count = 0
            while not stopped.is_set():
                made = Event(f"{number}-{count}", "outcome", None, "", None)
                recorder.record(1, Reply(201, b"{}", events=(made,)), None)
                count += 1
        return count

    def read() -> list[float]:
        waits = []
        for database in opened(url):
            while not stopped.is_set():
                started = time.monotonic()
                with database.read() as connection:
                    connection.execute(sqlalchemy.text("SELECT count(*) FROM events"))
                waits.append(time.monotonic() - started)
        return waits

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, number) for number in range(2)]
        reader = pool.submit(read)
        time.sleep(1)
        stopped.set()
    assert all(writer.result() > 5 for writer in writers)
    assert len(reader.result()) > 5
    assert max(reader.result()) < 2


def opened(url: str) -> Iterator[Database]:
    """A database of the thread, closed after it."""
    database = Database(url, 5)
    yield database
    database.close()
