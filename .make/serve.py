"""Serve what the demo made until Ctrl-C: `serve.py API_PORT DASHBOARD_PORT [SCRIPT]`.

The script runs once both servers are ready, with SCORING_URL and SCORING_KEY.

With `--check` before them it only says whether the ports are free.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

START_SECONDS = 60
# What both servers write, a line per request.
LOG = Path("var/servers.log")
LAST_LINES = 20
Servers = Mapping[str, "subprocess.Popen[bytes]"]


def refuse_busy(port: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError as error:
            sys.exit(
                f"port {port} cannot be used: {error.strerror}; choose another with"
                " API_PORT= or DASHBOARD_PORT="
            )


def serve(api_port: str, dashboard_port: str, *script: str) -> None:
    """Start both servers, say when they answer, and stop both when either ends."""
    api, page = (f"http://127.0.0.1:{port}" for port in (api_port, dashboard_port))
    servers: dict[str, subprocess.Popen[bytes]] = {}
    filling: dict[str, subprocess.Popen[bytes]] = {}
    # The servers have no use for it.
    key = os.environ.pop("SCORING_KEY", "")
    LOG.write_bytes(b"")
    try:
        servers["api"] = start_api(LOG, api_port)
        servers["dashboard"] = start_dashboard(LOG, dashboard_port, api)
        for url in (f"{api}/health/ready", f"{page}/_stcore/health"):
            wait_for(url, servers, LOG)
        print(validated(Path(os.environ.get("SCORING_BUNDLE", "var/bundle"))))
        print(f"ready: dashboard {page} api {api} log {LOG}", flush=True)
        if script:
            filling["script"] = start(LOG, *script, SCORING_URL=api, SCORING_KEY=key)
        while True:
            require_running(servers, LOG)
            time.sleep(0.2)
    except KeyboardInterrupt:
        print("stopping", flush=True)
    finally:
        stop({**servers, **filling})


def validated(bundle: Path) -> str:
    """Who has checked the model that is served."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    model = f"model: version {manifest['model']['version']}"
    if not manifest.get("validation"):
        return f"{model}, not validated: nobody but who trained it has checked it"
    last = manifest["validation"][-1]
    return f"{model}, {last['verdict']} by {last['by']}"


def start_api(log: Path, port: str, **settings: str) -> subprocess.Popen[bytes]:
    return start(
        log,
        *("-m", "gunicorn", "-c", "api/server/gunicorn.conf.py", "api:create_app()"),
        SCORING_BIND=f"127.0.0.1:{port}",
        SCORING_DRAIN_SECONDS="0",
        **settings,
    )


def start_dashboard(
    log: Path, port: str, api: str, **settings: str
) -> subprocess.Popen[bytes]:
    return start(
        log,
        *("-m", "streamlit", "run", "dashboard/app.py"),
        DASHBOARD_API_URL=api,
        STREAMLIT_SERVER_PORT=port,
        STREAMLIT_SERVER_ADDRESS="127.0.0.1",
        STREAMLIT_SERVER_HEADLESS="true",
        **settings,
    )


def start(log: Path, *command: str, **settings: str) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches it, and what it starts, through us."""
    with log.open("ab") as lines:
        return subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **settings},
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )


def wait_for(url: str, servers: Servers, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        require_running(servers, log)
        if time.monotonic() > deadline:
            sys.exit(f"{url}: no answer within {START_SECONDS} s")
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def require_running(servers: Servers, log: Path) -> None:
    for name, server in servers.items():
        if server.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").splitlines()
            ended = f"{name}: ended with status {server.returncode}; {log} ends:"
            sys.exit("\n".join([ended, *said[-LAST_LINES:]]))


def stop(servers: Servers) -> None:
    """End each server and whatever it started: asked first, then made to."""
    running = [server for server in servers.values() if server.poll() is None]
    for server in running:
        os.killpg(server.pid, signal.SIGTERM)
    for server in running:
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def end_alike() -> None:
    """End the same way on Ctrl-C, on SIGTERM and with the terminal.

    Also where a shell that runs this in the background had Ctrl-C ignored.
    """
    for stopping in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopping, signal.default_int_handler)


if __name__ == "__main__":
    end_alike()
    if sys.argv[1] == "--check":
        for given in sys.argv[2:]:
            refuse_busy(given)
    else:
        serve(*sys.argv[1:])
