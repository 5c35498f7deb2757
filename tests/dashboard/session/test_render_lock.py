"""Sessions draw one after the other, in the order in which they asked."""

from __future__ import annotations

import threading
import time

import pytest

from session.render_lock import FairLock


def test_turns_are_taken_in_order_and_one_at_a_time() -> None:
    turns, drawn = FairLock(), list[tuple[int, str]]()

    def draw(number: int) -> None:
        with turns:
            drawn.append((number, "begins"))
            time.sleep(0.001)
            drawn.append((number, "ends"))

    sessions = [threading.Thread(target=draw, args=(one,)) for one in range(20)]
    with turns:
        for at, session in enumerate(sessions, start=1):
            session.start()
            while len(turns._places) <= at:
                time.sleep(0.001)
    for session in sessions:
        session.join()
    assert drawn == [(one, word) for one in range(20) for word in ("begins", "ends")]


def test_a_page_that_fails_passes_its_turn_on() -> None:
    turns = FairLock()
    for _ in range(2):
        with pytest.raises(ValueError, match="page"), turns:
            raise ValueError("page")
