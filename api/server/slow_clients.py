"""How long, and in how many threads, one process waits for clients that are slow.

gunicorn reads a request and writes its answer in the thread that works on it, and waits
as long as the client likes. Here a few threads more than work at once do the waiting;
when all of those wait, who makes another one wait is cut off. A buffering proxy in
front never makes one wait.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.workers import gthread

# Threads of a process that may wait for clients, beside those that work.
WAITING = 60
# How long one request may make threads wait, for all of it and of its answer.
PATIENCE_SECONDS = 30.0
# How long gunicorn may wait in a thread for the first byte, before it does so in none.
FIRST_BYTE_SECONDS = 0.2


def bound(worker: Any, working: int) -> None:
    """Have gunicorn's worker, whose threads are as many more, wait no other way."""
    gthread.DEFAULT_WORKER_DATA_TIMEOUT = FIRST_BYTE_SECONDS
    threads = Threads(working)
    worker.sockets = [Listener(one, threads) for one in worker.sockets]
    worker.wsgi.wsgi_app = threads.limited(worker.wsgi.wsgi_app)


class Threads:
    """Those of one process: so many work, and so many wait for clients."""

    def __init__(self, working: int, waiting: int = WAITING) -> None:
        self._working = threading.Semaphore(working)
        self._waiting = threading.Semaphore(waiting)
        self._thread = threading.local()

    def limited(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """The WSGI application, called by no more threads at once than may work."""

        def call(*given: Any) -> Any:
            with self._working:
                self._thread.works = True
                try:
                    return application(*given)
                finally:
                    self._thread.works = False

        return call

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let another thread work meanwhile; raises ConnectionResetError."""
        if not self._waiting.acquire(blocking=False):
            raise cut_off()
        works = getattr(self._thread, "works", False)
        if works:
            self._working.release()
        try:
            yield
        finally:
            self._waiting.release()
            if works:
                self._working.acquire()


def cut_off() -> OSError:
    """What gunicorn closes a connection for without a word."""
    return ConnectionResetError(errno.ECONNRESET, "the client is too slow")


class Listener:
    """gunicorn's listening socket, whose connections know those threads."""

    def __init__(self, listener: Any, threads: Threads) -> None:
        self._listener, self._threads = listener, threads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    def accept(self) -> tuple[Connection, Any]:
        accepted, address = self._listener.accept()
        return Connection(accepted, self._threads), address


class Connection(socket.socket):
    """To one client."""

    def __init__(
        self,
        accepted: socket.socket,
        threads: Threads,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        super().__init__(fileno=accepted.detach())
        self._threads, self._patience = threads, patience
        self._left = patience
        self._is_closing = False

    def setblocking(self, flag: bool) -> None:
        """gunicorn's threads do so before they read a request."""
        super().setblocking(flag)
        self._left = self._patience

    def shutdown(self, how: int) -> None:
        """From here on gunicorn's main thread takes what comes: it must not wait."""
        self._is_closing = True
        super().shutdown(how)

    def recv(self, size: int, flags: int = 0) -> bytes:
        timeout = self.gettimeout()
        try:
            super().settimeout(0)
            return super().recv(size, flags)
        except BlockingIOError:
            if self._is_closing or timeout == 0:
                raise
        finally:
            super().settimeout(timeout)
        with self._waiting(timeout):
            return super().recv(size, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        timeout = self.gettimeout()
        try:
            super().settimeout(0)
            sent = super().send(data, flags)
        except BlockingIOError:
            sent = 0
        finally:
            super().settimeout(timeout)
        if sent < len(data):
            with self._waiting(timeout):
                super().sendall(memoryview(data)[sent:], flags)

    @contextmanager
    def _waiting(self, timeout: float | None) -> Iterator[None]:
        """No longer than the request has left, nor than gunicorn's own limit."""
        left = self._left if timeout is None else min(self._left, timeout)
        if left <= 0:
            raise cut_off()
        started = time.monotonic()
        with self._threads.waiting():
            super().settimeout(left)
            try:
                yield
            except TimeoutError:
                raise cut_off() from None
            finally:
                self._left -= time.monotonic() - started
                super().settimeout(timeout)
