"""What was recorded can be checked, replayed and, for a person's sake, erased."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

from api.identifiers import moment
from api.store.events.kept import KEPT
from api.store.events.packing import unpacked
from api.store.events.record import Event, Reply
from api.store.tables import events, personal

SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
KEY = {"Idempotency-Key": "erased-1"}


@pytest.fixture
def run(app: Flask) -> Any:
    def invoke(*arguments: str) -> Any:
        return app.test_cli_runner().invoke(args=list(arguments))

    return invoke


@pytest.fixture
def filled(app: Flask, call: Any) -> list[str]:
    """Ids of two decisions and a simulation; a review and an outcome lie between."""
    first = predict(call, client_id=100001)
    asked = {"decision": "granted", "reason": "a", "reviewer": "b"}
    call("POST", f"/v1/predictions/{first}/review", "officer", json=asked)
    outcome = {"prediction_id": first, "defaulted": True, "observed_on": "2026-10-31"}
    call("POST", "/v1/outcomes", "admin", json={"outcomes": [outcome]})
    second = predict(call, client_id=100002)
    return [first, second, predict(call, client_id=100001, changes={}, explain=False)]


def predict(call: Any, **asked: Any) -> str:
    return str(call("POST", "/v1/predictions", json=asked).json["prediction_id"])


def tamper(app: Flask, *statements: str) -> None:
    """As somebody who owns the database."""
    database = app.extensions["scoring"].database
    with database.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER events_no_update")
            connection.exec_driver_sql("DROP TRIGGER events_no_delete")
            connection.exec_driver_sql("DROP TRIGGER personal_no_update")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))


def change_answers(app: Flask) -> None:
    """In what is packed: another number, of the same length."""
    database = app.extensions["scoring"].database
    tamper(app)
    with database.read() as connection:
        joined = events.join(personal, events.c.sequence == personal.c.sequence)
        query = sqlalchemy.select(events, *KEPT).select_from(joined)
        rows = connection.execute(query.where(personal.c.packed.is_not(None))).all()
    for row in rows:
        parts = unpacked(row._asdict(), database.dictionaries.of(row.packed))
        changed = replace(parts, skeleton=parts.skeleton.replace(b":0.", b":1."))
        change = personal.update().where(personal.c.sequence == row.sequence)
        with database.write() as connection:
            packed = changed.packed(row._asdict())
            connection.execute(change.values(packed=packed))


GONE = "DELETE FROM personal WHERE sequence", "DELETE FROM events WHERE sequence"
BREAKS = {
    "facts": (["UPDATE events SET facts = '{}' WHERE sequence = 2"], "2 .*changed"),
    "moment": (
        ["UPDATE events SET created_at = 'x' WHERE sequence = 4"],
        "4 .*changed",
    ),
    "answer": (
        ["UPDATE personal SET client_id = 7 WHERE sequence = 1"],
        "1: its personal part was changed",
    ),
    "unrecorded erasure": (
        ["DELETE FROM personal WHERE sequence = 4"],
        "4: its personal part is missing",
    ),
    "missing": ([f"{one} = 3" for one in GONE], "event 3: missing, 4 is the next"),
    "reordered": (
        [
            "UPDATE events SET sequence = 9 WHERE sequence = 2",
            "UPDATE events SET sequence = 2 WHERE sequence = 3",
            "UPDATE events SET sequence = 3 WHERE sequence = 9",
        ],
        "event 2 .*changed",
    ),
    "truncated": ([f"{one} = 5" for one in GONE], "truncated, 5 .* 4 are there"),
    "no end": (["DELETE FROM writers"], "its end is not the recorded one"),
}


@pytest.mark.parametrize("way", BREAKS)
@pytest.mark.usefixtures("filled")
def test_verify_names_the_first_break(app: Flask, run: Any, way: str) -> None:
    whole = run("events", "verify")
    assert (whole.exit_code, len(whole.stdout.splitlines())) == (0, 1)
    assert re.search(r"^5 events in 1 chains .* \d+ a second$", whole.stderr)
    statements, message = BREAKS[way]
    if app.extensions["scoring"].database._url.drivername == "sqlite":
        statements = ["PRAGMA defer_foreign_keys = ON", *statements]
    tamper(app, *statements)
    broken = run("events", "verify")
    assert broken.exit_code == 1
    assert re.search(message, broken.output), broken.output


@pytest.mark.usefixtures("filled")
def test_verify_against_an_earlier_end_finds_events_cut_off_without_a_trace(
    app: Flask, run: Any, call: Any, tmp_path: Path
) -> None:
    ends = tmp_path / "ends.txt"
    ends.write_text(run("events", "verify").stdout)
    predict(call, client_id=100001)
    assert run("events", "verify", "--against", str(ends)).exit_code == 0
    tamper(
        app,
        *(f"{one} > 4" for one in GONE),
        "UPDATE writers SET position = 4, "
        "sha256 = (SELECT sha256 FROM events WHERE sequence = 4)",
    )
    # Who can change the database can change what is noted beside it, too.
    app.extensions["scoring"].chain_end.path.unlink()
    assert run("events", "verify").exit_code == 0
    broken = run("events", "verify", "--against", str(ends))
    assert (broken.exit_code, "truncated" in broken.output) == (1, True)
    ends.write_text("nonsense\n")
    assert "line 1" in run("events", "verify", "--against", str(ends)).output


@pytest.mark.usefixtures("own")
def test_what_is_forgotten_is_gone_and_the_chain_holds(
    run: Any, call: Any, filled: list[str], template: Any
) -> None:
    batch = {"predictions": [{"client_id": 100001}, {"client_id": 100002}]}
    asked = {"json": batch, "headers": KEY}
    assert call("POST", "/v1/predictions/batch", **asked).status_code == 200
    whole = run("events", "verify")
    done = run("clients", "forget", "100001")
    assert "with 5 events" in done.output
    assert "100001" not in done.output
    first, second, simulated = filled
    for prediction_id, status in ((first, 410), (second, 200), (simulated, 410)):
        path = f"/v1/predictions/{prediction_id}"
        assert call("GET", path, "officer").status_code == status
    assert call("POST", "/v1/predictions/batch", **asked).status_code == 410
    asked = {"decision": "granted", "reason": "a", "reviewer": "b"}
    path = f"/v1/predictions/{first}/review"
    assert call("POST", path, "officer", json=asked).status_code == 410
    history = call("GET", "/v1/clients/100001/predictions", "officer").json
    assert history["predictions"] == []
    lines = call("GET", "/v1/events?features=all", "analyst").data.splitlines()
    gone = [line["client"] is None for line in map(json.loads, lines)]
    assert gone == [True, True, True, False, True, True, False]
    again = run("events", "verify")
    assert again.exit_code == 0, again.output
    assert "of 5 was erased" in again.stderr
    assert len(again.stdout.splitlines()) == len(whole.stdout.splitlines()) == 1


@pytest.mark.usefixtures("own")
def test_who_is_forgotten_is_no_known_client(run: Any, call: Any) -> None:
    assert run("clients", "forget", "100005").exit_code == 0
    assert call("GET", "/v1/clients/100005", "officer").status_code == 404


TODAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def aged(app: Flask) -> None:
    """An event of each of 60, 29, 25, 10, 2 and 0 days ago, and an hour more."""
    recorder = app.extensions["scoring"].recorder
    for days in (60, 29, 25, 10, 2, 0):
        made = Event(
            event_id=f"{days} days",
            kind="decision",
            client_id=100001,
            created_at=moment(TODAY - timedelta(days=days, hours=1)),
            bundle_sha256=None,
        )
        recorder.record(1, Reply(201, b"{}", events=(made,)), None)


@pytest.fixture
def retain(run: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Erase what is older than some days, by a clock that is some days ahead."""

    def invoke(days: int, *more: str, ahead: int = 0) -> Any:
        found = sys.modules["api.commands.events"]
        monkeypatch.setattr(found, "now", lambda: moment(TODAY + timedelta(ahead)))
        return run("events", "retention", "--days", str(days), *more)

    return invoke


