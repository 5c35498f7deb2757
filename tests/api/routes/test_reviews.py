"""A person's word stands beside the model's, and both stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.schemas.reviews import History, Review

REASON = {"reason": "Seen in person", "reviewer": "A. Martin"}


@pytest.fixture
def decided(call: Any) -> Any:
    return call("POST", "/v1/predictions", json={"client_id": 100003}).json


def review(call: Any, prediction_id: str, decision: str, **more: Any) -> Any:
    path = f"/v1/predictions/{prediction_id}/review"
    body = {"decision": decision, **REASON, **more}
    return call("POST", path, "officer", json=body)


def test_a_review_confirms_or_overrides_and_the_last_one_stands(
    call: Any, decided: Any
) -> None:
    prediction_id = decided["prediction_id"]
    other = "refused" if decided["decision"] == "granted" else "granted"
    first = review(call, prediction_id, decided["decision"])
    assert first.status_code == 201
    Review.model_validate(first.json)
    assert first.json["action"] == "confirmed"
    conflict = review(call, prediction_id, other)
    assert conflict.status_code == 409
    assert first.json["review_id"] in conflict.json["detail"]
    replaces = {"replaces": first.json["review_id"]}
    second = review(call, prediction_id, other, **replaces)
    assert second.json["action"] == "overridden"
    assert second.json["model_decision"] == decided["decision"]
    assert review(call, prediction_id, other, **replaces).status_code == 409
    history = call("GET", "/v1/clients/100003/predictions", "officer").json
    History.model_validate(history)
    (past,) = history["predictions"]
    assert past["reviews"] == [first.json, second.json]
    assert past["decision"] == decided["decision"]
    assert past["model"] == decided["model"]


def test_of_reviews_at_the_same_time_one_is_first(call: Any, decided: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(review, call, decided["prediction_id"], "granted")
            for _ in range(4)
        ]
        statuses = sorted(one.result().status_code for one in asked)
    assert statuses in ([201, 409, 409, 409], [201, 409, 409, 503])


def test_what_is_no_decision_is_not_reviewed(call: Any) -> None:
    asked = {"client_id": 100003, "changes": {}}
    simulated = call("POST", "/v1/predictions", json=asked).json
    assert review(call, simulated["prediction_id"], "granted").status_code == 409
    unknown = "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"
    assert review(call, unknown, "granted").status_code == 404
    named = review(call, unknown, "maybe", reason="").json["errors"]
    assert [error["path"] for error in named] == ["/decision", "/reason"]


def test_a_review_is_not_taken_for_a_prediction(call: Any, decided: Any) -> None:
    made = review(call, decided["prediction_id"], "granted").json["review_id"]
    assert call("GET", f"/v1/predictions/{made}", "officer").status_code == 404
    assert review(call, made, "granted").status_code == 404


def test_the_history_comes_in_pages_newest_first(call: Any) -> None:
    changes: list[Any] = [None, {"CNT_CHILDREN": 1}, {}, None, {"CNT_CHILDREN": 2}]
    ids = []
    for change in changes:
        body = {"client_id": 100004} | ({} if change is None else {"changes": change})
        ids.append(call("POST", "/v1/predictions", json=body).json["prediction_id"])
    path = "/v1/clients/100004/predictions"
    seen, cursor = [], ""
    while cursor is not None:
        page = call("GET", f"{path}?limit=2{cursor}", "officer").json
        seen += page["predictions"]
        following = page["next_cursor"]
        cursor = following and f"&cursor={following}"
    assert [one["prediction_id"] for one in seen] == ids[::-1]
    assert [one["changes"] for one in seen] == changes[::-1]
    decisions = call("GET", f"{path}?kind=decision", "officer").json["predictions"]
    assert [one["prediction_id"] for one in decisions] == [ids[3], ids[0]]
    other = call("GET", "/v1/clients/999999/predictions", "officer").json
    assert other["predictions"] == []
    # No client can have this number.
    never = call("GET", f"/v1/clients/{2**70}/predictions", "officer")
    assert never.status_code == 404


def test_the_history_tells_what_ifs_by_what_was_asked_and_from_what(call: Any) -> None:
    asked = {"amount": 90000.0}
    loan = {"client_id": 100004, "terms": asked}
    made = call("POST", "/v1/predictions", json=loan)
    assert made.status_code == 201, made.text
    path = "/v1/clients/100004/predictions?limit=1"
    [told] = call("GET", path, "officer").json["predictions"]
    client = call("GET", "/v1/clients/100004", "officer").json
    applied = {fact["name"]: fact["value"] for fact in client["application"]}
    assert told["asked"] == asked
    assert told["terms"]["AMT_CREDIT"] == applied["AMT_CREDIT"]
    assert told["changes"]["AMT_CREDIT"] == 90000.0
