"""The three forms of a prediction, alone and in a batch."""

from __future__ import annotations

import math
from typing import Any

import pytest


@pytest.fixture
def predict(call: Any) -> Any:
    def post(body: Any) -> dict[str, Any]:
        response = call("POST", "/v1/predictions", json=body)
        assert response.status_code == 201, response.text
        return dict(response.json)

    return post


def posted(world: Any, client_id: int) -> dict[str, Any]:
    known = world.raw[client_id]
    return {
        "application": known.application,
        "bureau": known.bureau,
        "bureau_balance": known.bureau_balance,
    }


def test_an_answer_adds_up(predict: Any, world: Any) -> None:
    manifest = world.manifest
    answers = [predict({"client_id": client_id}) for client_id in list(world.raw)[:20]]
    assert {answer["decision"] for answer in answers} == {"granted", "refused"}
    for answer in answers:
        told = answer["explanation"]
        total = math.fsum(c["contribution"] for c in told["contributions"])
        assert abs(told["base_value"] + total - told["margin"]) <= 1e-9
        z = 1.02 * told["margin"] + -0.01
        assert answer["probability"] == 1 / (1 + math.exp(-z))
        granted = answer["probability"] < manifest["threshold"]
        assert answer["decision"] == ("granted" if granted else "refused")
        assert answer["kind"] == "decision"
        first = answer["reasons"][0]["direction"]
        assert first == ("lowers_risk" if granted else "raises_risk")


def test_a_known_client_posted_anew_gets_the_same_probability(
    predict: Any, world: Any
) -> None:
    for client_id in world.raw:
        known = predict({"client_id": client_id})
        fresh = predict(posted(world, client_id))
        for same in (
            "probability",
            "explanation",
            "reasons",
            "client_id",
            "confidence",
        ):
            assert fresh[same] == known[same]


def test_identifiers_may_be_left_out_and_integers_may_be_whole_floats(
    predict: Any, world: Any
) -> None:
    client_id = 100003
    body = posted(world, client_id)
    assert len(body["bureau"]) == 1
    body["application"] = {**body["application"], "CNT_CHILDREN": 3.0}
    body["application"].pop("SK_ID_CURR")
    body["bureau"] = [
        {k: v for k, v in row.items() if k != "SK_ID_CURR"} for row in body["bureau"]
    ]
    answer = predict(body)
    assert answer["client_id"] is None
    assert answer["probability"] == predict({"client_id": client_id})["probability"]


def test_a_category_of_digits_may_be_an_integer(
    call: Any, predict: Any, world: Any
) -> None:
    body = posted(world, 100003)
    months = [
        {"SK_ID_BUREAU": row["SK_ID_BUREAU"], "MONTHS_BALANCE": -1, "STATUS": status}
        for row in body["bureau"]
        for status in ("0", "2", "7")
    ]
    numbers = [{**row, "STATUS": int(row["STATUS"])} for row in months]
    words, ints = (predict({**body, "bureau_balance": m}) for m in (months, numbers))
    assert ints["explanation"] == words["explanation"]
    assert "bureau_balance.STATUS" in ints["confidence"]["out_of_range"]
    refused = [{**months[0], "STATUS": value} for value in (1.0, True)]
    answer = call("POST", "/v1/predictions", json={**body, "bureau_balance": refused})
    assert [error["detail"] for error in answer.json["errors"]] == [
        "expected a text, found a number",
        "expected a text, found a boolean",
    ]
    credit = {**body["bureau"][0], "CREDIT_ACTIVE": 1}
    answer = call("POST", "/v1/predictions", json={**body, "bureau": [credit]})
    assert [error["path"] for error in answer.json["errors"]] == [
        "/bureau/0/CREDIT_ACTIVE"
    ]


def test_a_what_if_that_changes_nothing_changes_nothing(
    predict: Any, world: Any
) -> None:
    for client_id, known in list(world.raw.items())[:10]:
        before = predict({"client_id": client_id})
        changes = {"AMT_CREDIT": known.application["AMT_CREDIT"]}
        for after in (
            predict({"client_id": client_id, "changes": {}}),
            predict({"client_id": client_id, "changes": changes}),
        ):
            assert after["kind"] == "simulation"
            assert after["explanation"] == before["explanation"]
            assert after["probability"] == before["probability"]


