"""A host's port is the dashboard's, at every address, and its health is asked there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import serve

STARTED = str(Path(serve.__file__))


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, STARTED, *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def healthy() -> Iterator[int]:
    """The port of a server that is healthy."""

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/_stcore/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


def test_a_host_says_the_port_unless_streamlits_settings_do() -> None:
    address, port = "STREAMLIT_SERVER_ADDRESS", "STREAMLIT_SERVER_PORT"
    assert serve.settings({}) == {}
    assert serve.settings({"PORT": "80"}) == {address: "0.0.0.0", port: "80"}
    own = {address: "127.0.0.1", port: "81"}
    assert serve.settings({"PORT": "80", **own}) == own


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_refuses_a_port_that_is_none(port: str) -> None:
    done = run(PORT=port)
    expected = f"dashboard: PORT: expected a port from 1 to 65535, found {port!r}\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_its_health_is_asked_at_the_hosts_port(healthy: int) -> None:
    done = run("--check", PORT=str(healthy))
    assert (done.returncode, done.stderr) == (0, "")


def test_who_is_not_up_is_not_healthy() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    done = run("--check", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith("not up: ")
