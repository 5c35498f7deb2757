"""How long a thread waits for a client, and how many do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from gunicorn import util

from api.server.slow_clients import Connection, Threads

PATIENCE = 0.3


@contextmanager
def connected(threads: Threads) -> Iterator[tuple[Connection, socket.socket]]:
    """As gunicorn has it when a thread reads a request, and its client."""
    accepted, client = socket.socketpair()
    with client, Connection(accepted, threads, PATIENCE) as connection:
        connection.setblocking(True)
        yield connection, client


def test_a_byte_now_and_then_is_waited_for_no_longer_than_nothing() -> None:
    with connected(Threads(1)) as (connection, client):
        sender = Thread(target=trickle, args=(client, 8))
        sender.start()
        started = time.monotonic()
        with pytest.raises(ConnectionResetError, match="too slow"):
            while connection.recv(8192) == b"a":
                pass
        assert PATIENCE < time.monotonic() - started + 0.1 < 2 * PATIENCE
        sender.join()


def trickle(client: socket.socket, count: int) -> None:
    for _ in range(count):
        client.sendall(b"a")
        time.sleep(PATIENCE / 4)


def test_who_does_not_read_an_answer_is_given_up() -> None:
    answer = bytes(10_000_000)
    with connected(Threads(1)) as (connection, client):
        started = time.monotonic()
        with pytest.raises(ConnectionResetError, match="too slow"):
            connection.sendall(answer)
        assert time.monotonic() - started < 2 * PATIENCE
    with connected(Threads(1)) as (connection, client):
        reader = Thread(target=connection.sendall, args=(answer,))
        reader.start()
        received = client.recv(len(answer), socket.MSG_WAITALL)
        reader.join()
        assert received == answer


def test_no_more_threads_wait_for_clients_than_may_and_others_work_meanwhile() -> None:
    threads = Threads(working=1, waiting=1)
    with connected(threads) as (first, client), connected(threads) as (second, _):
        work = threads.limited(lambda act: act())
        waiter = Thread(target=work, args=(lambda: first.recv(1),))
        waiter.start()
        time.sleep(PATIENCE / 6)
        with pytest.raises(ConnectionResetError, match="too slow"):
            work(lambda: second.recv(1))
        assert work(lambda: "done") == "done"
        client.sendall(b"a")
        waiter.join()


def test_closing_waits_for_nobody() -> None:
    with connected(Threads(1)) as (connection, _):
        started = time.monotonic()
        util.close_graceful(connection)
        assert time.monotonic() - started < PATIENCE
