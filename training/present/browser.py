"""Pictures of pages, taken by the Chromium that is installed, without a screen."""

from __future__ import annotations

import html
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import requests

from training.errors import TrainingError
from training.registry.store import Registry
from training.registry.ui import pages, quietly

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The shape of the place that a slide has for it.
WINDOW = "1280,480"
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


def photograph(url: str) -> bytes | None:
    """A page as PNG; None where there is no browser or the page cannot be reached.

    Raises:
        TrainingError: the browser gave no picture.
    """
    try:
        answer = requests.get(url, timeout=PATIENCE)
    except requests.RequestException:
        return None
    if chromium() is None or not answer.ok:
        return None
    policy = answer.headers.get("Content-Security-Policy", "")
    if "X-Frame-Options" in answer.headers or "frame-ancestors" in policy:
        return still(url)
    return framed(url)


def still(url: str) -> bytes:
    """A page that comes to rest, as PNG."""
    return _run(url, f"--virtual-time-budget={1000 * PATIENCE}")


def framed(url: str, wait: float = PATIENCE / 2) -> bytes:
    """A page that may talk to its server for as long as it is open.

    Chromium takes its picture when everything is loaded, so the page is shown inside
    another one, which has something that takes `wait` seconds to load.
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
            return _run(f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()


def _run(url: str, *more: str) -> bytes:
    program = chromium() or ""
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        picture = Path(folder, "page.png")
        command = [program, "--headless", "--no-sandbox", "--disable-gpu"]
        command += ["--no-first-run", "--hide-scrollbars", "--disable-sync"]
        command += [f"--window-size={WINDOW}", f"--user-data-dir={folder}"]
        command += ["--force-device-scale-factor=1.5", *more]
        command += [f"--screenshot={picture}", url]
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
    command = [*pages(registry, port), f"--cors-allowed-origins={page}"]
    command += [f"--allowed-hosts={MLFLOW_HOST}:{port},127.0.0.1:{port}"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        command, env=quietly(), stdout=quiet, stderr=quiet, start_new_session=True
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
            requests.get(url, timeout=2)
            return
        except requests.RequestException:
            if server.poll() is not None or time.monotonic() > deadline:
                raise TrainingError("mlflow ui: it did not start") from None
            time.sleep(0.2)
