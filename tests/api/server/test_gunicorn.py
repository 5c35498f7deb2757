"""The real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import gunicorn
import pytest

from api import create_app
from api.config import Config
from tests.api.server.buffer import buffered
from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
NOT_NEEDED = (
    "pandas",
    "sklearn",
    "mlflow",
    "shap",
    "pyarrow",
    "streamlit",
    "evidently",
)
Start = Callable[..., "subprocess.Popen[bytes]"]

behind_nginx = pytest.mark.skipif(
    shutil.which("nginx") is None, reason="nginx is not installed"
)
with_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="Prometheus' promtool is not installed"
)
pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(url: str, port: int, tmp_path: Path) -> Iterator[Start]:
    """Start the server with what its image copies, and nothing but it."""
    for name in ("api", "policy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in NOT_NEEDED:
        absent = tmp_path / "absent" / f"{name}.py"
        absent.parent.mkdir(exist_ok=True)
        absent.write_text("raise ImportError('not a requirement of the API')")
    started: list[subprocess.Popen[bytes]] = []

    def run(bundle: Path, **more: str) -> subprocess.Popen[bytes]:
        settings = {
            "SCORING_BUNDLE": str(bundle),
            "SCORING_DATABASE_URL": url,
            "SCORING_BIND": f"127.0.0.1:{port}",
            "SCORING_WORKERS": "2",
            "SCORING_DRAIN_SECONDS": "0",
            "PYTHONPATH": str(tmp_path / "absent"),
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "api/server/gunicorn.conf.py",
        ]
        process = subprocess.Popen(
            [*command, "api:create_app()"],
            cwd=tmp_path,
            env=os.environ | settings | more,
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
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not get ready")


def lines_of(process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    _, errors = process.communicate()
    return [json.loads(line) for line in errors.splitlines()]


def test_gunicorn_serves_counts_reloads_drains_and_stops(
    start: Start, port: int, world: Any, template: Any, tmp_path: Path, conftest: Any
) -> None:
    _, keys = template
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "served"))
    metrics = free_port()
    settings = {"SCORING_METRICS_PORT": str(metrics), "SCORING_DRAIN_SECONDS": "1"}
    process = start(bundle, **settings)
    wait_until_ready(process, port)
    silent = socket.create_connection(("127.0.0.1", port))
    headers = {
        "Authorization": f"Bearer {keys['scoring']}",
        "Content-Type": "application/json",
    }
    asked = {"headers": headers, "data": b'{"client_id": 100001}'}

    def decide() -> Any:
        status, answer = get(port, "/v1/predictions", **asked)
        assert status == 201
        return answer

    answers = [decide() for _ in range(10)]
    assert len({answer["probability"] for answer in answers}) == 1
    assert len({answer["prediction_id"] for answer in answers}) == 10
    assert 'scoring_probability_count{kind="decision"} 10.0' in scrape(metrics)

    manifest = json.loads((bundle / "manifest.json").read_text())
    conftest.seal(bundle, manifest | {"history": []})
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    conftest.seal(bundle, manifest | {"threshold": 0.5})
    process.send_signal(signal.SIGHUP)
    (new,) = wait_for(lambda: [one for one in [decide()] if one["threshold"] == 0.5])
    served = f'bundle_sha256="{new["model"]["bundle_sha256"]}"'
    wait_for(lambda: re.search(f"processes{{{served}.*}} 2.0", scrape(metrics)))

    for wrong in (b"GET s3cret", b"GET / HTTP/1.1\r\nAuthorization Bearer s3cret"):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(wrong + b"\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 400"

    idle = HTTPConnection("127.0.0.1", port, timeout=20)
    kept = HTTPConnection("127.0.0.1", port, timeout=20)
    late = HTTPConnection("127.0.0.1", port, timeout=20)
    assert kept_open(idle) and kept_open(kept) and kept_open(late)
    late.sock.sendall(b"GET /health/live HTTP/1.1\r\n")
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: get(port, "/health/ready")[0] == 503)
    assert not kept_open(kept)
    assert decide()["threshold"] == 0.5
    time.sleep(1.2)
    late.sock.sendall(b"Host: a\r\n\r\n")
    assert late.sock.recv(15) == b"HTTP/1.1 200 OK"
    late.close()
    assert process.wait(20) == 0
    idle.close()
    silent.close()
    lines = lines_of(process)
    refused = [line for line in lines if "reload refused" in line["message"]]
    assert [line["level"] for line in refused] == ["error"]
    assert "100001" not in str(lines) and "s3cret" not in str(lines)
    unread = [line["message"] for line in lines if "Invalid" in line["message"]]
    faults = "InvalidRequestLine", "InvalidHeader"
    assert unread == [f"Invalid request from ip=127.0.0.1: {one}" for one in faults]


def test_another_feature_set_is_taken_up_without_a_request_lost(
    start: Start,
    port: int,
    world: Any,
    url: str,
    template: Any,
    tmp_path: Path,
    conftest: Any,
) -> None:
    """Bundle put in place, its clients imported, SIGHUP, while others ask."""
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "served"))
    process = start(bundle)
    assert process.stderr is not None
    wait_until_ready(process, port)
    stop = threading.Event()
    with ThreadPoolExecutor(5) as pool:
        # Else the log would fill its pipe, and hold up the server.
        pool.submit(process.stderr.read)
        asking = [pool.submit(ask_on, port, template[1], stop) for _ in range(4)]
        manifest = json.loads((bundle / "manifest.json").read_text())
        conftest.seal(bundle, manifest | {"feature_set": "other"})
        clients = tmp_path / "other.parquet"
        different = {"feature_set": "other", "where": "a.SK_ID_CURR <= 100100"}
        conftest.write_clients(world.connection, manifest, clients, **different)
        app = create_app(Config(bundle=bundle, database_url=url))
        run = app.test_cli_runner().invoke
        done = run(args=["clients", "import", str(clients)])
        assert done.exit_code == 0, done.output
        process.send_signal(signal.SIGHUP)
        get_page = partial(get, port, "/v1/clients", headers=of(template[1], "officer"))
        try:
            wait_for(lambda: [get_page()[1]["total"] for _ in range(9)] == [100] * 9)
        finally:
            stop.set()
            answered = [status for one in asking for status in one.result()]
            process.terminate()
    app.extensions["scoring"].database.close()
    assert {*answered} == {200, 201}


def of(keys: dict[str, str], role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys[role]}", "Content-Type": "application/json"}


def ask_on(port: int, keys: dict[str, str], stop: threading.Event) -> list[int]:
    """A decision and a client after the other; their statuses."""
    found = []
    asked = b'{"client_id": 100001}'
    while not stop.is_set():
        scoring, officer = of(keys, "scoring"), of(keys, "officer")
        found += [
            get(port, "/v1/predictions", headers=scoring, data=asked)[0],
            get(port, "/v1/clients/100001", headers=officer)[0],
        ]
    return found


def kept_open(connection: HTTPConnection) -> bool:
    connection.request("GET", "/health/live")
    response = connection.getresponse()
    assert json.load(response) == {"status": "live"}
    return response.getheader("Connection") == "keep-alive"


def scrape(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as response:
        return str(response.read().decode())


def wait_for(condition: Callable[[], Any]) -> Any:
    for _ in range(300):
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not come about")


@with_promtool
def test_prometheus_is_told_what_its_rules_and_dashboard_ask_for(
    start: Start, port: int, world: Any, template: Any, tmp_path: Path
) -> None:
    _, keys = template
    metrics = free_port()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    settings = {"SCORING_METRICS_PORT": str(metrics), "SCORING_COMMIT": "c0ffee"}
    process = start(world.bundle, **settings)
    wait_until_ready(process, port)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = tomllib.loads(text)["project"]["version"]
    _, ready = get(port, "/health/ready")
    served = ready.pop("bundle_sha256")
    assert ready == {"status": "ready", "version": version, "commit": "c0ffee"}
    for key, status in ((keys["scoring"], 201), ("no-such-key", 401)):
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
        }
        asked = {"headers": headers, "data": b'{"client_id": 100001}'}
        assert get(port, "/v1/predictions", **asked)[0] == status
    told = scrape(metrics)
    (build,) = re.findall(r"^scoring_build_info\{(.*)\} 1.0$", told, re.MULTILINE)
    assert build == f'bundle="{served}",commit="c0ffee",version="{version}"'
    assert 'scoring_denied_total{reason="unknown"} 1.0' in told
    assert "scoring_requests_in_flight 0.0" in told
    said = subprocess.run(
        ["promtool", "check", "metrics"], input=told, capture_output=True, text=True
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    watching = ROOT / "docs" / "observability"
    named = {
        name
        for file in ("rules.yml", "grafana/dashboards/scoring.json")
        for name in re.findall(r"scoring_\w+", (watching / file).read_text())
    }
    assert named <= set(re.findall(r"^\w+", told, re.MULTILINE))


def test_a_process_that_died_is_watched_no_more(
    start: Start, port: int, world: Any, template: Any
) -> None:
    """Killed while it worked on a request."""
    metrics = free_port()
    process = start(world.bundle, SCORING_METRICS_PORT=str(metrics))
    wait_until_ready(process, port)

    def told_of(text: str) -> str:
        with suppress(OSError):
            told = scrape(metrics)
            return told if text in told else ""
        return ""

    told = wait_for(lambda: told_of("scoring_request_threads 8.0"))
    killed = re.findall(r'pid="(\d+)",role="worker"', told)
    assert len(killed) == 2
    assert f'pid="{process.pid}",role="master"' in told
    head = "POST /v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json"
    key = f"\r\nAuthorization: Bearer {template[1]['scoring']}"
    with slow_client(port, f"{head}{key}\r\nContent-Length: 9\r\n\r\n{{".encode()):
        wait_for(lambda: told_of("scoring_requests_in_flight 1.0"))
        for pid in killed:
            os.kill(int(pid), signal.SIGKILL)
        told = wait_for(lambda: told_of("scoring_requests_in_flight 0.0"))
    assert not set(killed) & set(re.findall(r'pid="(\d+)"', told))
    serve = re.compile(r"^scoring_bundle_processes\{.*\} 2.0$", re.MULTILINE)
    wait_for(lambda: serve.search(told_of("")))
    limit, used = (
        float(re.findall(rf"^scoring_memory_{one}_bytes (.+)$", told, re.MULTILINE)[0])
        for one in ("limit", "used")
    )
    assert 0 < used < limit


@behind_nginx
def test_behind_nginx_slow_clients_hold_up_nobody(
    start: Start, port: int, world: Any
) -> None:
    wait_until_ready(start(world.bundle), port)
    head = b"POST /v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
    with buffered(port) as front:
        slow = [socket.create_connection(("127.0.0.1", front)) for _ in range(60)]
        for at, one in enumerate(slow):
            one.sendall((b"", head, head + b"\r\n" + b" " * 40_000)[at % 3])
        started = time.monotonic()
        assert get(front, "/health/live")[0] == 200
        assert time.monotonic() - started < 3
        for one in slow:
            one.close()


@behind_nginx
def test_behind_nginx_each_of_several_requests_in_one_packet_gets_its_answer(
    start: Start, port: int, world: Any
) -> None:
    wait_until_ready(start(world.bundle), port)
    with buffered(port) as front:
        assert pipelined(front) == [b"live", b"live", b"ready"]


def test_slow_clients_hold_up_nobody_for_long(
    start: Start, port: int, world: Any, template: Any
) -> None:
    """More of each kind than there are threads of that kind that work."""
    lively = free_port()
    settings = {"SCORING_WORKERS": "1", "SCORING_METRICS_PORT": str(lively)}
    wait_until_ready(start(world.bundle, **settings), port)
    # Made once, which takes a while.
    assert get(port, "/openapi.json")[0] == 200
    key = f"Authorization: Bearer {template[1]['scoring']}\r\n"
    ask = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 40
    head = "POST /v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json"
    body = f"{head}\r\n{{}}Content-Length: 900000\r\n\r\n" + " " * 17_000
    slow = [
        slow_client(port, start.encode())
        for start in ("", head[:9], body.format(key), body.format(""), ask) * 10
    ]
    time.sleep(0.5)
    for at in [port, lively] * 15:
        started = time.monotonic()
        assert get(at, "/health/live")[0] == 200
        assert time.monotonic() - started < 4
    for one in slow:
        one.close()


def slow_client(port: int, sent: bytes) -> socket.socket:
    """Sends so much and no more, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(sent)
    return client


