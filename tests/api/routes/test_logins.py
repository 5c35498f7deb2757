"""A login that was ended is of no use to whoever has a copy of its cookie."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store.logins import EndedLogins

FIRST, SECOND = "a" * 64, "b" * 64


def asked_for(login: str | None) -> dict[str, str]:
    person = {"name": "Ada", "sub": "7", "roles": ["officer"], "login": login}
    return {"On-Behalf-Of": json.dumps(person)}


@pytest.mark.usefixtures("own")
def test_a_login_ends_wherever_it_is_used_and_across_restarts(
    app: Flask, call: Any, world: Any, url: str, template: Any
) -> None:
    who = call("GET", "/v1/login", "delegate", headers=asked_for(FIRST))
    assert who.json == {"name": "Ada", "roles": []}
    ended = call("POST", "/v1/login/end", "delegate", headers=asked_for(FIRST))
    assert ended.json == {"login": FIRST}
    restarted = create_app(Config(bundle=world.bundle, database_url=url))
    key = {"Authorization": f"Bearer {template[1]['delegate']}"}
    for server in (app, restarted):
        client = server.test_client()
        copied = client.get("/v1/login", headers=key | asked_for(FIRST))
        assert copied.status_code == 401
        assert copied.get_json()["detail"] == "This login was ended."
        # Whoever logs in again goes on at once.
        for login in (SECOND, None):
            again = client.get("/v1/login", headers=key | asked_for(login))
            assert again.status_code == 200
    restarted.extensions["scoring"].database.close()
    assert call("POST", "/v1/login/end").json == {"login": None}


@pytest.mark.usefixtures("own")
def test_a_login_is_believed_for_a_second_and_its_mark_kept_while_a_cookie_may_live(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("api.store.logins.monotonic", lambda: clock[0])
    here, there = (EndedLogins(app.extensions["scoring"].database) for _ in range(2))
    assert not here.has(FIRST)
    there.add(FIRST)
    there.add(FIRST)
    assert not here.has(FIRST) and there.has(FIRST)
    clock[0] += 1
    assert here.has(FIRST)
    monkeypatch.setattr("api.store.logins._KEPT", timedelta(seconds=-1))
    there.add(SECOND)
    assert not here.has(FIRST) and here.has(SECOND)
