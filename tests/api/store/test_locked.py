"""A store that another has locked is given up at the deadline, not after several."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text, update

from api import create_app
from api.config import Config
from api.store.database import Database
from api.store.policies import BUILT_IN
from api.store.tables import active_policy

SECONDS = 1.0
# Short of twice the deadline.
LONGEST = 1.8


@pytest.fixture
def ask(world: Any, url: str, template: Any) -> Iterator[Callable[..., Any]]:
    """Asks an API of a short deadline; the status, and the seconds."""
    app = create_app(
        Config(bundle=world.bundle, database_url=url, database_timeout_seconds=SECONDS)
    )

    def send(method: str, path: str, role: str) -> tuple[int, float]:
        body = {"client_id": 100001} if method == "POST" else None
        headers = {"Authorization": f"Bearer {template[1][role]}"}
        started = time.monotonic()
        answer = app.test_client().open(path, method=method, headers=headers, json=body)
        return answer.status_code, time.monotonic() - started

    yield send
    app.extensions["scoring"].database.close()


def test_a_locked_store_is_given_up_at_the_deadline_by_all_who_wait(
    url: str, ask: Callable[..., Any], at_once: Callable[..., Any]
) -> None:
    decide = partial(ask, "POST", "/v1/predictions", "scoring")
    results = partial(ask, "GET", f"/v1/policies/{BUILT_IN}/results", "analyst")
    ready = partial(ask, "GET", "/health/ready", "scoring")
    assert {one()[0] for one in (decide, results, ready)} == {200, 201}
    with closing(Database(url, 5)) as other, other.write() as connection:
        connection.execute(update(active_policy).values(slot=1))
        kinds = [decide]
        if url.startswith("postgresql"):
            connection.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
            kinds.append(results)
        for kind in kinds:
            late = partial(after, 0.15, kind)
            for asked in ([kind] * 8, [kind, late, late]):
                answers = at_once(*asked)
                assert {status for status, _ in answers} == {503}
                assert max(seconds for _, seconds in answers) < LONGEST
        status, seconds = ready()
        assert (status, seconds < LONGEST) == (503, True)
        connection.rollback()
    assert decide()[0] == 201


def after(seconds: float, act: Callable[[], Any]) -> Any:
    time.sleep(seconds)
    return act()
