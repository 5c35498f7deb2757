"""A store that was cut short is noticed: its end is noted outside the database."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

from api import create_app
from api.config import Config
from api.errors import DatabaseUnavailable
from api.store.events.chain import End
from api.store.events.chain_end import ChainEnd, place
from api.store.sqlite_library import WAL, choose

ASKED = {"client_id": 100001}
SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
# Ten acknowledged decisions, and no time to close the database.
DECIDE = """
import os, signal, sys
from api import create_app
from api.config import Config
app = create_app(Config.from_environment())
key = {"Authorization": f"Bearer {sys.argv[1]}"}
for _ in range(10):
    body = {"client_id": 100001}
    answer = app.test_client().post("/v1/predictions", json=body, headers=key)
    assert answer.status_code == 201, answer.data
os.kill(os.getpid(), signal.SIGKILL)
"""


def end(sequence: int) -> End:
    return End(sequence, f"{sequence:064x}")


@pytest.fixture
def noted(tmp_path: Path) -> ChainEnd:
    return ChainEnd(tmp_path / "made" / "end", 60)


@pytest.mark.skipif(choose().journal != WAL, reason="see test_sqlite.py")
@pytest.mark.parametrize("whole", [True, False])
@SQLITE
def test_decisions_that_went_with_the_log_are_missed_at_the_next_start(
    world: Any,
    url: str,
    template: Any,
    whole: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = {"SCORING_BUNDLE": str(world.bundle), "SCORING_DATABASE_URL": url}
    key = template[1]["scoring"]
    done = subprocess.run(
        [sys.executable, "-c", DECIDE, key], env=os.environ | settings, check=False
    )
    assert done.returncode == -signal.SIGKILL
    file = Path(str(sqlalchemy.make_url(url).database))
    if not whole:
        for log in ("wal", "shm"):
            file.with_name(f"{file.name}-{log}").unlink()
    app = create_app(Config(bundle=world.bundle, database_url=url))
    headers = {"Authorization": f"Bearer {key}"}
    answer = app.test_client().post("/v1/predictions", json=ASKED, headers=headers)
    ready = app.test_client().get("/health/ready")
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    if whole:
        assert (answer.status_code, ready.status_code) == (201, 200)
        assert verified.exit_code == 0, verified.output
    else:
        assert (answer.status_code, ready.status_code) == (503, 503)
        for shown in (one.get_json()["detail"] for one in (answer, ready)):
            assert "Events that were acknowledged are missing" in shown
        for said in (caplog.text, verified.stderr):
            assert f"it ends with event 0 ({'0' * 64}), where {file}-end" in said
            assert "has noted event 10 (" in said
            assert f"the database is new), remove {file}-end" in said
        assert verified.exit_code == 1
        Path(f"{file}-end").unlink()
        again = app.test_client().post("/v1/predictions", json=ASKED, headers=headers)
        assert again.status_code == 201
    app.extensions["scoring"].database.close()


CUT = [f"DELETE FROM {table} WHERE sequence > 1" for table in ("personal", "events")]
OTHER = ["UPDATE events SET sha256 = 'x' WHERE sequence = 3"]


@pytest.mark.parametrize(
    ("change", "found"), [(CUT, r"event 1 \(\w{64}\)"), (OTHER, r"event 3 \(x\)")]
)
def test_events_that_were_removed_are_missed_at_once(
    app: Flask,
    call: Any,
    change: list[str],
    found: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids = [call("POST", "/v1/predictions", json=ASKED).json for _ in range(3)]
    with app.extensions["scoring"].database.write() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in ("events_no_update", "events_no_delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in change:
            connection.execute(sqlalchemy.text(statement))
    fresh = create_app(app.extensions["scoring"].config)
    path = f"/v1/predictions/{ids[0]['prediction_id']}"
    assert call("GET", path, "officer").status_code == 200
    asked = {"json": ASKED, "headers": {"Authorization": "of anybody"}}
    answers = [
        call("POST", "/v1/predictions", json=ASKED),
        app.test_client().get("/health/ready"),
        fresh.test_client().post("/v1/predictions", **asked),
    ]
    expected = f"it ends with {found}, where .*-end has noted event 3 "
    for answer in answers:
        assert answer.status_code == 503
        assert "acknowledged are missing" in answer.json["detail"], answer.json
    assert len(re.findall(expected, caplog.text)) == len(answers)
    for command in (["events", "verify"], ["clients", "forget", "100001"]):
        done = fresh.test_cli_runner().invoke(args=command)
        assert done.exit_code == 1
        assert re.search(expected, done.stderr), done.stderr
    fresh.extensions["scoring"].database.close()


def test_an_end_that_cannot_be_noted_means_no_decision(
    world: Any, url: str, template: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "folder" / "end"
    app = create_app(Config(bundle=world.bundle, database_url=url, chain_end=str(file)))
    headers = {"Authorization": f"Bearer {template[1]['scoring']}"}

    def statuses() -> tuple[int, int]:
        client = app.test_client()
        answer = client.post("/v1/predictions", json=ASKED, headers=headers)
        assert b"probability" not in answer.data or answer.status_code == 201
        return answer.status_code, client.get("/health/ready").status_code

    file.parent.write_text("no folder")
    assert statuses() == (503, 503)
    assert ends(app) == (0, None)
    file.parent.unlink()
    assert statuses() == (201, 200)
    assert ends(app) == (1, 1)

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", broken)
        assert statuses()[0] == 503
    assert ends(app) == (2, 1)
    assert statuses() == (201, 200)
    assert ends(app) == (3, 3)
    app.extensions["scoring"].database.close()


def ends(app: Flask) -> tuple[int, int | None]:
    """Of the database, and the noted one."""
    services = app.extensions["scoring"]
    with services.database.read() as connection:
        count = connection.execute(sqlalchemy.text("SELECT count(*) FROM events"))
        noted = services.chain_end.path.is_file() and services.chain_end.noted()
        return count.scalar_one(), noted.sequence if noted else None


def test_the_chain_end_only_moves_forward_and_syncs_each_new_end_once(
    noted: ChainEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert noted.noted() is None
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    for sequence in (7, 3, 7, 8):
        noted.note(end(sequence))
    assert (noted.noted(), len(synced)) == (end(8), 2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: noted.note(end(at)), range(108, 8, -1)))
    assert noted.noted() == end(108)
    assert len(synced) < 52


def test_a_half_written_chain_end_leaves_the_one_before(
    noted: ChainEnd,
) -> None:
    for sequence in (4, 5):
        noted.note(end(sequence))
    content = bytearray(noted.path.read_bytes())
    at = content.index(b"%064x" % 5)
    for length in (0, 10, 64):
        torn = content[:at] + bytes(length) + content[at + length :]
        noted.path.write_bytes(torn)
        assert noted.noted() == end(5 if length == 0 else 4)
    noted.note(end(6))
    assert noted.noted() == end(6)
    noted.path.write_text("nonsense")
    for act in (noted.noted, noted.probe, lambda: noted.note(end(7))):
        with pytest.raises(DatabaseUnavailable, match="end: expected two records"):
            act()


def test_waits_for_another_process_and_not_for_ever(noted: ChainEnd) -> None:
    noted.note(end(1))
    with (
        noted._locked(),
        pytest.raises(DatabaseUnavailable, match="another process holds its lock"),
    ):
        ChainEnd(noted.path, 0.1).note(end(2))
    noted.note(end(2))
    assert noted.noted() == end(2)


@pytest.mark.parametrize(
    ("setting", "url", "expected"),
    [
        ("", "sqlite:////data/scoring.sqlite?mode=rw", "/data/scoring.sqlite-end"),
        ("", "postgresql://a:b@host/scoring", "var/scoring-end"),
        ("/notes/end", "postgresql://a:b@host/scoring", "/notes/end"),
    ],
)
def test_the_chain_end_file_is_beside_the_database_or_where_the_setting_says(
    monkeypatch: pytest.MonkeyPatch, setting: str, url: str, expected: str
) -> None:
    monkeypatch.setattr("api.store.events.chain_end.FOLDER", Path("var"))
    assert place(setting, url) == Path(expected)
