"""Workers that are ended by a signal as they start, again and again.

gunicorn starts another one each time and goes on for ever, which looks like serving.
Nearly always the system ends them, as there is too little memory for all of them.
"""

from __future__ import annotations

import time
from multiprocessing import RawValue
from typing import Any

from gunicorn.errors import HaltServer

from api.server.resources import mebibytes

# So many, one soon after the other, are no accident.
DEATHS, WITHIN_SECONDS = 3, 300.0
# From its fork: until then a worker is starting, whatever it has answered.
START_SECONDS = 60.0
EXIT_CODE = 1


class EarlyDeaths:
    """Those of one server's workers; it has fewer workers then, or ends."""

    def __init__(self) -> None:
        self._times: list[float] = []

    @staticmethod
    def watch(worker: Any) -> None:
        """Before its fork, as what it notes is in memory that is shared with it."""
        worker.forked = time.monotonic()
        worker.has_answered = RawValue("b", 0)
        worker.has_left = RawValue("b", 0)

    def note(self, server: Any, worker: Any) -> None:
        """Of a worker that is gone; raises HaltServer when the only one was lost."""
        now = time.monotonic()
        is_early = now - worker.forked < START_SECONDS or not worker.has_answered.value
        # gunicorn itself ends those that are left when it stops, and listens no more.
        if worker.has_left.value or not is_early or not server.LISTENERS:
            return
        recent = [one for one in self._times if now - one < WITHIN_SECONDS]
        self._times = [*recent, now]
        if len(self._times) < DEATHS:
            return
        self._times = []
        count = server.num_workers
        told = (
            f"{DEATHS} workers were ended by a signal as they started: the system does "
            f"so where there is too little memory; SCORING_WORKERS={count} takes "
            f"{mebibytes(count)} MB"
        )
        if count == 1:
            raise HaltServer(told, EXIT_CODE)
        server.num_workers = count // 2
        server.log.error("%s; going on with %d", told, server.num_workers)
