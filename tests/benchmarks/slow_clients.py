"""What 500 slow sockets and bodies of 100 MB do to everybody else behind nginx.

python -m tests.benchmarks.slow_clients [FOLDER]
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace

from tests.api.server.buffer import buffered
from tests.benchmarks.load import (
    Load,
    Server,
    house_folder,
    known_client,
    load,
    prepared,
    say,
    served,
    some_clients,
)

SOCKETS = 500
SECONDS = 8.0
LARGE = 100_000_000


class Slow:
    """Sockets that send a header, or a body, one byte at a time, all the time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._trickle),
            *(threading.Thread(target=self._pour) for _ in range(2)),
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _open(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._server.port), timeout=5)

    def _head(self, length: int) -> bytes:
        return (
            "POST /v1/predictions HTTP/1.1\r\nHost: a\r\n"
            f"Authorization: Bearer {self._server.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def _trickle(self) -> None:
        """A third says nothing, a third stays in its headers, a third in its body."""
        starts = (b"", b"POST /v1/predictions HTTP/1.1\r\n", self._head(1000))
        found: list[socket.socket | None] = [None] * SOCKETS
        while not self._stop.is_set():
            for at in range(SOCKETS):
                try:
                    one = found[at]
                    if one is None:
                        one = found[at] = self._open()
                        one.sendall(starts[at % 3])
                    elif at % 3:
                        one.sendall(b"a")
                except OSError:
                    found[at] = None
            self._stop.wait(1.0)

    def _pour(self) -> None:
        """One 100 MB body after the other, as fast as it is taken."""
        part = b" " * 65_536
        while not self._stop.is_set():
            with suppress(OSError), self._open() as one:
                one.sendall(self._head(LARGE))
                for _ in range(LARGE // len(part)):
                    one.sendall(part)
            self._stop.wait(0.2)


def main(arguments: list[str]) -> None:
    house, key = prepared(house_folder(arguments))
    with served(house, key) as api, buffered(api.port) as port:
        server = replace(api, port=port)
        ask = known_client(server, some_clients(server), explain=True)
        load(4, SECONDS, ask)
        alone: list[Load] = [load(4, SECONDS, ask)]
        before = server.mebibytes()
        with Slow(server):
            time.sleep(3)
            pressed = [load(4, SECONDS, ask), load(4, SECONDS, ask)]
            after = server.mebibytes()
        time.sleep(3)
        alone.append(load(4, SECONDS, ask))
    best, worst = (
        min(one, key=lambda each: each.quantile(0.99)) for one in (alone, pressed)
    )
    say(f"alone              {best}")
    say(f"with slow clients  {worst}  {worst.failures[:2]}")
    ratio = worst.quantile(0.99) / best.quantile(0.99)
    say(
        f"p99 {ratio:.2f}x (wanted < 2); memory {after - before:+.0f} MiB (wanted < 30)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
