"""A release is stopped by a broken bundle, and rolled back when it breaks later."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, Served, free_port

pytestmark = pytest.mark.xdist_group("house")
SMOKE = ROOT / ".github" / "smoke.py"
# smoke.py waits for a slow start; here nothing is worth waiting for.
IMPATIENT = {"SMOKE_TRIES": "1"}


def smoke(url: str, key: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SMOKE), url, *more],
        env={**os.environ, **IMPATIENT, "SMOKE_API_KEY": key},
        capture_output=True,
        text=True,
    )


def test_the_smoke_test_passes_only_when_this_bundle_decides(served: Served) -> None:
    done = smoke(served.url, served.key)
    assert done.returncode == 0, done.stderr
    assert "explained and stored" in done.stdout
    other = smoke(served.url, served.key, "--bundle", "0" * 64)
    assert (other.returncode, "another bundle" in other.stderr) == (1, True)
    assert smoke(served.url, "no-such-key").returncode == 1


def test_a_broken_bundle_is_never_released(served: Served, tmp_path: Path) -> None:
    """A byte of the model is changed: the API does not start, the slot never swaps."""
    bundle, swaps = tmp_path / "bundle", tmp_path / "swaps"
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
    done = release(f"http://127.0.0.1:{port}", served.url, served.key, swaps)
    assert done.returncode == 1
    assert "not ready" in done.stderr
    assert not swaps.exists()


def test_a_release_that_fails_after_the_swap_is_swapped_back(
    served: Served, tmp_path: Path
) -> None:
    """Production answers 503 from the first swap to the second."""
    swaps = tmp_path / "swaps"
    with behind(served.url, swaps) as production:
        done = release(served.url, production, served.key, swaps)
    assert done.returncode == 1
    assert "rolled back" in done.stderr
    assert swaps.read_text() == "xx"


def release(
    staging: str, production: str, key: str, swaps: Path
) -> subprocess.CompletedProcess[str]:
    """`release.sh`, whose swap leaves an x in a file."""
    swap = swaps.with_name("swap.sh")
    swap.write_text(f"printf x >> {swaps}\n")
    return subprocess.run(
        ["bash", str(ROOT / ".github" / "release.sh"), staging, production]
        + [f"sh {swap}"],
        env={**os.environ, **IMPATIENT, "SMOKE_API_KEY": key},
        capture_output=True,
        text=True,
    )


@contextmanager
def behind(url: str, swaps: Path) -> Iterator[str]:
    """The API, but for as long as exactly one swap was made."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            if swaps.exists() and len(swaps.read_text()) == 1:
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