def pipelined(port: int) -> list[bytes]:
    ask = "GET /health/{} HTTP/1.1\r\nHost: a\r\nConnection: {}\r\n\r\n"
    packet = ask.format("live", "keep-alive") * 2 + ask.format("ready", "close")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(packet.encode())
        answers = b"".join(iter(lambda: one.recv(65_536), b""))
    return re.findall(rb'"status":"(\w+)"', answers)


def test_keeps_the_connections_that_it_promised_to_keep(
    start: Start, port: int, world: Any, template: Any
) -> None:
    """Small, large, chunked and refused bodies, one after the other, on one socket.

    Before gunicorn 27 it promises none where several requests came in one packet.
    """
    process = start(world.bundle)
    wait_until_ready(process, port)
    asked = b'{"client_id": 100001}'
    large = asked + b" " * 50_000
    wrong = {"Authorization": "Bearer wrong"}
    right = {"Authorization": f"Bearer {template[1]['scoring']}"}
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    first = connection.sock
    for body, headers, status in (
        (asked, right, 201),
        (asked, wrong, 401),
        (large, right, 201),
        (iter([asked[:5], asked[5:]]), right, 201),
        (iter([large[:30_000], large[30_000:]]), right, 201),
        (asked, right, 201),
    ):
        headers = {**headers, "Content-Type": "application/json"}
        connection.request("POST", "/v1/predictions", body, headers)
        response = connection.getresponse()
        response.read()
        assert response.status == status
        assert connection.sock is first
    connection.close()
    answers_all = gunicorn.version_info >= (27,)
    assert pipelined(port) == (
        [b"live", b"live", b"ready"] if answers_all else [b"live"]
    )
    # Nobody is believed to have come another way.
    told = {"SCRIPT_NAME": "/v1", "X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on"}
    assert get(port, "/health/live", headers=told)[0] == 200
    assert get(port, "/v1/health/live", headers=told)[0] == 404


