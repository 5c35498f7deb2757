"""Clients that mean harm, on SQLite and PostgreSQL: the API answers everybody else.

    python -m tests.benchmarks.attacks [FOLDER] [SECONDS]

For so long in all: sockets that say nothing, headers and bodies that come a byte at a
time, answers that nobody reads, several requests in one packet, nonsense and endless
trailers, each before the API itself and, where nginx is installed, before the buffer of
compose.yaml; then a store that another one holds locked.
"""

from __future__ import annotations

import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import update

from api.store.database import Database
from api.store.tables import active_policy
from tests.api.server.buffer import buffered
from tests.benchmarks.databases import other_database, postgresql
from tests.benchmarks.load import (
    Client,
    Server,
    house_folder,
    prepared,
    say,
    served,
    some_clients,
)
from tests.conftest import House, free_port

SECONDS = 600.0
ATTACKERS = 100
# Between two bytes of one attacker.
PAUSE = 0.5
TIMEOUT_SECONDS = 2.0
# What nobody waits longer for, attacked or locked out.
LONGEST_LIVE, LONGEST_LOCKED = 2.0, TIMEOUT_SECONDS + 2


def openings(key: str) -> dict[str, Callable[[], bytes]]:
    """What an attacker of each kind begins with."""
    json = "Content-Type: application/json\r\n"
    post = f"POST /v1/predictions HTTP/1.1\r\nHost: a\r\n{json}"
    known = f"{post}Authorization: Bearer {key}\r\n"
    long = f"Content-Length: 900000\r\n\r\n{' ' * 17_000}"
    trailers = "".join(f"X-{at}: a\r\n" for at in range(10_000))
    chunked = f"{known}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n{trailers}"
    read = f"GET /v1/model HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\r\n"
    texts = {
        "say nothing": "",
        "headers": "POST /v1/predictions HTTP/1.1\r\nX-Slow: ",
        "bodies": f"{known}{long}",
        "no key": f"{post}{long}",
        "do not read": read * 50,
        "packets": "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" * 20,
        "trailers": chunked,
    }
    fixed = {name: partial(str.encode, text) for name, text in texts.items()}
    return {**fixed, "nonsense": lambda: random.randbytes(random.randrange(1, 3000))}


@contextmanager
def attacked(port: int, opening: Callable[[], bytes]) -> Iterator[None]:
    """Each attacker comes back as soon as it is cut off, until the block ends."""
    stop = threading.Event()

    def attack() -> None:
        while not stop.is_set():
            with suppress(OSError), socket.socket() as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                one.settimeout(5)
                one.connect(("127.0.0.1", port))
                one.sendall(opening())
                while not stop.wait(PAUSE):
                    one.sendall(b"a")
            stop.wait(PAUSE)

    with ThreadPoolExecutor(ATTACKERS) as pool:
        for _ in range(ATTACKERS):
            pool.submit(attack)
        try:
            yield
        finally:
            stop.set()


@dataclass
class Seen:
    """By everybody else, meanwhile: seconds of good answers, and what was none."""

    live: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def ask(self, port: int, key: str, client_id: int) -> None:
        """By a new connection each, as an attacker's would be."""
        client, body = Client(port, key), {"client_id": client_id}
        for seconds, wanted, asked in (
            (self.live, 200, lambda: client.get("/health/live")),
            (self.decided, 201, lambda: client.post("/v1/predictions", body)),
        ):
            started = time.monotonic()
            try:
                status = asked().status
            except OSError as error:
                self.failures.append(repr(error))
                continue
            seconds.append(time.monotonic() - started)
            if status != wanted:
                self.failures.append(str(status))
        client.close()

    def __str__(self) -> str:
        worst = [max(one, default=0.0) for one in (self.live, self.decided)]
        return (
            f"{len(self.live):5} asked, {len(self.failures)} failed; slowest: "
            f"live {worst[0]:.2f} s, decision {worst[1]:.2f} s {self.failures[:2]}"
        )


def watch(port: int, health: int, server: Server, seconds: float) -> tuple[Seen, float]:
    """What others got, and the slowest answer of the port for health."""
    seen, slowest = Seen(), 0.0
    (client_id,) = some_clients(server, 1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen.ask(port, server.key, client_id)
        started = time.monotonic()
        Client(health, "").get("/health/live")
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.05)
    return seen, slowest


def survives(house: House, url: str, key: str, seconds: float) -> bool:
    """Whether the API of a database answers everybody else, and loses no process."""
    kind, health, right = url.partition(":")[0], free_port(), True
    settings = {
        "SCORING_DATABASE_URL": url,
        "SCORING_DATABASE_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
        "SCORING_WORKERS": "2",
        "SCORING_METRICS_PORT": str(health),
    }
    with served(house, key, **settings) as server, ExitStack() as more:
        fronts = {"API": server.port}
        if shutil.which("nginx"):
            fronts["nginx"] = more.enter_context(buffered(server.port))
        kinds = openings(key)
        each = seconds / len(kinds) / len(fronts)
        workers, before = server.workers(), server.mebibytes()
        for front, port in fronts.items():
            for name, opening in kinds.items():
                with attacked(port, opening):
                    time.sleep(min(1.0, each / 4))
                    seen, slowest = watch(port, health, server, each)
                say(f"{kind:10} {front:5} {name:12} {seen}; own port {slowest:.2f} s")
                right &= not seen.failures and slowest < LONGEST_LIVE
                right &= max(seen.live, default=0.0) < LONGEST_LIVE
        right &= gives_up(server, url)
        grown = server.mebibytes() - before
        lost = set(workers) - set(server.workers())
        say(f"{kind:10} memory {grown:+.0f} MiB, processes lost: {lost or 'none'}")
        return right and workers == server.workers()


def gives_up(server: Server, url: str) -> bool:
    """Whether all requests to a locked store end about when they should."""
    other = Database(url, TIMEOUT_SECONDS, patient=True)
    (client_id,) = some_clients(server, 1)

    def ask(_: int) -> tuple[int, float]:
        started = time.monotonic()
        body = {"client_id": client_id}
        status = Client(server.port, server.key).post("/v1/predictions", body).status
        return status, time.monotonic() - started

    with other.write() as connection, ThreadPoolExecutor(32) as pool:
        connection.execute(update(active_policy).values(slot=1))
        if other.kind == "PostgreSQL":
            connection.exec_driver_sql("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        answers = list(pool.map(ask, range(64)))
        connection.rollback()
    other.close()
    statuses, slowest = {one for one, _ in answers}, max(one for _, one in answers)
    kind = url.partition(":")[0]
    say(f"{kind:10} locked: 64 asked, {statuses}, slowest {slowest:.2f} s")
    return statuses == {503} and slowest < LONGEST_LOCKED


def main(arguments: list[str]) -> None:
    seconds = float(arguments[1]) if len(arguments) > 1 else SECONDS
    house, _ = prepared(house_folder(arguments))
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        urls = f"sqlite:///{folder}/attacked.sqlite", server
        found = [
            survives(house, url, other_database(house, url), seconds / len(urls))
            for url in urls
        ]
    if not all(found):
        sys.exit("attacks: not as it should be")


if __name__ == "__main__":
    main(sys.argv[1:])
