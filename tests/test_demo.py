"""The demo does again what changed, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What stands for Python: it notes what it is asked, and leaves what that would.
PYTHON = """#!/bin/sh
case "$1" in -c) exit 0 ;; esac
echo "$@" >>calls
case "$*" in
*"$(cat failing)"*) exit 3 ;;
*synthesize*) mkdir -p var/data && touch var/data/application_train.csv ;;
*promote*) test "$OVERRIDE" || exit "$(cat gates)" ;;
*" train "*) touch var/mlflow.db ;;
*export*) mkdir -p var/bundle && touch var/bundle/manifest.json var/clients.parquet ;;
*upgrade*) touch var/scoring.sqlite ;;
*"keys add"*) echo secret ;;
esac
"""
MADE = ["train", "promote", "drift", "export", "upgrade", "import"]
WORDS = ["--check", "synthesize", *MADE, "keys"]
# What stands for gunicorn and Streamlit: it answers, and writes a line per request.
SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
port = os.environ.get("STREAMLIT_SERVER_PORT") or os.environ["SCORING_BIND"][10:]
http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""
Demo = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    for file in ("training/synthesize/a.py", "training/tables/b.py", "api/c.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "failing").write_text("nothing")
    (tmp_path / "gates").write_text("0")
    for file in (
        "requirements-dev.txt",
        "pyproject.toml",
        ".venv/.demo",
        ".venv/.ready",
    ):
        (tmp_path / file).touch()
    return tmp_path


@pytest.fixture
def demo(folder: Path) -> Demo:
    """Run it; the stages that it ran, in order."""

    def run(*options: str, status: int = 0) -> list[str]:
        (folder / "calls").write_text("")
        make = ["make", "--no-print-directory", "demo", *options]
        done = subprocess.run(make, cwd=folder, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        calls = (folder / "calls").read_text().splitlines()
        asked = [word for call in calls for word in WORDS if f" {word} " in f"{call} "]
        # The last one serves; a failed run has none.
        day = "" if any(one.startswith("DATA") for one in options) else " docs/a_day.py"
        assert (calls[-1] == f".make/serve.py 5050 8501{day}") == (status == 0)
        return asked

    return run


def test_runs_a_stage_and_what_comes_after_it_only_when_needed(
    demo: Demo, folder: Path
) -> None:
    every = ["--check", "synthesize", *MADE, "keys", "keys"]
    assert demo() == every
    assert demo() == ["--check"]
    assert demo("CLIENTS=20") == every[:-2]
    (folder / "training" / "tables" / "b.py").touch()
    assert demo("CLIENTS=20") == every[:-2]
    (folder / "api" / "c.py").touch()
    assert demo("CLIENTS=20") == ["--check", "upgrade", "import"]
    (folder / "var" / "bundle" / "manifest.json").unlink()
    assert demo("CLIENTS=20") == ["--check", *MADE[2:]]


def test_the_demo_reuses_a_user_s_tables_until_they_change(
    demo: Demo, folder: Path
) -> None:
    tables = folder / "own tables"
    tables.mkdir()
    (tables / "application_train.csv").write_text("one")
    given = f"DATA={tables}"
    assert demo(given) == ["--check", *MADE, "keys", "keys"]
    assert demo(given) == ["--check"]
    (tables / "application_train.csv").write_text("other")
    assert demo(given) == ["--check", *MADE]


def test_a_failed_stage_is_not_taken_for_done(demo: Demo, folder: Path) -> None:
    (folder / "failing").write_text(" train ")
    assert demo(status=2) == ["--check", "synthesize", "train"]
    (folder / "failing").write_text("nothing")
    (folder / "gates").write_text("1")
    assert demo(status=2) == ["--check", "train", "promote"]
    (folder / "gates").write_text("0")
    assert demo() == ["--check", *MADE[1:], "keys", "keys"]


def test_a_model_that_its_gates_refuse_is_served_for_a_reason(
    demo: Demo, folder: Path
) -> None:
    (folder / "gates").write_text("3")
    said = subprocess.run(
        ["make", "demo"], cwd=folder, capture_output=True, text=True
    ).stderr
    assert "by adding OVERRIDE='your reason', or invent more clients by" in said
    (folder / "calls").write_text("")
    reason = "it's a $trial"
    assert demo(f"OVERRIDE={reason.replace('$', '$$')}") == [
        "--check",
        *MADE[1:],
        "keys",
        "keys",
    ]
    assert f"promote --override={reason}" in (folder / "calls").read_text()


def test_keys_are_kept_from_others_and_made_anew_with_the_database(
    demo: Demo, folder: Path
) -> None:
    demo()
    keys = folder / "var" / "demo.env"
    assert keys.read_text() == "DASHBOARD_API_KEY=secret\nSCORING_KEY=secret\n"
    assert keys.stat().st_mode & 0o777 == 0o600
    (folder / "var" / "scoring.sqlite").unlink()
    assert demo() == ["--check", "upgrade", "import", "keys", "keys"]


def test_what_is_handed_over_is_made_by_the_same_stages(folder: Path) -> None:
    (folder / "calls").write_text("")
    given = ["deliverables", "NAME=Dupont_Jean", "DATE=012026"]
    make = ["make", "--no-print-directory", *given]
    done = subprocess.run(make, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, *stages, last = (folder / "calls").read_text().splitlines()
    asked = ".make/deliverables.py --name=Dupont_Jean --date=012026 --url="
    assert first == f"{asked} --check"
    assert last == f"{asked} --data=var/data --tests=var/tests.xml --invented"
    # No port of the demo's is asked for: it may be running.
    assert [word for call in stages for word in WORDS if f" {word} " in f"{call} "] == [
        *["synthesize", *MADE, "keys", "keys"]
    ]


KEYLESS = """
import os
assert "SCORING_KEY" not in os.environ
"""
# What stands for the day: it notes whom it asks, and then waits to be ended.
DAY = """
import os, pathlib, time
asked = os.environ["SCORING_URL"] + " " + os.environ["SCORING_KEY"]
pathlib.Path("asked").write_text(asked)
time.sleep(60)
"""


MANIFEST = '{"model": {"version": "1"}, "validation": []}'
NOBODY = "model: version 1, not validated: nobody but who trained it has checked it\n"


def serve(folder: Path, *script: str) -> tuple[subprocess.Popen[str], str, str]:
    """The demo's servers as the folder's `gunicorn.py` and `streamlit.py` are."""
    (folder / "var" / "bundle").mkdir(parents=True)
    (folder / "var" / "bundle" / "manifest.json").write_text(MANIFEST)
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        api, page = (str(bound.getsockname()[1]) for bound in (one, other))
    run = [sys.executable, str(ROOT / ".make" / "serve.py"), api, page, *script]
    settings = {n: v for n, v in os.environ.items() if n != "STREAMLIT_SERVER_PORT"}
    serving = subprocess.Popen(
        run,
        cwd=folder,
        env=settings,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return serving, api, page


def test_the_terminal_is_quiet_once_the_servers_are_ready(tmp_path: Path) -> None:
    for name in ("gunicorn.py", "streamlit.py"):
        (tmp_path / name).write_text(SERVER)
    serving, api, page = serve(tmp_path)
    assert serving.stdout is not None
    told = serving.stdout.readline()
    ready = serving.stdout.readline()
    serving.send_signal(signal.SIGINT)
    assert serving.communicate(timeout=20) == ("stopping\n", "")
    here = "http://127.0.0.1"
    log = "var/servers.log"
    assert told == NOBODY
    assert ready == f"ready: dashboard {here}:{page} api {here}:{api} log {log}\n"
    assert "GET /health/ready" in (tmp_path / log).read_text()


def test_the_day_is_made_once_the_servers_are_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORING_KEY", "secret")
    for name in ("gunicorn.py", "streamlit.py"):
        (tmp_path / name).write_text(f"{KEYLESS}{SERVER}")
    (tmp_path / "day.py").write_text(DAY)
    serving, api, _page = serve(tmp_path, "day.py")
    assert serving.stdout is not None
    assert serving.stdout.readline() == NOBODY
    assert serving.stdout.readline().startswith("ready: ")
    asked = tmp_path / "asked"
    for _ in range(100):
        if asked.is_file() and asked.read_text():
            break
        time.sleep(0.05)
    assert asked.read_text() == f"http://127.0.0.1:{api} secret"
    serving.send_signal(signal.SIGHUP)
    assert serving.communicate(timeout=5) == ("stopping\n", "")


def test_a_server_that_does_not_start_is_heard(tmp_path: Path) -> None:
    (tmp_path / "gunicorn.py").write_text("raise SystemExit('no such bundle')")
    (tmp_path / "streamlit.py").write_text(SERVER)
    serving, *_ = serve(tmp_path)
    assert serving.communicate(timeout=20) == (
        "",
        "api: ended with status 1; var/servers.log ends:\nno such bundle\n",
    )
