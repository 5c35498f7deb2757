"""Notes and contested decisions stay as they are, until the person is erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from api.json_encoding import encode
from api.schemas.answers import ClientAnswer
from api.schemas.reviews import Review
from api.schemas.work import Contest, ContestsAnswer, NotesAnswer
from api.store.events.record import OFFER, Event, Reply
from api.store.people import erasure
from api.store.tables import events, personal

CLIENT = 100003
PATH = f"/v1/clients/{CLIENT}"
WRITTEN = {"text": "The arrears were paid.", "author": "A. Martin"}
CONTESTED = WRITTEN | {"received_on": "2026-10-15"}
Ask = Callable[..., Any]


@pytest.fixture
def decided(call: Any) -> Any:
    return call("POST", "/v1/predictions", json={"client_id": CLIENT}).json


@pytest.fixture
def review(call: Any, decided: Any) -> Ask:
    def post(decision: str, **more: Any) -> Any:
        body = {"decision": decision, "reason": "Seen.", "reviewer": "B. Diallo"}
        path = f"/v1/predictions/{decided['prediction_id']}/review"
        return call("POST", path, "officer", json=body | more)

    return post


def test_notes_are_listed_newest_first(call: Any) -> None:
    first = call("POST", f"{PATH}/notes", "officer", json=WRITTEN)
    assert first.status_code == 201
    second = call("POST", f"{PATH}/notes", "officer", json=WRITTEN | {"text": "Called"})
    listed = call("GET", f"{PATH}/notes", "officer").json
    NotesAnswer.model_validate(listed)
    assert listed == {"client_id": CLIENT, "notes": [second.json, first.json]}
    unknown = call("POST", "/v1/clients/7/notes", "officer", json=WRITTEN)
    assert unknown.status_code == 404


def test_a_contest_waits_until_the_next_review_answers_it(
    call: Any, decided: Any, review: Ask
) -> None:
    made = call("POST", f"{PATH}/contests", "officer", json=CONTESTED)
    Contest.model_validate(made.json)
    assert made.json["due_on"] == "2026-11-14"
    assert made.json["prediction_id"] == decided["prediction_id"]
    assert call("GET", PATH, "officer").json["contest_id"] == made.json["contest_id"]
    again = call("POST", f"{PATH}/contests", "officer", json=CONTESTED)
    assert again.status_code == 409
    assert made.json["contest_id"] in again.json["detail"]
    first = review("granted").json["review_id"]
    review("granted", replaces=first)
    client = call("GET", PATH, "officer").json
    ClientAnswer.model_validate(client)
    assert client["contest_id"] is None
    second = call("POST", f"{PATH}/contests", "officer", json=CONTESTED).json
    listed = call("GET", f"{PATH}/contests", "officer").json
    ContestsAnswer.model_validate(listed)
    assert listed["contests"] == [second, made.json | {"answered_by": first}]


def test_nothing_is_contested_before_the_first_decision(call: Any) -> None:
    answer = call("POST", f"{PATH}/contests", "officer", json=CONTESTED)
    assert answer.status_code == 409


@pytest.mark.parametrize("result", ["withdrawn", "lapsed"])
def test_what_is_closed_stands_and_has_no_letter(
    call: Any, decided: Any, review: Ask, result: str
) -> None:
    made = review(result, category="other")
    Review.model_validate(made.json)
    assert (made.json["action"], made.json["category"]) == ("closed", "other")
    client = call("GET", PATH, "officer").json
    ClientAnswer.model_validate(client)
    standing = client["standing"]
    assert (standing["result"], standing["category"]) == (result, "other")
    letter = call(
        "GET", f"/v1/predictions/{decided['prediction_id']}/letter", "officer"
    )
    assert letter.status_code == 409
    assert result in letter.json["detail"]
    exported = json.loads(call("GET", "/v1/events?kind=review", "analyst").text)
    assert (exported["action"], exported["decision"]) == ("closed", result)


def test_the_newest_offer_stands_while_it_is_valid(app: Flask, call: Any) -> None:
    def offer(event_id: str, until: str) -> None:
        told = encode({"offer_id": event_id, "valid_until": until})
        event = Event(event_id, OFFER, CLIENT, "x", None, answer=told)
        recorder = app.extensions["scoring"].recorder
        recorder.record(1, Reply(201, b"", None, (event,)), None)

    offer("first", "2999-12-31")
    assert call("GET", PATH, "officer").json["offer_id"] == "first"
    offer("second", "2026-01-31")
    assert call("GET", PATH, "officer").json["offer_id"] is None


@pytest.mark.usefixtures("own")
def test_notes_and_contests_are_erased_and_the_chain_verifies(
    app: Flask, call: Any, decided: Any
) -> None:
    for kind, body in (("notes", WRITTEN), ("contests", CONTESTED)):
        headers = {"Idempotency-Key": kind}
        path = f"{PATH}/{kind}"
        call("POST", path, "officer", json=body, headers=headers)
    services = app.extensions["scoring"]
    assert erasure.forget(services.database, services.chain_end, CLIENT) == 3
    with services.database.read() as connection:
        assert connection.execute(personal.select()).all() == []
        kept = str(connection.execute(events.select()).all())
    assert "arrears" not in kept and "Martin" not in kept
    assert call("GET", f"{PATH}/notes", "officer").json["notes"] == []
    assert app.test_cli_runner().invoke(args=["events", "verify"]).exit_code == 0
    exported = call("GET", "/v1/events", "analyst").text.splitlines()
    assert len(exported) == 1
