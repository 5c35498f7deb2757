"""Deliver standing decisions to the lender's own system, by a signed webhook.

At least once each, and those of one client in their order: one that fails is tried
again after longer and longer pauses, and the later ones of its client wait for it.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from api.config import Config
from api.errors import ConfigurationError
from api.identifiers import uuid7
from api.json_encoding import encode
from api.store.database import Database
from api.store.events.export import Pseudonyms
from api.store.work import deliveries
from api.store.work.deliveries import Lease, LeaseLost, Waiting
from api.store.work.standing_decisions import standing_decisions

# For each step of a delivery, and for all of it.
STEP_SECONDS, WHOLE_SECONDS = 10.0, 30.0
# Before the first time that one is tried again, doubled for each further one.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 3600.0
# After so many failures without a success between, the receiver is left alone a while.
PATIENCE, LONGEST_REST_SECONDS = 5, 60.0
IDLE_SECONDS = 1.0
_AT_A_TIME = 100
_LOCAL = ("localhost", "127.0.0.1", "::1")
_URL, _SECRET = "SCORING_WEBHOOK_URL", "SCORING_WEBHOOK_SECRET"

Decision = Mapping[str, Any]
# Delivers one, or answers what went wrong.
Send = Callable[[Decision], str | None]


@dataclass(frozen=True)
class Receiver:
    """Where to deliver; `target` is what is asked of `host`."""

    secure: bool
    host: str
    port: int | None
    target: str
    secret: bytes

    def send(self, decision: Decision) -> str | None:
        """POST it; anything but 2xx is a failure, also another address to go to."""
        body = encode(decision)
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": decision["review_id"] or decision["prediction_id"],
            "X-Timestamp": at,
            "X-Signature-256": f"sha256={signature(self.secret, at, body)}",
        }
        connection = self._connection()
        # A timeout ends one step; who sends a byte now and then never meets it.
        watch = threading.Timer(WHOLE_SECONDS, _hang_up, [connection])
        watch.start()
        try:
            connection.request("POST", self.target, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            watch.cancel()
            connection.close()
        return None if 200 <= status < 300 else f"status {status}"

    def _connection(self) -> http.client.HTTPConnection:
        if not self.secure:
            return http.client.HTTPConnection(self.host, self.port, STEP_SECONDS)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=STEP_SECONDS, context=context
        )


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Hexadecimal HMAC-SHA-256 of the timestamp, a full stop and the body."""
    signed = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256)
    return signed.hexdigest()


def receiver(config: Config) -> Receiver:
    """The one that is configured; raises ConfigurationError."""
    expected = "expected https://host/path, or http:// to this machine"
    url = config.webhook_url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        # Its cause would quote a part of it.
        raise ConfigurationError(f"{_URL}: {expected}") from None
    fits = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
    if not fits or not host or parts.username or not url.isascii() or " " in url:
        raise ConfigurationError(f"{_URL}: {expected}")
    if not config.webhook_secret:
        raise ConfigurationError(f"{_SECRET}: without it nobody knows who delivers")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secret = config.webhook_secret.encode()
    return Receiver(parts.scheme == "https", host, port, target, secret)


class Deliverer:
    """Goes through what came to stand, and what is to be tried again."""

    def __init__(
        self,
        database: Database,
        send: Send,
        stopped: threading.Event,
        say: Callable[[str], None],
    ) -> None:
        """`stopped`: ends it after what is on its way. `say`: tells of failures."""
        self._database = database
        self._send = send
        self._stopped = stopped
        self._say = say
        self._lease = Lease(database, uuid7())
        self._pseudonyms = Pseudonyms(database)
        # Since the last success; and whether one was tried in this turn.
        self._failures = 0
        self._tried = False
        self.delivered = 0

    def run(self, follow: bool) -> None:
        """All there is, or, to follow, until it is stopped; raises LeaseLost.

        Who follows waits for the turn of another process to end.
        """
        try:
            while not self._stopped.is_set():
                found = self._turn(follow)
                if found and self._failures < PATIENCE:
                    continue
                if not follow:
                    return
                self._stopped.wait(self._rest())
        finally:
            self._lease.give_back()

    def _turn(self, follow: bool) -> bool:
        """Whether there was anything to do."""
        self._tried = False
        try:
            after = self._lease.take()
            again = deliveries.due(self._database, _AT_A_TIME)
            for one in again:
                if not self._resting():
                    self._again(one)
            return self._new(after) or bool(again)
        except LeaseLost:
            if follow:
                return False
            raise

    def _again(self, one: Waiting) -> None:
        found = standing_decisions(self._database, one.sequence - 1, 1)
        failed = [fault for fault in map(self._try, found.decisions) if fault]
        self._lease.retried(one, _pause(one.attempts + 1) if failed else None)

    def _new(self, after: int) -> bool:
        found = standing_decisions(self._database, after, _AT_A_TIME)
        for decision in found.decisions:
            if self._resting():
                return True
            sequence = decision["sequence"]
            client = self._pseudonyms.of(decision["client_id"])
            if deliveries.is_waiting(self._database, client):
                self._lease.passed(sequence, Waiting(sequence, client, 0))
            elif self._try(decision) is None:
                self._lease.passed(sequence)
            else:
                one = Waiting(sequence, client, 1)
                self._lease.passed(sequence, one, pause=_pause(1))
        if found.next_after > after:
            self._lease.passed(found.next_after)
        return found.next_after > after

    def _try(self, decision: Decision) -> str | None:
        self._tried = True
        fault = self._send(decision)
        if fault is None:
            self.delivered += 1
            self._failures = 0
        else:
            self._failures += 1
            self._say(f"event {decision['sequence']}: not delivered: {fault}")
        return fault

    def _resting(self) -> bool:
        fails = self._tried and self._failures >= PATIENCE
        return self._stopped.is_set() or fails

    def _rest(self) -> float:
        """How long to wait before the next turn; of a receiver that fails one try."""
        if self._failures < PATIENCE:
            return IDLE_SECONDS
        return min(2.0 ** min(self._failures - PATIENCE, 30), LONGEST_REST_SECONDS)


def _pause(attempts: int) -> float:
    doubled: float = FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 30)
    return min(doubled, LONGEST_PAUSE_SECONDS)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
