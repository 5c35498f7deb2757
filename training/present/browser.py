"""Pictures of live pages, taken by the Chromium that is installed, without a screen."""

from __future__ import annotations

import html
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from training.errors import TrainingError
from training.registry.store import Registry
from training.registry.ui import pages, quietly

NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZE = (1400, 800)
# Seconds of the page's own clock: what it still waits for then is not in the picture.
PATIENCE = 20
START_SECONDS = 120
FRAME = """<style>body {{margin: 0}} iframe {{border: 0; width: 100vw; height: 100vh}}
</style><iframe src="{}"></iframe><img src="/wait" hidden>"""
# MLflow's assistant opens by itself on the loopback addresses that it knows.
MLFLOW_HOST = "mlflow.localhost"


def chromium() -> str | None:
    """The browser's program, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def photograph(program: str, url: str) -> bytes:
    """A page as PNG, once it has nothing left to wait for.

    Raises:
        TrainingError: the browser gave no picture.
    """
    return _run(program, url, f"--virtual-time-budget={1000 * PATIENCE}")


def photograph_live(program: str, url: str, wait: float = PATIENCE / 2) -> bytes:
    """A page that never has: it talks to its server for as long as it is open.

    Chromium takes its picture when everything is loaded, so the page is shown inside
    another one, which has something that takes `wait` seconds to load.

    Raises:
        TrainingError: the browser gave no picture.
    """

    class Frame(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = FRAME.format(html.escape(url)).encode()
            if self.path != "/":
                time.sleep(wait)
                content = b""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody asked for the log of this."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Frame) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _run(program, f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()


def _run(program: str, url: str, *more: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        picture = Path(folder) / "page.png"
        command = [program, "--headless", "--no-sandbox", "--disable-gpu"]
        command += ["--no-first-run", "--hide-scrollbars", "--disable-sync"]
        command += [f"--window-size={SIZE[0]},{SIZE[1]}", f"--user-data-dir={folder}"]
        command += [*more, f"--screenshot={picture}", url]
        try:
            subprocess.run(command, capture_output=True, timeout=6 * PATIENCE)
        except subprocess.TimeoutExpired:
            raise TrainingError(f"{url}: the browser did not come to an end") from None
        if not picture.is_file():
            raise TrainingError(f"{url}: the browser took no picture")
        return picture.read_bytes()


@contextmanager
def mlflow_pages(registry: Registry) -> Iterator[str]:
    """The address of MLflow's pages on the store, served for as long as the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    page = f"http://{MLFLOW_HOST}:{port}"
    command = pages(registry, port)
    command += [f"--allowed-hosts={MLFLOW_HOST}:{port},127.0.0.1:{port}"]
    command += [f"--cors-allowed-origins={page}"]
    server = subprocess.Popen(
        command,
        env=quietly(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(server, f"http://127.0.0.1:{port}/health")
        yield page
    finally:
        # With the process that it started; only read from, so nothing is lost.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise TrainingError("mlflow ui: it did not start") from None
            time.sleep(0.2)
