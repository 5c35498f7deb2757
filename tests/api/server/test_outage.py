"""A PostgreSQL that stops answering holds nobody up for long."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text

from api.errors import DatabaseUnavailable
from api.store.database import Database

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT = 1
# A ping of an idle connection, a new one, and a machine with other things to do.
LONGEST = 6

pytestmark = pytest.mark.parametrize("template", ["postgresql"], indirect=True)


class Proxy:
    """Between a client and the server, until it swallows.

    Then it goes on to take what either side sends, and passes nothing on, not even
    that one has hung up. What was connected meanwhile stays lost.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._listener.getsockname()[1]
        self._swallowing = self._stopped = False
        self._others: dict[socket.socket, socket.socket] = {}
        self._lost: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def swallow(self) -> None:
        self._swallowing = True
        self._lost.update(self._others)

    def forward(self) -> None:
        self._swallowing = False

    def stop(self) -> None:
        self._stopped = True
        self._thread.join()
        self._selector.close()
        for one in (self._listener, *self._others):
            one.close()

    def _run(self) -> None:
        while not self._stopped:
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._pass_on(key.fileobj)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._server)
        for one, other in ((client, server), (server, client)):
            self._others[one] = other
            self._selector.register(one, selectors.EVENT_READ)
            if self._swallowing:
                self._lost.add(one)

    def _pass_on(self, one: Any) -> None:
        try:
            data = one.recv(65_536)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(one)
        if one in self._lost:
            return
        try:
            if data:
                self._others[one].sendall(data)
            else:
                self._others[one].shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    folder = sqlalchemy.make_url(url).query["host"]
    made = Proxy(f"{folder}/.s.PGSQL.5432")
    yield made
    made.stop()


@pytest.fixture
def through(url: str, proxy: Proxy) -> str:
    """The same database, through the proxy."""
    changed = sqlalchemy.make_url(url).set(query={}, host="127.0.0.1", port=proxy.port)
    return changed.render_as_string(hide_password=False)


class Server:
    """gunicorn with one worker of four threads."""

    def __init__(self, bundle: Path, url: str, key: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._at = f"127.0.0.1:{probe.getsockname()[1]}"
        settings = {
            "SCORING_BUNDLE": str(bundle),
            "SCORING_DATABASE_URL": url,
            "SCORING_CHAIN_END": str(folder / "end"),
            "SCORING_DATABASE_TIMEOUT_SECONDS": str(TIMEOUT),
            "SCORING_BIND": self._at,
            "SCORING_WORKERS": "1",
            "SCORING_THREADS": "4",
            "SCORING_DRAIN_SECONDS": "0",
        }
        self._key = key
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "api/server/gunicorn.conf.py",
        ]
        self.process = subprocess.Popen(
            [*command, "api:create_app()"],
            cwd=ROOT,
            env=os.environ | settings,
            stderr=subprocess.DEVNULL,
        )

    def decide(self, _: Any = None) -> tuple[int, float]:
        """The status, and how long it took."""
        asked = urllib.request.Request(
            f"http://{self._at}/v1/predictions",
            json.dumps({"client_id": 100001}).encode(),
            {
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
            },
        )
        return timed(asked)

    def live(self) -> tuple[int, float]:
        return timed(urllib.request.Request(f"http://{self._at}/health/live"))

    def serves_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None
            try:
                if self.decide()[0] == 201:
                    return True
            except urllib.error.URLError:
                pass
            time.sleep(0.1)
        return False


def timed(asked: urllib.request.Request) -> tuple[int, float]:
    started = time.monotonic()
    try:
        with urllib.request.urlopen(asked, timeout=30) as response:
            response.read()
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
    return status, time.monotonic() - started


@pytest.fixture
def server(world: Any, through: str, template: Any, tmp_path: Path) -> Iterator[Server]:
    made = Server(world.bundle, through, template[1]["scoring"], tmp_path)
    assert made.serves_within(30)
    yield made
    made.process.kill()
    made.process.wait()


def test_requests_end_live_answers_and_it_serves_again(
    server: Server, proxy: Proxy
) -> None:
    for count in (1, 10, 20, 64):
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(server.decide, range(4)))
            proxy.swallow()
            asked = [pool.submit(server.decide) for _ in range(count)]
            alive = [server.live()]
            while not all(one.done() for one in asked):
                alive.append(server.live())
                time.sleep(0.05)
        answers = [one.result() for one in asked]
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < LONGEST
        assert {status for status, _ in alive} == {200}
        assert max(seconds for _, seconds in alive) < 1
        proxy.forward()
        assert server.serves_within(5)
    with ThreadPoolExecutor(20) as pool:
        proxy.swallow()
        asked = [pool.submit(server.decide) for _ in range(20)]
        time.sleep(0.2)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert time.monotonic() - started < LONGEST
    assert {one.result()[0] for one in asked} == {503}


def test_a_transaction_cut_off_leaves_no_lock(
    url: str, through: str, proxy: Proxy
) -> None:
    lock = text("SELECT pg_advisory_xact_lock(1)")
    cut, other = Database(through, TIMEOUT), Database(url, TIMEOUT)
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match="not answered"), cut.write() as one:
        one.execute(lock)
        proxy.swallow()
        one.execute(text("SELECT 1"))
    assert time.monotonic() - started < TIMEOUT + 2
    time.sleep(0.5)
    with other.write() as connection:
        connection.execute(lock)
    cut.close()
    other.close()


def test_a_statement_that_takes_too_long_is_cut_short_of_a_command(url: str) -> None:
    sleep = text("SELECT pg_sleep(:seconds)")
    database, patient = Database(url, 0.3), Database(url, 0.3, patient=True)
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable, match="timeout"), database.read() as one:
        one.execute(sleep, {"seconds": 20})
    assert time.monotonic() - started < 1
    with patient.read() as one:
        one.execute(sleep, {"seconds": 1})
    database.close()
    patient.close()


def test_an_error_costs_no_connection(url: str) -> None:
    # One more than use it: nobody waits for another.
    database = Database(url, 1, threads=5)
    process = text("SELECT pg_backend_pid()")

    def fail(_: Any) -> int:
        with database.read() as connection:
            found = int(connection.execute(process).scalar_one())
        with pytest.raises(DatabaseUnavailable), database.read() as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text("DELETE FROM alerts"))
        return found

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(fail, range(100)))) <= 4
    database.close()
