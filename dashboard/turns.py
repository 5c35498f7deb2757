"""Sessions take turns at drawing: threads that all draw at once are all done last."""

from __future__ import annotations

from collections import deque
from threading import Lock
from types import TracebackType


class Turns:
    """A lock that is passed on in the order in which it was asked for.

    A session holds it for a part of its page and asks again for the next part, behind
    the first parts of the others. Never wait for the API while holding it.
    """

    def __init__(self) -> None:
        self._mine = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._mine:
            if not self._taken:
                self._taken = True
                return
            place = Lock()
            place.acquire()
            self._waiting.append(place)
        place.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._mine:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


TURN = Turns()
