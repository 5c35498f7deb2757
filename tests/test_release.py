"""A release is asked who it is, stopped when it is broken, and rolled back at need."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, Served, free_port, server

pytestmark = pytest.mark.xdist_group("house")
SMOKE = ROOT / ".github" / "smoke.py"
# smoke.py waits for a slow start; here nothing is worth waiting for.
IMPATIENT = {"SMOKE_TRIES": "1"}


def version() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def smoke(url: str, key: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SMOKE), url, *more],
        env={**os.environ, **IMPATIENT, "SMOKE_API_KEY": key},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("part", ["api", "dashboard", "training"])
def test_an_image_tells_its_release_and_is_built_from_the_cache(part: str) -> None:
    text = (ROOT / part / "Dockerfile").read_text(encoding="utf-8")
    before, _, after = text.partition("\nARG VERSION=unknown\n")
    assert "ARG COMMIT" not in before
    # Whatever runs or is copied behind an argument is built anew at each value of it.
    assert not re.search("^(RUN|COPY|FROM) ", after, re.MULTILINE)
    labels = dict(re.findall(r'opencontainers\.image\.(\w+)="([^"]*)"', after))
    assert (labels["version"], labels["revision"]) == ("$VERSION", "$COMMIT")
    assert labels["title"] and labels["source"] == "$SOURCE"
    assert labels["licenses"] == "Apache-2.0"


def test_the_smoke_test_passes_only_when_this_bundle_decides(served: Served) -> None:
    done = smoke(served.url, served.key)
    assert done.returncode == 0, done.stderr
    assert "explained and stored" in done.stdout
    other = smoke(served.url, served.key, "--bundle", "0" * 64)
    assert other.returncode == 1
    assert f"expected bundle_sha256 {'0' * 64}, found " in other.stderr
    assert smoke(served.url, "no-such-key").returncode == 1


def test_the_smoke_test_passes_only_when_this_release_answers(served: Served) -> None:
    told = smoke(served.url, "", "--tell").stdout.split()
    assert told == [f"--version={version()}", "--commit=unknown"]
    assert smoke(served.url, served.key, *told).returncode == 0
    older = smoke(served.url, served.key, "--version=0.1.0")
    assert older.returncode == 1
    assert f"expected version 0.1.0, found {version()}" in older.stderr
    other = smoke(served.url, served.key, "--commit=c0ffee")
    assert other.returncode == 1
    assert "expected commit c0ffee, found unknown" in other.stderr


def test_a_release_takes_over_once_its_database_is_migrated(
    served: Served, tmp_path: Path
) -> None:
    """The slot is not ready before; production answers as before for a while after."""
    steps, database = tmp_path / "steps", tmp_path / "scoring.sqlite"
    port = free_port()
    staging = f"http://127.0.0.1:{port}"
    settings = {
        "SCORING_BIND": f"127.0.0.1:{port}",
        "SCORING_DATABASE_URL": f"sqlite:///{database}",
        "SCORING_COMMIT": "c0ffee",
        "SCORING_WORKERS": "1",
    }
    earlier = tmp_path / "earlier.sqlite"
    source = sqlite3.connect(f"{served.house.folder}/scoring.sqlite")
    source.execute("VACUUM INTO ?", (str(earlier),))
    source.close()
    late: list[str] = []

    def answers() -> str:
        if not (steps.exists() and "swap" in steps.read_text()):
            return served.url
        late.append("asked after the swap")
        return served.url if len(late) == 1 else staging

    command = ["gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"]
    running = server(served.house, command, settings, f"{staging}/health/live")
    with running, behind(answers) as production:
        assert smoke(staging, served.key).returncode == 1
        flask = f"{sys.executable} -m flask --app api"
        asked = f"{sys.executable} {SMOKE} {production} --tell"
        migrate = tmp_path / "migrate.sh"
        migrate.write_text(
            f"set -e\necho migrate >>{steps}\n{flask} db upgrade\n"
            f"{flask} events copy sqlite:///{earlier}\n{asked} >>{steps}\n"
        )
        done = release(
            *(staging, production, served.key, steps, f"sh {migrate}"),
            COMMIT="c0ffee",
            SMOKE_TRIES="30",
            SCORING_DATABASE_URL=f"sqlite:///{database}",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    before = f"--version={version()} --commit=unknown"
    assert f"production serves {before}" in done.stdout
    assert steps.read_text().splitlines() == ["migrate", before, "swap"]
    assert len(late) > 1


def test_a_migration_that_fails_stops_the_release(
    served: Served, tmp_path: Path
) -> None:
    """Of a database that a later release made."""
    steps, database = tmp_path / "steps", tmp_path / "later.sqlite"
    later = sqlite3.connect(database)
    later.execute("CREATE TABLE alembic_version (version_num TEXT)")
    later.execute("INSERT INTO alembic_version VALUES ('9999')")
    later.commit()
    later.close()
    done = release(
        *(served.url, served.url, served.key, steps),
        f"{sys.executable} -m flask --app api db upgrade",
        SCORING_DATABASE_URL=f"sqlite:///{database}",
    )
    assert done.returncode == 1
    assert "made by a later version" in done.stderr
    assert "the migration failed; nothing was swapped" in done.stderr
    assert not steps.exists()


def test_a_slot_that_still_answers_with_the_old_commit_is_never_swapped(
    served: Served, tmp_path: Path
) -> None:
    steps = tmp_path / "steps"
    done = release(served.url, served.url, served.key, steps, COMMIT="c0ffee")
    assert done.returncode == 1
    assert "expected commit c0ffee, found unknown" in done.stderr
    assert not steps.exists()


def test_a_broken_bundle_is_never_released(served: Served, tmp_path: Path) -> None:
    """A byte of the model is changed: the API does not start, the slot never swaps."""
    bundle, steps = tmp_path / "bundle", tmp_path / "steps"
    shutil.copytree(served.house.bundle, bundle)
    model = (bundle / "model.txt").read_text()
    (bundle / "model.txt").write_text(model.replace("0.1", "0.2", 1))
    port = free_port()
    settings = {"SCORING_BUNDLE": str(bundle), "SCORING_BIND": f"127.0.0.1:{port}"}
    started = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "api/server/gunicorn.conf.py"]
        + ["api:create_app()"],
        cwd=ROOT,
        env={**served.house.environment, **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode != 0
    assert "model.txt" in started.stderr
    done = release(f"http://127.0.0.1:{port}", served.url, served.key, steps)
    assert done.returncode == 1
    assert "not ready" in done.stderr
    assert not steps.exists()


def test_a_release_that_fails_after_the_swap_is_swapped_back(
    served: Served, tmp_path: Path
) -> None:
    """Production answers 503 from the first swap to the second."""
    steps = tmp_path / "steps"

    def answers() -> str | None:
        once = steps.exists() and steps.read_text() == "swap\n"
        return None if once else served.url

    with behind(answers) as production:
        done = release(served.url, production, served.key, steps)
    assert done.returncode == 1
    assert "rolled back" in done.stderr
    assert "explained and stored" in done.stdout.splitlines()[-1]
    assert steps.read_text() == "swap\nswap\n"


def release(
    staging: str,
    production: str,
    key: str,
    steps: Path,
    migrate: str = "true",
    **settings: str,
) -> subprocess.CompletedProcess[str]:
    """`release.sh`, whose swap leaves a line in a file."""
    which = {"VERSION": version(), "COMMIT": "unknown"}
    return subprocess.run(
        ["bash", str(ROOT / ".github" / "release.sh"), staging, production]
        + [migrate, f"echo swap >>{steps}"],
        cwd=ROOT,
        env={**os.environ, **IMPATIENT, **which, "SMOKE_API_KEY": key, **settings},
        capture_output=True,
        text=True,
    )


@contextmanager
def behind(answers: Callable[[], str | None]) -> Iterator[str]:
    """A proxy: `answers` says where the API is; at None it answers 503 itself."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            url = answers()
            if url is None:
                return self.send(503, b"{}")
            length = int(self.headers.get("Content-Length") or 0)
            asked = urllib.request.Request(
                url + self.path,
                data=self.rfile.read(length) if length else None,
                headers={
                    name: self.headers[name]
                    for name in ("Authorization", "Content-Type")
                    if name in self.headers
                },
            )
            with urllib.request.urlopen(asked, timeout=20) as response:
                return self.send(response.status, response.read())

        do_GET = do_POST = answer

        def send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