def test_what_gunicorn_refuses_is_answered_as_a_problem(
    start: Start, port: int, world: Any, template: Any
) -> None:
    """Nor is a key told that stands where it cannot be read."""
    wait_until_ready(start(world.bundle, SCORING_WORKERS="1"), port)
    key = template[1]["scoring"]
    head = (
        "POST /v1/predictions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {key}\r\n\r\n"
    )
    body = "2\r\n{}\r\n0\r\n"
    for sent, status, title in (
        ("nonsense\r\n\r\n", 400, "Bad Request"),
        (f"GET / HTTP/1.1\r\n{key}\r\n\r\n", 400, "Bad Request"),
        (
            "GET / HTTP/1.1\r\n" + "A: b\r\n" * 200 + "\r\n",
            431,
            "Request Header Fields Too Large",
        ),
        (
            head + body + "A: b\r\n" * 10_000 + "\r\n",
            431,
            "Request Header Fields Too Large",
        ),
        (head + body + "no trailer\r\n\r\n", 400, "Bad Request"),
        (head + "x\r\n{}\r\n0\r\n\r\n", 400, "Bad Request"),
    ):
        answer = until_closed(port, sent.encode())
        told, _, content = answer.partition(b"\r\n\r\n")
        assert told.upper().startswith(f"HTTP/1.1 {status} {title}".upper().encode())
        assert b"application/problem+json" in told
        problem = json.loads(content)
        assert (problem["status"], problem["title"]) == (status, title)
        assert key not in answer.decode()


