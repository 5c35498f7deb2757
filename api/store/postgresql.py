"""PostgreSQL, with a deadline on everything that could wait for it for ever."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import sqlalchemy
from psycopg.abc import PQGen
from sqlalchemy import URL, Engine, event

# How long a new connection may take, and the answer of one that was idle. It is also
# the least that libpq takes.
_CONNECT_SECONDS = 2
# How much later than the server itself the client gives a statement up.
_GRACE_SECONDS = 0.5
# How long a command may do nothing in a transaction; a request: as long as a statement.
_COMMAND_IDLE_SECONDS = 600


class _Connection(psycopg.Connection[Any]):
    """Hangs up when the server says nothing for too long.

    The server's own deadlines and TCP's do not help when something in between takes
    what is sent and passes nothing on.
    """

    # In seconds; None: for ever.
    patience: float | None = _CONNECT_SECONDS

    # psycopg's one place where it waits for an answer.
    def wait(self, gen: PQGen[Any], *more: Any, **named: Any) -> Any:
        return super().wait(self._in_time(gen), *more, **named)

    def _in_time(self, gen: PQGen[Any]) -> PQGen[Any]:
        """What `gen` does; `wait` resumes it every tenth of a second at least."""
        heard = time.monotonic()
        try:
            awaited = next(gen)
            while True:
                ready = yield awaited
                now = time.monotonic()
                if ready:
                    heard = now
                elif self.patience is not None and now - heard > self.patience:
                    self.close()
                    raise psycopg.OperationalError(
                        f"the server has not answered for {self.patience:g} s"
                    )
                awaited = gen.send(ready)
        except StopIteration as end:
            return end.value


def make_engine(url: URL, timeout: float, threads: int, patient: bool) -> Engine:
    """Connects at the first use; `patient`: a statement may take as long as it does."""
    patience = None if patient else timeout + _GRACE_SECONDS
    engine = sqlalchemy.create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=timeout,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "tcp_user_timeout": _milliseconds(timeout),
            "keepalives_idle": max(1, int(timeout)),
            "keepalives_interval": 1,
            "keepalives_count": 3,
            "options": _options(timeout, patient),
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(_: Any, __: Any, arguments: Any, named: Any) -> Any:
        return _Connection.connect(*arguments, **named)

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: _Connection, *_: Any) -> None:
        connection.patience = patience

    @event.listens_for(engine, "checkin")
    def on_checkin(connection: _Connection | None, *_: Any) -> None:
        if connection is not None:
            connection.patience = min(timeout, _CONNECT_SECONDS)

    return engine


def _options(timeout: float, patient: bool) -> str:
    """Settings of the session, at the server.

    What was begun by a client that is gone must end too, for it may hold locks.
    """
    idle = _COMMAND_IDLE_SECONDS if patient else timeout + _GRACE_SECONDS
    settings = {
        "client_encoding": "UTF8",
        "lock_timeout": _milliseconds(timeout),
        "statement_timeout": 0 if patient else _milliseconds(timeout),
        "idle_in_transaction_session_timeout": _milliseconds(idle),
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
