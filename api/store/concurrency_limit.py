"""Fewer threads wait for the database than there are, so that one is always left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.errors import DatabaseUnavailable

# When no slot was freed for so long, nobody waits for one any more.
STALLED_SECONDS = 0.5


class ConcurrencyLimit:
    """Lets a number of threads in at once; the others wait for a moment, or fail.

    A thread that is in may come in again, unless it waited there behind one that had to
    give up: it would wait as long once more. As long as slots are freed, whoever waits
    gets one; when those inside are stuck, all others fail at once, so that a queue of
    requests does not wait for a database that does not answer.
    """

    def __init__(
        self, slots: int, waited: Callable[[float], None] = lambda _: None
    ) -> None:
        """`waited`: told how many seconds each took to get in, or to give up."""
        self._free = slots
        self._waited = waited
        self._given_up = 0.0
        self._changed = threading.Condition()
        self._last_taken = 0.0
        self._thread = threading.local()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Be inside to the end of the block; raises DatabaseUnavailable."""
        heard = getattr(self._thread, "heard", None)
        if heard is not None:
            waited = time.monotonic() - heard
            if self._given_up > heard and waited > STALLED_SECONDS:
                raise DatabaseUnavailable("others waited for the database in vain")
            with self._noting():
                yield
            self._thread.heard = time.monotonic()
            return
        asked = time.monotonic()
        try:
            self._enter()
        finally:
            self._waited(time.monotonic() - asked)
        self._thread.heard = time.monotonic()
        try:
            with self._noting():
                yield
        finally:
            self._thread.heard = None
            with self._changed:
                self._free += 1
                self._changed.notify()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """When the database was given up last."""
        try:
            yield
        except DatabaseUnavailable:
            self._given_up = time.monotonic()
            raise

    def _enter(self) -> None:
        with self._changed:
            while not self._free:
                left = self._last_taken + STALLED_SECONDS - time.monotonic()
                if left <= 0:
                    raise DatabaseUnavailable("too many requests wait for the database")
                self._changed.wait(left)
            self._free -= 1
            self._last_taken = time.monotonic()
