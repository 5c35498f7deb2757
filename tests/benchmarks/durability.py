"""Kills under load: nothing acknowledged is missing, nothing decided twice.

    python -m tests.benchmarks.durability [FOLDER] [KILLS]

Clients repeat a request blindly, with the same Idempotency-Key, until it is answered:
first while all processes of the API are killed over and over, on SQLite; then while
those of PostgreSQL are that serve its connections.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable

import psycopg

from api import create_app
from api.config import Config
from tests.benchmarks.databases import other_database, postgresql
from tests.benchmarks.load import (
    Client,
    Server,
    house_folder,
    prepared,
    say,
    served,
    some_clients,
    start,
    wait_until_ready,
)
from tests.conftest import House, free_port

CLIENTS = 8
PATIENCE_SECONDS = 60
# Of the API, and of a proxy that does not reach it.
UNAVAILABLE = (502, 503, 504)


class Retrying:
    """Clients that repeat until they are answered; what was acknowledged, by token."""

    def __init__(
        self, port: int, key: str, ids: list[int], clients: int = CLIENTS
    ) -> None:
        self._port, self._key, self._ids = port, key, ids
        self._stop = threading.Event()
        self.acknowledged: dict[str, bytes] = {}
        self.failures: list[str] = []
        self.repeated = 0
        threads = range(clients)
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in threads]

    def __enter__(self) -> Retrying:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        client, turn = Client(self._port, self._key), 0
        while not self._stop.is_set():
            token = f"{number}-{turn}-{time.time_ns()}"
            body = {"client_id": self._ids[turn % len(self._ids)], "explain": False}
            self._insist(client, body, token)
            turn += 1

    def _insist(self, client: Client, body: object, token: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = client.post("/v1/predictions", body, token)
            except OSError:
                self.repeated += 1
                time.sleep(0.05)
                continue
            if answer.status == 201:
                self.acknowledged[token] = answer.content
                return
            if answer.status not in UNAVAILABLE:
                self.failures.append(f"{answer.status} {answer.content[:200]!r}")
                return
            self.repeated += 1
            time.sleep(0.05)
        self.failures.append(f"{token}: never answered")


def decisions(server: Server) -> int:
    """How many are stored."""
    client, after, count = Client(server.port, server.key), 0, 0
    while True:
        path = f"/v1/events?kind=decision&features=none&limit=10000&after={after}"
        lines = client.get(path).content.splitlines()
        if not lines:
            return count
        count, after = count + len(lines), json.loads(lines[-1])["sequence"]


def checked(server: Server, asked: Retrying) -> str:
    """What was acknowledged against what is stored, asked for over HTTP."""
    lost = missing(Client(server.port, server.key), asked)
    return (
        f"{len(asked.acknowledged)} acknowledged, {asked.repeated} repeated requests; "
        f"missing or altered {lost}, "
        f"duplicates {decisions(server) - len(asked.acknowledged)}, "
        f"failures {len(asked.failures)} {asked.failures[:2]}"
    )


def missing(client: Client, asked: Retrying) -> int:
    """How many acknowledged answers are not stored as they were given."""
    count = 0
    for content in asked.acknowledged.values():
        identifier = json.loads(content)["prediction_id"]
        stored = client.get(f"/v1/predictions/{identifier}")
        count += stored.status != 200 or stored.content != content
    return count


def kill_api(house: House, url: str, kills: int) -> None:
    """SIGKILL to gunicorn and its workers at once, at any moment of their work."""
    key, place = other_database(house, url), {"SCORING_DATABASE_URL": url}
    port, chance = free_port(), random.Random(0)
    process = start(house, port, **place)
    wait_until_ready(port, process)
    ids = some_clients(Server(port, key, process))
    with Retrying(port, key, ids) as asked:
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.8))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process = start(house, port, **place)
            wait_until_ready(port, process)
        time.sleep(1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with served(house, key, **place) as server:
        say(f"{kills} SIGKILLs of the API, SQLite: {checked(server, asked)}")
    say(verified(house, url))


def verified(house: House, url: str) -> str:
    """What `events verify` says."""
    app = create_app(Config(bundle=house.bundle, database_url=url))
    return app.test_cli_runner().invoke(args=["events", "verify"]).stderr.strip()


def backends(url: str) -> list[int]:
    """Processes that serve connections of the API."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url) as connection:
        return [pid for (pid,) in connection.execute(query)]


def patiently(work: Callable[[], list[int]]) -> list[int]:
    """PostgreSQL starts again after each kill."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            found = work()
        except psycopg.Error:
            found = []
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError("PostgreSQL did not come back")


def kill_postgresql(house: House, kills: int) -> None:
    chance = random.Random(0)
    with postgresql() as url:
        key = other_database(house, url)
        with served(house, key, SCORING_DATABASE_URL=url) as server:
            ids = some_clients(server)
            with Retrying(server.port, key, ids) as asked:
                for _ in range(kills):
                    time.sleep(chance.uniform(0.05, 0.8))
                    doomed = chance.choice(patiently(lambda: backends(url)))
                    os.kill(doomed, signal.SIGKILL)
                patiently(lambda: backends(url))
                time.sleep(1)
            say(f"{kills} SIGKILLs of PostgreSQL: {checked(server, asked)}")
            say(verified(house, url))


def main(arguments: list[str]) -> None:
    house, _ = prepared(house_folder(arguments))
    kills = int(arguments[1]) if len(arguments) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        kill_api(house, f"sqlite:///{folder}/killed.sqlite", kills)
    kill_postgresql(house, kills)


if __name__ == "__main__":
    main(sys.argv[1:])
