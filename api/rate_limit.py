"""How often a key may ask: a token bucket per key, in each process."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

# A pause of so many seconds may be caught up with in one burst.
BURST_SECONDS = 2.0


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """Each key has `per_second` requests a second on average; 0 is no limit."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._largest = max(1.0, per_second * BURST_SECONDS)
        self._buckets: dict[int, _Bucket] = {}
        self._lock = threading.Lock()

    def wait(self, key_id: int) -> int:
        """Take one request of this key; or how many seconds later it may ask."""
        if not self._per_second:
            return 0
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.setdefault(key_id, _Bucket(self._largest, now))
            refill = (now - bucket.filled_at) * self._per_second
            bucket.tokens = min(self._largest, bucket.tokens + refill)
            bucket.filled_at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return math.ceil((1 - bucket.tokens) / self._per_second)
