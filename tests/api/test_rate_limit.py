"""A token bucket per key."""

from __future__ import annotations

import pytest

from api.rate_limit import RateLimit


def test_a_rate_limited_key_may_ask_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    limit = RateLimit(10)
    assert [limit.wait(1) for _ in range(21)] == [0] * 20 + [1]
    clock[0] = 0.1
    assert [limit.wait(1), limit.wait(1), limit.wait(2)] == [0, 1, 0]
    clock[0] = 1000
    assert [limit.wait(1) for _ in range(21)] == [0] * 20 + [1]
