"""A gunicorn worker that slow clients cannot hold up, and that drains."""

from __future__ import annotations

import mmap
import re
import selectors
import signal
import socket
import struct
import threading
import time
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn.http.body import ChunkedReader
from gunicorn.workers.gthread import TConn, ThreadWorker

from api.errors import Problem, ScoringError, as_response

# A request of at most this many bytes is held here until it is whole. One thread
# reads the rest of a larger one, after its key was checked.
LARGEST_HELD = 16_384
# How long a request may take to come in, and an answer to be taken.
RECEIVE_SECONDS = 10
# How long a client may take to hang up after its last answer (RFC 9112, 9.6).
LINGER_SECONDS = 2
# How much it may still send meanwhile.
LARGEST_DISCARDED = 1_048_576
# How long who has more connections than another worker lets that one go first.
YIELD_SECONDS = 0.001
# Requests that wait for a thread, per thread; more are turned away.
WAITING = 64
_TIMEOUT = struct.pack("ll", RECEIVE_SECONDS, 0)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
# Endless headers are cut off: a thread would wait for their end.
_ENDLESS = Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Shorten the headers.")
_BUSY = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many requests are waiting; nothing was decided. Try again.",
)


class Connections:
    """How many each worker holds, in memory that all of them share."""

    _NOBODY = 2**32 - 1

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("I")
        for place in range(len(self._counts)):
            self.leave(place)

    def take(self) -> int:
        """The place of a new worker."""
        place = self._counts.tolist().index(self._NOBODY)
        self.tell(place, 0)
        return place

    def leave(self, place: int) -> None:
        self.tell(place, self._NOBODY)

    def tell(self, place: int, count: int) -> None:
        self._counts[place] = count

    def another_has_fewer(self, place: int) -> bool:
        return self._counts[place] > min(self._counts)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, but a thread is for whole requests only.

    gthread gives a thread to every connection that opens, and lets it wait there for
    a byte that may never come; closing waits in the event loop. Here the event loop
    gathers a request, and only then a thread is asked for.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._drain_until: float | None = None
        self._lingering: list[TConn] = []

    @property
    def _services(self) -> Any:
        return self.wsgi.extensions["scoring"]

    def accept(self, listener: socket.socket) -> bool:
        """Take one new connection; False when there is none."""
        if self.connections.another_has_fewer(self.place):
            time.sleep(YIELD_SECONDS)
        try:
            client, address = listener.accept()
        except OSError:
            return False
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            client.setsockopt(socket.SOL_SOCKET, option, _TIMEOUT)
        self.nr_conns += 1
        self.connections.tell(self.place, self.nr_conns)
        self._gather(TConn(self.cfg, client, address, listener.getsockname()))
        return True

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._gather(conn)
        self._receive(conn, client)

    def _gather(self, conn: TConn) -> None:
        conn.received = bytearray()
        conn.timeout = time.monotonic() + RECEIVE_SECONDS
        self.pending_conns.append(conn)
        self._watch(conn, self._receive)

    def _watch(self, conn: TConn, callback: Any) -> None:
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(callback, conn))

    def _receive(self, conn: TConn, client: socket.socket) -> None:
        data = _read(client)
        if data is None:
            return
        conn.received += data
        if data and not _is_enough(conn):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if not data:
            self._forget(conn)
        elif b"\r\n\r\n" not in conn.received:
            self._turn_away(conn, _ENDLESS)
        elif self.tpool._work_queue.qsize() >= WAITING * self.cfg.threads:
            self._turn_away(conn, _BUSY)
        else:
            conn.whole = _has_come(conn)
            conn.init()
            conn.parser.unreader.unread(bytes(conn.received))
            conn.received = bytearray()
            self.enqueue_req(conn)

    def _turn_away(self, conn: TConn, problem: Problem) -> None:
        response = as_response(problem)
        response.headers["Connection"] = "close"
        head = f"HTTP/1.1 {response.status}\r\n{response.headers}"
        conn.sock.send(head.encode() + response.data)
        self._linger(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Keep what was promised, but do not wait for a body that nobody read."""
        if not keepalive or not (conn.whole or _was_read(conn)):
            return False
        return bool(conn.parser.finish_body())

    def finish_request(self, conn: TConn, done: Any) -> None:
        again = not done.cancelled() and not done.exception() and done.result()
        if again and self.alive:
            super().finish_request(conn, done)
        else:
            self._linger(conn)

    def _linger(self, conn: TConn) -> None:
        """Say goodbye and let the client hang up, so that it gets all of its answer."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._forget(conn)
            return
        conn.timeout = time.monotonic() + LINGER_SECONDS
        conn.discarded = 0
        self._lingering.append(conn)
        self._watch(conn, self._discard)

    def _discard(self, conn: TConn, client: socket.socket) -> None:
        data = _read(client)
        conn.discarded += len(data or b"")
        if data == b"" or conn.discarded > LARGEST_DISCARDED:
            self._lingering.remove(conn)
            self.poller.unregister(client)
            self._forget(conn)

    def _forget(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Part of every turn of the event loop: end what takes too long."""
        now = time.monotonic()
        for conn in [one for one in self.pending_conns if one.timeout <= now]:
            # Its request may have come in while this loop had no time.
            self._receive(conn, conn.sock)
            if conn in self.pending_conns:
                self.pending_conns.remove(conn)
                self.poller.unregister(conn.sock)
                self._forget(conn)
        for conn in [one for one in self._lingering if one.timeout <= now]:
            self._lingering.remove(conn)
            self.poller.unregister(conn.sock)
            self._forget(conn)
        if self.alive and self._drain_until is not None and self._drain_until <= now:
            self._stop()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """A turn takes a second at most, so that nothing ends much too late."""
        self.connections.tell(self.place, self.nr_conns)
        super().wait_for_and_dispatch_events(min(timeout, 1.0))

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: not ready from now on; stop when nobody sends any more."""
        if self._drain_until is None:
            self._services.draining = True
            # Each answer from now on closes its connection.
            self.max_keepalived = 0
            self._drain_until = time.monotonic() + self._services.config.drain_seconds
            self.method_queue.defer(lambda: None)

    def _stop(self) -> None:
        """Take whoever has connected already; part with those who are idle."""
        self.alive = False
        for listener in self.sockets:
            while self.accept(listener):
                pass
        self.wait_for_and_dispatch_events(0)
        for conn in self.keepalived_conns:
            conn.timeout = 0

    def reload_on_hangup(self) -> None:
        """SIGHUP: take up the bundle that is in its folder, besides serving."""

        def start(sig: int, frame: Any) -> None:
            threading.Thread(target=self._reload, name="reload").start()

        signal.signal(signal.SIGHUP, start)
        signal.siginterrupt(signal.SIGHUP, False)

    def _reload(self) -> None:
        try:
            serving = self._services.reload()
        except ScoringError as error:
            self.log.error("reload refused: %s", error.message)
        else:
            self.log.info("serving bundle %s", serving.bundle.sha256)


def _read(client: socket.socket) -> bytes | None:
    """What has come; nothing at the end; None when there is nothing to read yet."""
    try:
        return client.recv(LARGEST_HELD)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _is_enough(conn: TConn) -> bool:
    """The request is whole, or so large that a thread must read on."""
    received = conn.received
    end = received.find(b"\r\n\r\n")
    if len(received) >= LARGEST_HELD or end < 0:
        return len(received) >= LARGEST_HELD
    enough = _expected(conn) > LARGEST_HELD or _has_come(conn)
    if _CHUNKED.search(received, 0, end + 2):
        enough = bool(received.endswith(b"0\r\n\r\n"))
    if not enough and _EXPECT.search(received, 0, end) and len(received) == end + 4:
        conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    return enough


def _has_come(conn: TConn) -> bool:
    """All of it, as far as its headers say how much that is."""
    end = conn.received.find(b"\r\n\r\n")
    if _CHUNKED.search(conn.received, 0, end + 2):
        return False
    return bool(len(conn.received) - end - 4 >= _expected(conn))


def _expected(conn: TConn) -> int:
    length = _LENGTH.search(conn.received, 0, conn.received.find(b"\r\n\r\n") + 2)
    return int(length[1]) if length else 0


def _was_read(conn: TConn) -> bool:
    """The application took all of a body that came while it ran."""
    reader = conn.parser.mesg.body.reader
    if isinstance(reader, ChunkedReader):
        return reader.parser is None
    return bool(reader.length == 0)
