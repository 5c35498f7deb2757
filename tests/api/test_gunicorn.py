"""The real server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_NEEDED = (
    "pandas",
    "sklearn",
    "mlflow",
    "shap",
    "pyarrow",
    "streamlit",
    "evidently",
)
Start = Callable[[Path], "subprocess.Popen[bytes]"]

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(url: str, port: int, tmp_path: Path) -> Iterator[Start]:
    """Start the server with api/ as the only folder there is, and nothing but it."""
    shutil.copytree(ROOT / "api", tmp_path / "api")
    for name in NOT_NEEDED:
        absent = tmp_path / "absent" / f"{name}.py"
        absent.parent.mkdir(exist_ok=True)
        absent.write_text("raise ImportError('not a requirement of the API')")
    started: list[subprocess.Popen[bytes]] = []

    def run(bundle: Path) -> subprocess.Popen[bytes]:
        settings = {
            "SCORING_BUNDLE": str(bundle),
            "SCORING_DATABASE_URL": url,
            "SCORING_BIND": f"127.0.0.1:{port}",
            "SCORING_WORKERS": "2",
            "PYTHONPATH": str(tmp_path / "absent"),
        }
        command = [sys.executable, "-m", "gunicorn", "-c", "api/gunicorn.conf.py"]
        process = subprocess.Popen(
            [*command, "api:create_app()"],
            cwd=tmp_path,
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def get(port: int, path: str, **more: Any) -> tuple[int, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", **more)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        try:
            assert process.poll() is None
            if get(port, "/health/ready")[0] == 200:
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError("the server did not get ready")


def test_serves_decisions_and_stops_when_asked(
    start: Start, port: int, world: Any, template: Any
) -> None:
    _, keys = template
    process = start(world.bundle)
    wait_until_ready(process, port)
    headers = {
        "Authorization": f"Bearer {keys['scoring']}",
        "Content-Type": "application/json",
    }
    asked = {"headers": headers, "data": b'{"client_id": 100001}'}
    answers = [get(port, "/v1/predictions", **asked) for _ in range(10)]
    assert {status for status, _ in answers} == {201}
    assert len({answer["probability"] for _, answer in answers}) == 1
    assert len({answer["prediction_id"] for _, answer in answers}) == 10
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_refuses_to_start_on_a_corrupted_bundle(
    start: Start, world: Any, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "altered"))
    with (bundle / "model.txt").open("a") as model:
        model.write(" ")
    process = start(bundle)
    assert process.wait(20) != 0
    _, errors = process.communicate()
    lines = [json.loads(line) for line in errors.splitlines()]
    (refusal,) = [line for line in lines if line["level"] == "error"]
    assert "model.txt: was altered" in refusal["message"]
