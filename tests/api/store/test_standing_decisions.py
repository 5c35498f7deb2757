"""What came to stand is told in order, each once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from api.identifiers import now, uuid7
from api.schemas.work import DecisionsAnswer
from api.store.events.record import OFFER, Event, Reply
from api.store.people import erasure


def decide(call: Any, client_id: int, **more: Any) -> Any:
    asked = {"client_id": client_id, "explain": False, **more}
    return call("POST", "/v1/predictions", json=asked).json


def review(call: Any, made: Any, decision: str, **more: Any) -> Any:
    body = {"decision": decision, "reason": "Seen.", "reviewer": "A. Martin"}
    path = f"/v1/predictions/{made['prediction_id']}/review"
    return call("POST", path, "officer", json=body | more).json


def told(call: Any, **asked: Any) -> Any:
    answer = call("GET", "/v1/decisions", query_string=asked).json
    DecisionsAnswer.model_validate(answer)
    return answer


def test_a_decision_stands_until_a_person_decides_and_each_review_does(
    app: Flask, call: Any
) -> None:
    first = decide(call, 100001)
    decide(call, 100002, changes={"CNT_CHILDREN": 1})
    other = decide(call, 100002)
    facts = {"valid_until": "2999-12-31"}
    offer = Event(uuid7(), OFFER, 100001, now(), None, facts=facts)
    app.extensions["scoring"].recorder.record(1, Reply(201, b"", None, (offer,)), None)
    granted = review(call, first, "granted")
    decide(call, 100001)
    lapsed = review(call, first, "lapsed", replaces=granted["review_id"])

    found = told(call)
    assert [one["sequence"] for one in found["decisions"]] == [1, 3, 5, 7]
    assert found["next_after"] == 7
    by_model, _, by_person, last = found["decisions"]
    assert by_model == {
        "sequence": 1,
        "client_id": 100001,
        "prediction_id": first["prediction_id"],
        "review_id": None,
        "offer_id": None,
        "result": first["decision"],
        "by": "model",
        "reviewer": None,
        "signer": None,
        "decided_at": first["created_at"],
    }
    assert by_person == by_model | {
        "sequence": 5,
        "review_id": granted["review_id"],
        "offer_id": offer.event_id,
        "result": "granted",
        "by": "person",
        "reviewer": "A. Martin",
        "signer": granted["signer"],
        "decided_at": granted["created_at"],
    }
    assert (last["result"], last["review_id"]) == ("lapsed", lapsed["review_id"])
    assert found["decisions"][1]["prediction_id"] == other["prediction_id"]


def test_pages_go_on_where_the_one_before_ended(call: Any) -> None:
    made = [decide(call, 100001 + at) for at in range(5)]
    review(call, made[0], "granted")
    decide(call, 100001)
    seen, after = [], 0
    while True:
        page = told(call, after=after, limit=2)
        if page["next_after"] == after:
            break
        after = page["next_after"]
        seen += [one["sequence"] for one in page["decisions"]]
    assert (seen, after) == ([1, 2, 3, 4, 5, 6], 7)


@pytest.mark.usefixtures("own")
def test_of_who_was_erased_the_result_alone_is_told(app: Flask, call: Any) -> None:
    review(call, decide(call, 100001), "granted")
    services = app.extensions["scoring"]
    erasure.forget(services.database, services.chain_end, 100001)
    made, reviewed = told(call)["decisions"]
    assert made["client_id"] is reviewed["client_id"] is reviewed["reviewer"] is None
    assert (reviewed["result"], reviewed["by"]) == ("granted", "person")