def until_closed(port: int, sent: bytes) -> bytes:
    """All that is answered before the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


def test_a_hosts_port_is_served_and_its_health_asked_there(
    start: Start, port: int, world: Any, tmp_path: Path
) -> None:
    host = {"PORT": str(port), "SCORING_BIND": ""}
    process = start(world.bundle, **host, SCORING_WORKERS="1")
    asked = [sys.executable, "-m", "api.server.health"]

    def health() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            asked, cwd=tmp_path, env=os.environ | host, capture_output=True, text=True
        )

    wait_until_ready(process, port)
    assert (health().returncode, health().stderr) == (0, "")
    process.terminate()
    process.wait(20)
    done = health()
    assert (done.returncode, done.stderr[:11]) == (1, "not ready: ")


def test_refuses_to_start_on_a_corrupted_bundle(
    start: Start, world: Any, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "altered"))
    with (bundle / "model.txt").open("a") as model:
        model.write(" ")
    process = start(bundle)
    assert process.wait(20) != 0
    (refusal,) = [line for line in lines_of(process) if line["level"] == "error"]
    assert "model.txt: was altered" in refusal["message"]


def test_fewer_workers_where_the_system_ends_them_and_a_word_where_it_ends_the_last(
    start: Start, port: int, world: Any
) -> None:
    process = start(world.bundle, SCORING_WORKERS="2")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None:
        for worker in children.read_text().split():
            os.kill(int(worker), signal.SIGKILL)
        time.sleep(0.02)
    assert process.returncode == 1
    told = [line["message"] for line in lines_of(process)]
    fewer, last = [one for one in told if "too little memory" in one]
    assert "SCORING_WORKERS=2 takes" in fewer and fewer.endswith("going on with 1")
    assert "SCORING_WORKERS=1 takes" in last
    assert len([one for one in told if "was sent SIGKILL" in one]) <= 7
