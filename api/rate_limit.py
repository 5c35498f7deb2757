"""How often a key, or an address without one, may ask: by tokens, in each process."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

# A pause of so many seconds may be caught up with in one burst.
BURST_SECONDS = 2.0
# Of more who asked, those who did so longest ago are forgotten.
MOST_KEPT = 10_000


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """Each has `per_second` requests a second on average; 0 is no limit."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._largest = max(1.0, per_second * BURST_SECONDS)
        self._buckets: OrderedDict[int | str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: int | str, takes: int = 1) -> int:
        """Take so many requests of theirs; or how many seconds later they may ask."""
        if not self._per_second:
            return 0
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(who, _Bucket(self._largest, now))
            self._buckets.move_to_end(who)
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
            refill = (now - bucket.filled_at) * self._per_second
            bucket.tokens = min(self._largest, bucket.tokens + refill)
            bucket.filled_at = now
            if bucket.tokens >= 1:
                bucket.tokens -= takes
                return 0
            return math.ceil((1 - bucket.tokens) / self._per_second)