def kept(app: Flask) -> list[str]:
    """Of the events that still have their personal part, how old they are."""
    query = "SELECT event_id FROM events JOIN personal USING (sequence) ORDER BY 1"
    with app.extensions["scoring"].database.read() as connection:
        return list(connection.execute(sqlalchemy.text(query)).scalars())


@pytest.mark.usefixtures("aged")
def test_retention_says_what_it_erases_and_erases_what_is_old(
    app: Flask, run: Any, retain: Any
) -> None:
    since = "to erase, from before 2026-11-05T12:00:00.000000Z: "
    said = f"{since}2 events from 2026-10-02T11:00:00.000000Z to "
    said += "2026-11-02T11:00:00.000000Z\n"
    assert retain(26, "--dry-run").stderr == said
    assert len(kept(app)) == 6
    done = retain(26)
    assert done.exit_code == 0
    assert done.stderr == f"{said}2 events: personal part erased\n"
    assert sorted(kept(app)) == ["0 days", "10 days", "2 days", "25 days"]
    assert run("events", "verify").exit_code == 0
    nothing = f"{since}no events\n0 events: personal part erased\n"
    assert retain(26).stderr == nothing


@pytest.mark.parametrize(
    ("days", "ahead", "going", "staying"),
    [
        # Everything would go.
        (365, 400, "6 events from 2026-10-02T11", "none would stay"),
        (1, 2, "6 events from 2026-10-02T11", "none would stay"),
        # The newest event is more than seven days old.
        (26, 8, "3 events from 2026-10-02T11", "the next one is from 2026-11-21T11"),
        # As when decisions were recorded after the clock went wrong.
        (40, 0, "1 events from 2026-10-02T11", "the next one is from 2026-11-02T11"),
    ],
)
@pytest.mark.usefixtures("aged")
def test_a_clock_that_seems_to_be_ahead_erases_nothing(
    app: Flask, retain: Any, days: int, ahead: int, going: str, staying: str
) -> None:
    clock = f"Now is {moment(TODAY + timedelta(ahead))}, the newest event is from "
    for more in ([], ["--dry-run"]):
        done = retain(days, *more, ahead=ahead)
        assert done.exit_code == 1
        for said in (f"{clock}2026-12-01T11:00:00.000000Z", f"Of {going}", staying):
            assert said in done.stderr
        assert len(kept(app)) == 6
    done = retain(days, "--trust-clock", ahead=ahead)
    assert (done.exit_code, len(kept(app))) == (0, 6 - int(going[0]))


