"""A release can go back: earlier code serves on a schema that later code added to.

`releases/` has the API of each release that must serve on today's schema, made from its
commit: `git archive HEAD api policy | xz -9 > tests/api/releases/VERSION.tar.xz`. Who
begins another epoch of the schema takes those of the one before away.

`releases/answered/` has, of a release, a bundle of its own training and a database with
1,000 of its answers: to known clients, what-ifs and new applicants, one at a time and
in batches, explained and not. Made by its own commands on 200 invented clients, with 20
trees and 60 known clients, so as to be small.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from flask import Flask

from api import create_app
from api.config import Config
from api.store import migrate, revisions
from api.store.database import Database
from api.store.events.kept import KEPT, whole
from api.store.tables import HEAD, events, personal

FOLDER = Path(__file__).parents[1] / "releases"
RELEASES = sorted(FOLDER.glob("*.tar.xz"))
ANSWERED = sorted((FOLDER / "answered").glob("*.tar.xz"))
ASKED = {"client_id": 100001}
EPOCH = HEAD.partition(".")[0]
LATER = f"{EPOCH}.99"
NEXT_EPOCH = f"{int(EPOCH) + 1:04}"
# What a release does when it was put back, in a process of its own.
SERVE = """
import json, os, sys
import api
from api.config import Config
app = api.create_app(Config.from_environment())
run = app.test_cli_runner().invoke
client, key = app.test_client(), {"Authorization": f"Bearer {sys.argv[1]}"}
print(json.dumps({
    "code": api.__file__,
    "upgrade": run(args=["db", "upgrade"]).exit_code,
    "ready": client.get("/health/ready").status_code,
    "decision": client.post(
        "/v1/predictions", json={"client_id": 100001}, headers=key
    ).status_code,
    "verify": run(args=["events", "verify"]).exit_code,
}))
"""


def test_an_earlier_release_is_kept_to_test_with() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES, ids=lambda one: one.name)
def test_an_earlier_release_serves_on_todays_schema(
    app: Flask,
    call: Any,
    world: Any,
    url: str,
    template: Any,
    release: Path,
    tmp_path: Path,
) -> None:
    """In turns with today's code, as when a release is put back and out again."""
    if url.startswith("sqlite"):
        pytest.importorskip("pysqlite3", reason="that release needs it")
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    with tarfile.open(release) as archive:
        archive.extractall(tmp_path, filter="data")
    settings = {
        "SCORING_BUNDLE": str(world.bundle),
        "SCORING_DATABASE_URL": url,
        "SCORING_CHAIN_END": str(app.extensions["scoring"].chain_end.path),
    }
    for served in (1, 2):
        done = subprocess.run(
            [sys.executable, "-c", SERVE, template[1]["scoring"]],
            cwd=tmp_path,
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {
            "code": str(tmp_path / "api" / "__init__.py"),
            "upgrade": 0,
            "ready": 200,
            "decision": 201,
            "verify": 0,
        }, done.stderr
        assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
        verified = app.test_cli_runner().invoke(args=["events", "verify"])
        events = 1 + 2 * served
        # Releases before 0.4.0 begin a chain of their own, and so does who follows one.
        chains = events if release.name.startswith("before") else 1
        said = f"{events} events in {chains} chains are as they were"
        assert said in verified.stderr
    assert app.extensions["scoring"].database.revision() == HEAD


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="another processor may round the last bit otherwise",
)
@pytest.mark.parametrize("release", ANSWERED, ids=lambda one: one.name)
def test_what_an_earlier_release_answered_is_answered_again(
    release: Path, tmp_path: Path
) -> None:
    """By its bundle from its database: replayed, and to everything asked anew."""
    with tarfile.open(release) as archive:
        archive.extractall(tmp_path, filter="data")
    url = f"sqlite:///{tmp_path}/scoring.sqlite"
    app = create_app(Config(bundle=tmp_path / "bundle", database_url=url))
    run, database = app.test_cli_runner().invoke, app.extensions["scoring"].database
    assert run(args=["db", "upgrade"]).exit_code == 0
    replayed = run(args=["events", "replay"])
    assert "1000 answers are the same; 0 are of other bundles" in replayed.stderr
    rows = recorded(database)
    before = [json.loads(row["answer"]) for row in rows]
    asked = [
        {**json.loads(row["request"]), "explain": "explanation" in answer}
        for row, answer in zip(rows, before, strict=True)
    ]
    added = run(args=["keys", "add", "again", "--role", "scoring"])
    answered = app.test_client().post(
        "/v1/predictions/batch",
        json={"predictions": asked},
        headers={"Authorization": f"Bearer {added.stdout.strip()}"},
    )
    for old, new in zip(before, answered.get_json()["predictions"], strict=True):
        own = {name: old[name] for name in ("prediction_id", "created_at")}
        told = {name: new.pop(name) for name in ("recommendation", "policy")}
        assert told["recommendation"] == old["decision"]
        # As JSON, which tells every bit of a float, and the order.
        assert json.dumps({**new, **own}) == json.dumps(old)
    again = recorded(database)[len(rows) :]
    assert [row["features"] for row in again] == [row["features"] for row in rows]
    assert run(args=["events", "verify"]).exit_code == 0
    compacted = run(args=["events", "compact"])
    assert "\n1000 answers packed: " in compacted.stderr
    answers = [row["answer"] for row in recorded(database)]
    assert answers == [row["answer"] for row in (*rows, *again)]
    before, after = re.findall(r"([\d,]+) bytes to ([\d,]+)", compacted.stderr)[-1]
    assert int(after.replace(",", "")) < 0.2 * int(before.replace(",", ""))
    assert run(args=["events", "verify"]).exit_code == 0
    assert "no answer is left" in run(args=["events", "compact"]).stderr
    database.close()


