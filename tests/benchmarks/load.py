"""A served house, and clients that keep their connections and count what they get."""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, START_SECONDS, House, build, free_port

ROLES = ("officer", "scoring", "analyst", "admin")
ROUNDS, PER_ROUND = 5, 60


@dataclass
class Server:
    """gunicorn with its key; `process` is the master."""

    port: int
    key: str
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return [int(pid) for pid in Path(path).read_text().split()]

    def cpu_seconds(self) -> float:
        """Of the workers, so far."""
        return sum(_cpu_seconds(pid) for pid in self.workers())

    def mebibytes(self) -> float:
        """Resident memory of every process, shared pages counted by their share."""
        return sum(_pss(pid) for pid in [self.process.pid, *self.workers()])


def _cpu_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (found,) = [line for line in lines if line.startswith("Pss:")]
    return int(found.split()[1]) / 1024


def prepared(
    folder: Path, make: Callable[[Path, Path], House] = build
) -> tuple[House, str]:
    """A house in `folder`, made if it is not there, its database and a new key."""
    house = House(folder / "data", folder)
    if not house.clients.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = ["--clients=2000", f"--out={house.data}", "--format=parquet", "--seed=1"]
        house.run("training", "synthesize", *made)
        make(house.data, folder)
    flask = ("flask", "--app", "api")
    house.run(*flask, "db", "upgrade")
    house.run(*flask, "clients", "import", str(house.clients))
    return house, new_key(house, *ROLES)


def new_key(house: House, *roles: str) -> str:
    given = [f"--role={role}" for role in roles]
    add = ("flask", "--app", "api", "keys", "add", f"bench-{time.time_ns()}")
    return house.run(*add, *given).split()[-1]


def start(house: House, port: int, **settings: str) -> subprocess.Popen[bytes]:
    """The API under gunicorn, in a process group of its own."""
    bind = {"SCORING_BIND": f"127.0.0.1:{port}"}
    with (house.folder / "bench.log").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "api/server/gunicorn.conf.py"]
            + ["api:create_app()"],
            cwd=ROOT,
            env={**house.environment, **bind, **settings},
            stderr=out,
            start_new_session=True,
        )


@contextmanager
def served(house: House, key: str, **settings: str) -> Iterator[Server]:
    """The API under gunicorn until the block ends."""
    port = free_port()
    process = start(house, port, **settings)
    try:
        wait_until_ready(port, process)
        yield Server(port, key, process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if Client(port, "").get("/health/ready").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"port {port}: not ready")


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    milliseconds: float
    closing: bool

    def json(self) -> Any:
        return json.loads(self.content)


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class Client:
    """One connection, opened when needed and kept as long as the server does.

    Bare: the standard library's client takes as long for an answer as the server.
    """

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._headers = {
            "Host": f"127.0.0.1:{port}",
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
        }
        self._socket: socket.socket | None = None

    def get(self, path: str) -> Answer:
        return self.send("GET", path, None)

    def post(self, path: str, body: object, token: str = "") -> Answer:
        """`token`: the Idempotency-Key."""
        more = {"Idempotency-Key": token} if token else {}
        return self.send("POST", path, json.dumps(body), more)

    def send(
        self, method: str, path: str, body: str | None, more: Mapping[str, str] = {}
    ) -> Answer:
        """Raises OSError when there is no answer."""
        content = (body or "").encode()
        headers = {**self._headers, **more, "Content-Length": str(len(content))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        asked = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + content
        started = time.perf_counter()
        try:
            if self._socket is None:
                self._socket = _connected(self._port)
            self._socket.sendall(asked)
            head, answered = _received(self._socket)
        except OSError:
            self.close()
            raise
        elapsed = (time.perf_counter() - started) * 1000
        closing = _CLOSE.search(head) is not None
        if closing:
            self.close()
        return Answer(int(head.split(None, 2)[1]), answered, elapsed, closing)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def _connected(port: int) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port), timeout=60)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def _received(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one answer."""
    head, content = b"", b""
    while not head:
        content += _more(connection)
        if b"\r\n\r\n" in content:
            head, _, content = content.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length is None:
        return head, _unchunked(connection, content)
    parts, missing = [content], int(length[1]) - len(content)
    while missing > 0:
        parts.append(_more(connection))
        missing -= len(parts[-1])
    return head, b"".join(parts)


def _unchunked(connection: socket.socket, content: bytes) -> bytes:
    while not content.endswith(b"\r\n0\r\n\r\n") and content != b"0\r\n\r\n":
        content += _more(connection)
    found = b""
    while content:
        size, _, content = content.partition(b"\r\n")
        found += content[: int(size, 16)]
        content = content[int(size, 16) + 2 :]
    return found


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(1 << 18)
    if not found:
        raise ConnectionError("the server closed the connection")
    return found


@dataclass
class Load:
    """What many clients got: times of good answers, and everything else."""

    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def tail(self) -> float:
        """How many times the median the slowest hundredth takes at least."""
        return self.quantile(0.99) / self.median

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.per_second:7.0f}/s  median {self.median:7.2f} ms"
            f"  p99 {self.quantile(0.99):7.2f} ms  failures {len(self.failures)}"
        )


def load(
    clients: int, seconds: float, ask: Callable[[int], Callable[[], Answer]]
) -> Load:
    """Let `clients` threads ask for `seconds`; `ask(n)` makes the question of one."""
    found = Load()
    stop = threading.Event()

    def run(number: int) -> None:
        question = ask(number)
        while not stop.is_set():
            try:
                answer = question()
            except OSError as error:
                found.failures.append(repr(error))
                continue
            if answer.status < 300:
                found.milliseconds.append(answer.milliseconds)
            else:
                found.failures.append(f"{answer.status} {answer.content[:200]!r}")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - started
    return found


def best_medians(
    *questions: Callable[[], float], times: int = PER_ROUND
) -> list[float]:
    """Milliseconds of each: the best of several medians, as other work only ever adds.

    They take turns, so that a slow moment of the machine is not one of them alone.
    """
    rounds = [
        [statistics.median(question() for _ in range(times)) for question in questions]
        for _ in range(ROUNDS)
    ]
    return [min(medians) for medians in zip(*rounds, strict=True)]


def known_client(server: Server, ids: list[int], explain: bool) -> Any:
    """For `load`: each asks about another client every time."""

    def ask(number: int) -> Callable[[], Answer]:
        client = Client(server.port, server.key)
        turn = iter(range(number * 7919, 2**62, 1))
        return lambda: client.post(
            "/v1/predictions",
            {"client_id": ids[next(turn) % len(ids)], "explain": explain},
        )

    return ask


def some_clients(server: Server, count: int = 100) -> list[int]:
    client = Client(server.port, server.key)
    found: list[int] = []
    while len(found) < count:
        after = found[-1] if found else 0
        path = f"/v1/clients?limit={min(100, count - len(found))}&cursor={after}"
        found += [one["client_id"] for one in client.get(path).json()["clients"]]
    return found


def house_folder(arguments: list[str], name: str = "bench") -> Path:
    """The first argument, or a folder in var/."""
    return Path(arguments[0]) if arguments else ROOT / "var" / name


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