def test_a_what_if_recomputes_every_feature_that_depends_on_it(predict: Any) -> None:
    answer = predict({"client_id": 100002, "changes": {"AMT_CREDIT": 950000}})
    values = {c["feature"]: c["value"] for c in answer["explanation"]["contributions"]}
    assert values["AMT_CREDIT"] == 950000
    assert values["CREDIT_ANNUITY_RATIO"] == pytest.approx(950000 / 5031)
    assert values["CODE_GENDER"] == "M"
    assert answer["confidence"]["out_of_range"] == [
        "AMT_CREDIT",
        "CREDIT_ANNUITY_RATIO",
    ]


def test_a_what_if_by_terms_is_one_by_what_they_change(
    app: Any, call: Any, predict: Any
) -> None:
    client = call("GET", "/v1/clients/100002", "officer").json
    asked = client["terms"]
    answer = predict({"client_id": 100002, "terms": {"amount": 25_000}})
    instalment = round(asked["instalment"] * 25_000 / asked["amount"], 2)
    changes = {"AMT_CREDIT": 25_000, "AMT_ANNUITY": instalment}
    same = predict({"client_id": 100002, "changes": changes})
    assert answer["kind"] == "simulation" and "terms" not in same
    assert answer["explanation"] == same["explanation"]
    assert answer["terms"] == {
        **asked,
        "amount": 25_000,
        "instalment": instalment,
    }
    path = f"/v1/predictions/{answer['prediction_id']}"
    assert call("GET", path, "officer").json == answer
    replayed = app.test_cli_runner().invoke(args=["events", "replay"])
    assert "2 answers are the same" in replayed.stderr
    told = call("GET", "/v1/clients/100002/predictions", "officer").json
    # What it comes to is kept beside what was asked.
    assert [one["changes"] for one in told["predictions"]] == [changes, changes]
    as_before = predict({"client_id": 100002, "terms": {"amount": asked["amount"]}})
    assert as_before["explanation"] == predict({"client_id": 100002})["explanation"]


def test_terms_that_cannot_be_are_told_by_their_place(call: Any) -> None:
    def errors(terms: Any, **more: Any) -> list[str]:
        asked = {"client_id": 100002, "terms": terms, **more}
        body = {"predictions": [{"client_id": 100001}, asked], "explain": False}
        good, bad = call("POST", "/v1/predictions/batch", json=body).json["predictions"]
        assert good["kind"] == "decision" and bad["status"] == 422
        return [one["path"] for one in bad["errors"]]

    assert errors({}) == ["/predictions/1/terms"]
    assert errors({"amount": 0}) == ["/predictions/1/terms/amount"]
    assert errors({"duration": 3}) == ["/predictions/1/terms/duration"]
    assert errors({"instalments": 1.5}) == ["/predictions/1/terms/instalments"]
    assert errors({"instalments": 24}) == ["/predictions/1/terms/instalments"]
    assert errors({"down_payment": 1}) == ["/predictions/1/terms/down_payment"]
    assert errors({"amount": 9}, changes={}) == ["/predictions/1/changes"]


def test_what_is_missing_stays_missing_and_is_told(predict: Any) -> None:
    application = {"AMT_CREDIT": 100000, "CNT_CHILDREN": 0, "CODE_GENDER": "X"}
    answer = predict({"application": application})
    values = {c["feature"]: c["value"] for c in answer["explanation"]["contributions"]}
    missing = {name for name, value in values.items() if value is None}
    assert missing == set(values) - {"AMT_CREDIT", "CNT_CHILDREN"}
    assert answer["confidence"]["missing_share"] == 0.4375
    assert answer["confidence"]["out_of_range"] == ["CODE_GENDER"]
    without = {**application, "CODE_GENDER": None}
    again = predict({"application": without})
    assert again["probability"] == answer["probability"]
    assert again["confidence"]["out_of_range"] == []


def test_spaces_and_capitals_make_no_other_category(predict: Any) -> None:
    asked, other = (
        predict({"client_id": 100001, "changes": {"CODE_GENDER": gender}})
        for gender in ("M", " m\t")
    )
    assert other["explanation"] == asked["explanation"]
    assert other["confidence"] == asked["confidence"]


def test_explain_false_leaves_the_explanation_out(predict: Any) -> None:
    answer = predict({"client_id": 100001, "explain": False})
    assert not {"explanation", "reasons"} & answer.keys()
    full = predict({"client_id": 100001})
    assert answer["probability"] == full["probability"]