def recorded(database: Database) -> list[dict[str, Any]]:
    """What each event was asked, from which features, and what it answered."""
    joined = events.join(personal, personal.c.sequence == events.c.sequence)
    query = sqlalchemy.select(events, *KEPT).select_from(joined)
    with database.read() as connection:
        rows = connection.execute(query.order_by(events.c.sequence)).all()
    return [whole(row._asdict(), database.dictionaries) for row in rows]


def plant(app: Flask, revision: str) -> None:
    """What a later version's migration would leave."""
    with app.extensions["scoring"].database.write() as connection:
        for statement in (
            "ALTER TABLE events ADD COLUMN later TEXT",
            "CREATE TABLE later (id INTEGER PRIMARY KEY)",
            f"UPDATE alembic_version SET version_num = '{revision}'",
        ):
            connection.execute(sqlalchemy.text(statement))


@pytest.mark.usefixtures("own")
def test_serves_on_what_only_adds_to_the_schema(app: Flask, call: Any) -> None:
    plant(app, LATER)
    run = app.test_cli_runner().invoke
    assert app.test_client().get("/health/ready").status_code == 200
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    assert run(args=["events", "verify"]).exit_code == 0
    upgraded = run(args=["db", "upgrade"])
    said = f"already at {LATER}, a later revision than {HEAD} that this version can "
    assert (upgraded.exit_code, upgraded.stderr) == (0, f"database: {said}serve on\n")
    assert app.extensions["scoring"].database.revision() == LATER


@pytest.mark.usefixtures("own")
def test_refuses_the_next_epoch_in_one_sentence(app: Flask, call: Any) -> None:
    plant(app, NEXT_EPOCH)
    said = (
        f"the database is at {NEXT_EPOCH}, made by a later version; this version "
        f"serves {HEAD} and what only adds to it"
    )
    for answer in (
        app.test_client().get("/health/ready"),
        call("POST", "/v1/predictions", json=ASKED),
    ):
        assert (answer.status_code, said in answer.get_json()["detail"]) == (503, True)
    upgraded = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert (upgraded.exit_code, upgraded.stderr) == (1, f"Error: {said}\n")
    assert app.extensions["scoring"].database.revision() == NEXT_EPOCH


@pytest.mark.parametrize(
    ("revision", "refusal"),
    [
        ("0002.3", None),
        ("0002.4", None),
        ("0002.10", None),
        ("0002.2", "at 0002.2, expected 0002.3 or what only adds to it: run .*upgrade"),
        ("0002", "at 0002, expected"),
        ("0001.9", "at 0001.9, expected"),
        (None, "at no revision, expected"),
        ("0003", "at 0003, made by a later version"),
        ("0010", "at 0010, made by a later version"),
        ("main", "at main, expected a revision such as 0002.3"),
    ],
)
def test_a_revisions_name_says_who_serves_on_it(
    monkeypatch: pytest.MonkeyPatch, revision: str | None, refusal: str | None
) -> None:
    monkeypatch.setattr(revisions, "HEAD", "0002.3")
    if refusal is None:
        revisions.require_served(revision)
    else:
        with pytest.raises(revisions.NotPrepared, match=refusal):
            revisions.require_served(revision)


def test_each_migration_expands_its_epoch_or_begins_the_next() -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(migrate._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    names = [script.revision for script in scripts.walk_revisions()][::-1]
    assert names[0] == "0001"
    assert names[-1] == HEAD
    for before, after in zip(names, names[1:], strict=False):
        epoch, step = revisions._parts(before)
        expansion, contraction = f"{epoch:04}.{step + 1}", f"{epoch + 1:04}"
        assert after in (expansion, contraction)
