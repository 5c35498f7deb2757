"""Applications that are entered here, on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.schemas.client_keys import DRAFT_PATTERN

Call = Callable[..., TestResponse]
WHOLE = {
    "AMT_CREDIT": 200000.0,
    "AMT_ANNUITY": 12000.0,
    "EXT_SOURCE_1": 0.1,
    "CNT_CHILDREN": 1,
    "CODE_GENDER": "F",
}
BUREAU = [{"SK_ID_BUREAU": 7, "CREDIT_ACTIVE": "Active"}]


def enter(call: Call, **body: Any) -> Any:
    answered = call("POST", "/v1/applications", "officer", json=body)
    assert answered.status_code == 201, answered.text
    return answered.json


def read(call: Call, key: str) -> Any:
    answered = call("GET", f"/v1/applications/{key}", "officer")
    assert answered.status_code == 200, answered.text
    return answered.json


def change(call: Call, key: str, **body: Any) -> TestResponse:
    return call("PUT", f"/v1/applications/{key}", "officer", json=body)


def decide(call: Call, key: str, **more: Any) -> TestResponse:
    return call("POST", "/v1/predictions", json={"client_id": key, **more})


def test_a_draft_is_kept_from_its_first_column_on(call: Call) -> None:
    given = {"CNT_CHILDREN": 1, "CODE_GENDER": "X", "AMT_ANNUITY": None}
    draft = enter(call, reference=" 2026-0417  Dupont ", application=given)
    assert re.fullmatch(DRAFT_PATTERN, draft["client_id"])
    assert (draft["state"], draft["revision"]) == ("draft", 1)
    assert draft["reference"] == "2026-0417 Dupont"
    assert draft["application"] == {"CNT_CHILDREN": 1, "CODE_GENDER": "X"}
    assert (draft["needed"], draft["unknown"]) == (["AMT_CREDIT"], ["CODE_GENDER"])
    assert read(call, draft["client_id"]) == draft


def test_what_is_sent_is_checked_as_of_a_new_applicant(call: Call, app: Flask) -> None:
    body = {
        "reference": "?",
        "application": {"AMT_CREDIT": -1, "OTHER": 1, "SK_ID_CURR": 5},
        "bureau": [{"CREDIT_ACTIVE": 1, "SK_ID_CURR": 5}],
    }
    answered = call("POST", "/v1/applications", "officer", json=body)
    assert answered.status_code == 422
    sent = call("POST", "/v1/predictions", json=body)
    as_sent = {one["path"]: one["detail"] for one in sent.json["errors"]}
    said = {one["path"]: one["detail"] for one in answered.json["errors"]}
    assert said.pop("/reference") == "expected letters or digits"
    assert said.pop("/application/SK_ID_CURR") == (
        "must be left out: what is entered here has a key of ours"
    )
    assert said.items() <= as_sent.items()
    assert said.keys() == {
        "/application/AMT_CREDIT",
        "/application/OTHER",
        "/bureau/0/CREDIT_ACTIVE",
        "/bureau/0/SK_ID_BUREAU",
    }
    store = app.extensions["scoring"].database
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


def test_of_two_officers_the_second_is_told(call: Call) -> None:
    key = enter(call, application=WHOLE, bureau=BUREAU)["client_id"]
    first = change(call, key, revision=1, reference="A", application=WHOLE)
    assert (first.status_code, first.json["revision"]) == (200, 2)
    assert first.json["records"] == {}
    second = change(call, key, revision=1, application={})
    assert second.status_code == 409
    assert second.json["detail"] == "It was changed since revision 1: it is now 2."
    assert read(call, key) == first.json


def test_is_decided_once_nothing_is_needed_and_then_not_changed(call: Call) -> None:
    key = enter(call, application={"CNT_CHILDREN": 1})["client_id"]
    early = decide(call, key)
    assert early.status_code == 409
    assert early.json["detail"].endswith("cannot be scored yet: it needs AMT_CREDIT.")
    assert change(call, key, revision=1, application=WHOLE).status_code == 200
    simulated = decide(call, key, changes={"AMT_CREDIT": 1000})
    assert (simulated.status_code, read(call, key)["state"]) == (201, "draft")
    assert decide(call, key).status_code == 201
    after = read(call, key)
    assert (after["state"], after["expires_at"]) == ("decided", None)
    late = change(call, key, revision=2, application=WHOLE)
    assert late.status_code == 409
    assert late.json["detail"].startswith("It is decided")
    assert decide(call, key).status_code == 201


@pytest.mark.parametrize("bureau", [[], BUREAU, [{**BUREAU[0], "CREDIT_ACTIVE": "?"}]])
def test_gets_what_the_same_application_gets_when_it_is_sent(
    call: Call, bureau: list[Any]
) -> None:
    body = {"application": {**WHOLE, "CODE_GENDER": "X"}, "bureau": bureau}
    sent = call("POST", "/v1/predictions", json=body).json
    own = decide(call, enter(call, **body)["client_id"]).json
    for one in (sent, own):
        del one["prediction_id"], one["client_id"], one["created_at"]
    assert own == sent


def test_is_a_client_wherever_one_is_asked_for(call: Call) -> None:
    risky = {**WHOLE, "AMT_CREDIT": 900000.0, "EXT_SOURCE_1": 0.0}
    key = enter(call, reference="Dupont", application=risky)["client_id"]
    decided = decide(call, key).json["prediction_id"]
    client = call("GET", f"/v1/clients/{key}", "officer").json
    assert (client["reference"], client["imported_at"]) == ("Dupont", None)
    assert client["standing"]["prediction_id"] == decided
    assert client["standing"]["latest"]["data_changed"] is False
    for path in (
        f"/v1/clients/{key}/similar",
        f"/v1/clients/{key}/predictions",
        f"/v1/features/AMT_CREDIT/distribution?client_id={key}",
        f"/v1/features/AMT_CREDIT/scatter?with=EXT_SOURCE_1&client_id={key}",
    ):
        assert call("GET", path, "officer").status_code == 200, path
    review = {"decision": "refused", "reason": "No.", "reviewer": "A. Martin"}
    for path, body in (("counterfactual", {}), ("letter", {}), ("review", review)):
        method = "GET" if path == "letter" else "POST"
        sent = {"json": body} if method == "POST" else {}
        address = f"/v1/predictions/{decided}/{path}"
        answered = call(method, address, "officer", **sent)
        assert answered.status_code < 300, (path, answered.text)
