"""Sessions take turns at drawing: threads that all draw at once are all done last."""

from __future__ import annotations

from collections import deque
from threading import Lock


class FairLock:
    """A lock that is passed on in the order in which it was asked for.

    A session holds it for a part of its page and asks again for the next part, behind
    the first parts of the others. Never wait for the API while holding it.
    """

    def __init__(self) -> None:
        self._mine = Lock()
        # The first has its turn; the others wait, each at its own lock.
        self._places: deque[Lock] = deque()

    def __enter__(self) -> None:
        lock = Lock()
        with self._mine:
            if self._places:
                lock.acquire()
            self._places.append(lock)
        lock.acquire()

    def __exit__(self, *_: object) -> None:
        with self._mine:
            self._places.popleft()
            if self._places:
                self._places[0].release()


RENDER_LOCK = FairLock()
