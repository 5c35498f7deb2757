"""The release's own scripts: who takes over, and what is told of a version."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands import ROOT

SCRIPTS = ROOT / ".github"
CHANGELOG = """# Changelog

## 1.2.0 - 2027-01-31

### Added

- What is new.

## 1.1.0 - unreleased

- What is old.

## 1.0.0 - 2026-01-01
"""


@contextmanager
def answering(healthy: dict[str, bool]) -> Iterator[str]:
    """A dashboard that is well as long as `healthy` says so."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            well = healthy["well"] and self.path == "/_stcore/health"
            self.send_response(200 if well else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("staging", "production", "swaps", "says"),
    [
        (True, True, 1, "released: "),
        (False, True, 0, "503"),
        (True, False, 2, "rolled back: "),
    ],
)
def test_a_dashboard_takes_over_only_while_it_is_well(
    staging: bool, production: bool, swaps: int, says: str, tmp_path: Path
) -> None:
    swap = tmp_path / "swap.sh"
    swap.write_text(f"printf x >>{tmp_path}/swaps\n")
    with answering({"well": staging}) as slot, answering({"well": production}) as now:
        done = subprocess.run(
            [SCRIPTS / "release_dashboard.sh", slot, now, f"sh {swap}"],
            env={**os.environ, "HEALTH_TRIES": "0"},
            capture_output=True,
            text=True,
        )
    made = tmp_path / "swaps"
    assert len(made.read_text() if made.exists() else "") == swaps
    assert (done.returncode == 0) == (staging and production)
    assert says in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("version", "tag", "says"),
    [
        ("1.2.0", "v1.2.0", "### Added\n\n- What is new.\n"),
        ("1.2.0", "v1.3.0", "v1.3.0: expected v1.2.0, the version in pyproject.toml"),
        ("1.1.0", "v1.1.0", "CHANGELOG.md calls 1.1.0 unreleased; expected its date"),
        ("1.0.0", "v1.0.0", "CHANGELOG.md says nothing of 1.0.0"),
        ("1.3.0", "v1.3.0", "CHANGELOG.md says nothing of 1.3.0"),
        ("1.2", "v1.2", "CHANGELOG.md says nothing of 1.2"),
    ],
)
def test_the_notes_are_the_section_of_the_version(
    version: str, tag: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    done = subprocess.run(
        [sys.executable, SCRIPTS / "notes.py", tag],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    told = says.endswith("\n")
    assert done.returncode == (0 if told else 1)
    assert (done.stdout == says) if told else (says in done.stderr)
