"""A retry is harmless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy
from flask import Flask

BODY = {"client_id": 100001}
BATCH = {"predictions": [BODY, {"client_id": 7}, BODY]}
KEY = {"Idempotency-Key": "a-1"}


def count(app: Flask, table: str) -> int:
    with app.extensions["scoring"].database.read() as connection:
        query = sqlalchemy.text(f"SELECT count(*) FROM {table}")
        return int(connection.execute(query).scalar_one())


@pytest.mark.parametrize(
    ("path", "asked", "events"),
    [("/v1/predictions", BODY, 1), ("/v1/predictions/batch", BATCH, 2)],
)
def test_a_retry_gets_the_first_answer_byte_for_byte(
    app: Flask, call: Any, path: str, asked: Any, events: int
) -> None:
    first = call("POST", path, json=asked, headers=KEY)
    again = call("POST", path, json=asked, headers=KEY)
    assert again.data == first.data
    assert again.status_code == first.status_code
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(app, "events") == events


def test_the_same_key_with_another_request_is_refused(app: Flask, call: Any) -> None:
    call("POST", "/v1/predictions", json=BODY, headers=KEY)
    other = call("POST", "/v1/predictions", json={"client_id": 100002}, headers=KEY)
    batch = call("POST", "/v1/predictions/batch", json=BATCH, headers=KEY)
    assert (other.status_code, batch.status_code) == (422, 422)
    assert count(app, "events") == 1


@pytest.mark.usefixtures("own")
def test_keys_of_two_callers_do_not_meet(app: Flask, call: Any) -> None:
    run = app.test_cli_runner().invoke
    secret = run(args=["keys", "add", "other", "--role", "scoring"]).stdout.strip()
    first = call("POST", "/v1/predictions", json=BODY, headers=KEY)
    headers = KEY | {"Authorization": f"Bearer {secret}"}
    second = app.test_client().post("/v1/predictions", json=BODY, headers=headers)
    assert second.status_code == 201
    assert second.data != first.data


@pytest.mark.usefixtures("own")
def test_what_was_answered_for_one_person_is_not_told_one_of_lesser_roles(
    app: Flask,
) -> None:
    roles = ["--role=delegate", "--role=scoring", "--role=analyst"]
    run = app.test_cli_runner().invoke
    secret = run(args=["keys", "add", "dashboard", *roles]).stdout.strip()
    headers = KEY | {"Authorization": f"Bearer {secret}"}
    answered = []
    for role in ("scoring", "analyst", "scoring"):
        headers["On-Behalf-Of"] = f'{{"name": "{role}", "roles": ["{role}"]}}'
        client = app.test_client()
        answered.append(client.post("/v1/predictions", json=BODY, headers=headers))
    assert [one.status_code for one in answered] == [201, 403, 201]
    assert answered[0].data == answered[2].data


def test_a_refused_request_leaves_the_key_free(call: Any) -> None:
    bad = call("POST", "/v1/predictions", json={"client_id": 0}, headers=KEY)
    good = call("POST", "/v1/predictions", json=BODY, headers=KEY)
    assert (bad.status_code, good.status_code) == (422, 201)


def test_a_key_that_is_no_key_is_refused(call: Any) -> None:
    headers = {"Idempotency-Key": "a b"}
    assert (
        call("POST", "/v1/predictions", json=BODY, headers=headers).status_code == 422
    )


def test_the_same_request_at_the_same_time_is_stored_once(
    app: Flask, call: Any
) -> None:
    call("GET", "/v1/model")
    with ThreadPoolExecutor(6) as pool:
        asked = [
            pool.submit(call, "POST", "/v1/predictions", json=BODY, headers=KEY)
            for _ in range(6)
        ]
        answers = [one.result() for one in asked]
    stored = {one.data for one in answers if one.status_code == 201}
    assert len(stored) == 1
    assert {one.status_code for one in answers} <= {201, 503}
    assert count(app, "events") == 1