@pytest.mark.usefixtures("aged")
def test_an_erasure_by_a_wrong_clock_does_not_prove_it_right(
    app: Flask, retain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = moment(TODAY + timedelta(400))
    monkeypatch.setattr("api.store.people.erasure.now", lambda: ahead)
    assert retain(420, "--trust-clock", ahead=400).exit_code == 0
    assert retain(401, ahead=400).exit_code == 1
    assert sorted(kept(app)) == ["0 days", "10 days", "2 days"]


@SQLITE
def test_a_fresh_process_comes_to_the_same_answers(
    app: Flask, call: Any, url: str, world: Any, filled: list[str]
) -> None:
    items: list[Any] = [{"client_id": client_id} for client_id in world.raw]
    known = world.raw[100004]
    new = {"application": {**known.application, "CODE_GENDER": "X"}}
    items += [{**new, "bureau": known.bureau}, {"client_id": 100004, "changes": {}}]
    call("POST", "/v1/predictions/batch", json={"predictions": items})
    settings = {"SCORING_BUNDLE": str(world.bundle), "SCORING_DATABASE_URL": url}
    command = [sys.executable, "-m", "flask", "--app", "api", "events", "replay"]
    done = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(items) + len(filled)} answers are the same" in done.stderr
    assert re.search(r" 0 erased; \d+ a second$", done.stderr)
    change_answers(app)
    broken = app.test_cli_runner().invoke(args=["events", "replay"])
    assert broken.exit_code == 1
    assert "answers came out different" in broken.output