def test_reasons_come_without_the_list_of_features(
    call: Any, predict: Any, app: Any
) -> None:
    whole = predict({"client_id": 100001})
    brief = predict({"client_id": 100001, "explain": "reasons"})
    assert "explanation" not in brief
    assert (brief["reasons"], brief["probability"]) == (
        whole["reasons"],
        whole["probability"],
    )
    told, explanation = brief["by_group"], whole["explanation"]
    for name in ("margin", "base_value"):
        assert told[name] == explanation[name]
    total = math.fsum(one["contribution"] for one in told["contributions"])
    assert abs(told["base_value"] + total - told["margin"]) <= 1e-9
    groups = {one["group"]: one["contribution"] for one in told["contributions"]}
    for reason in brief["reasons"]:
        assert groups[reason["group"]] == reason["contribution"]
    batch = {"predictions": [{"client_id": 100001}], "explain": "reasons"}
    (again,) = call("POST", "/v1/predictions/batch", json=batch).json["predictions"]
    assert again["by_group"] == told
    assert "explanation" not in again
    replayed = app.test_cli_runner().invoke(args=["events", "replay"])
    assert "3 answers are the same" in replayed.stderr


@pytest.mark.parametrize("given", [True, "reasons", False])
def test_a_stored_answer_is_told_in_each_form(
    call: Any, predict: Any, given: bool | str
) -> None:
    answer = predict({"client_id": 100001, "explain": given})
    path = f"/v1/predictions/{answer['prediction_id']}"
    brief = call("GET", f"{path}?explain=reasons", "officer").json
    whole = call("GET", f"{path}?explain=true", "officer").json
    assert ("by_group" in brief, "explanation" in brief) == (True, False)
    assert ("by_group" in whole, "explanation" in whole) == (False, True)
    assert brief["reasons"] == whole["reasons"]
    assert whole["explanation"] == predict({"client_id": 100001})["explanation"]
    assert call("GET", path, "officer").json == answer


def test_a_batch_keeps_order_and_a_bad_item_spoils_nothing(
    call: Any, predict: Any, world: Any
) -> None:
    ids = list(world.raw)[:12]
    items: list[Any] = []
    for client_id in ids:
        items += [
            {"client_id": client_id},
            posted(world, client_id),
            {"client_id": client_id, "changes": {"CNT_CHILDREN": 2}, "explain": False},
        ]
    bad = [7, {"client_id": 5}, {"client_id": 100001, "changes": {"AMT_CREDIT": True}}]
    body = {"predictions": bad + items}
    response = call("POST", "/v1/predictions/batch", json=body)
    assert response.status_code == 200
    slots = response.json["predictions"]
    assert [slot.get("status") for slot in slots[:3]] == [422, 404, 422]
    (error,) = slots[2]["errors"]
    assert error["path"] == "/predictions/2/changes/AMT_CREDIT"
    for item, slot in zip(items, slots[3:], strict=True):
        alone = predict(item)
        for same in ("probability", "explanation", "client_id", "kind", "confidence"):
            assert slot.get(same) == alone.get(same)


def test_values_that_the_sql_cannot_turn_into_numbers_fail_alone(call: Any) -> None:
    good = {"AMT_CREDIT": 1e5, "CNT_CHILDREN": 0, "AMT_ANNUITY": 1e4}
    bad = {**good, "AMT_CREDIT": 1e12, "AMT_ANNUITY": 1e-300}
    items = [{"application": application} for application in (good, bad, good)]
    response = call("POST", "/v1/predictions/batch", json={"predictions": items})
    statuses = [slot.get("status") for slot in response.json["predictions"]]
    assert statuses == [None, 422, None]


def test_a_prediction_is_read_back_byte_for_byte(call: Any) -> None:
    made = call("POST", "/v1/predictions", json={"client_id": 100003})
    read = call("GET", made.headers["Location"], "officer")
    assert read.status_code == 200
    assert read.data == made.data
    items = [{"client_id": 100003}, {"client_id": 100004}]
    batch = call("POST", "/v1/predictions/batch", json={"predictions": items})
    for slot in batch.json["predictions"]:
        read = call("GET", f"/v1/predictions/{slot['prediction_id']}", "officer")
        assert read.data in batch.data
    unknown = "/v1/predictions/019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"
    assert call("GET", unknown, "officer").status_code == 404


def test_reasons_that_were_not_asked_for_can_be_had_later(
    predict: Any, call: Any
) -> None:
    told = predict({"client_id": 100001})
    untold = predict({"client_id": 100001, "explain": False})
    path = f"/v1/predictions/{untold['prediction_id']}"
    assert call("GET", path, "officer").json == untold
    later = call("GET", f"{path}?explain=true", "officer").json
    assert later == {**untold, **{n: told[n] for n in ("explanation", "reasons")}}
    path = f"/v1/predictions/{told['prediction_id']}"
    as_given = call("GET", path, "officer").data
    assert call("GET", f"{path}?explain=true", "officer").data == as_given
