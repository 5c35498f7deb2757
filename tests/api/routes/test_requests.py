"""What cannot be true, or is not JSON, is refused by the name of the field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from pydantic_core import PydanticCustomError

from api.schemas.values import VISIBLE

GOOD = {"AMT_CREDIT": 100000, "CNT_CHILDREN": 0}

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ([], [""]),
        ({}, ["/client_id"]),
        ({"client_id": True}, ["/client_id"]),
        ({"client_id": "100001"}, ["/client_id"]),
        ({"client_id": 100001.5}, ["/client_id"]),
        ({"client_id": 2**63}, ["/client_id"]),
        ({"client_id": 100001, "a/b": 1}, ["/a~1b"]),
        ({"client_id": 100001, "explain": 1}, ["/explain"]),
        ({"client_id": 100001, "changes": None}, ["/changes"]),
        ({"client_id": 100001, "changes": {"AMT_CREDIT": -1}}, ["/changes/AMT_CREDIT"]),
        ({"client_id": 1, "changes": {"SK_ID_CURR": 2}}, ["/changes/SK_ID_CURR"]),
        ({"client_id": 1, "changes": {"AMT_CREDIT": None}}, ["/changes/AMT_CREDIT"]),
        (
            {"client_id": "1", "changes": {"AMT_CREDIT": -1, "explain": 1}},
            ["/client_id", "/changes/AMT_CREDIT", "/changes/explain"],
        ),
        ({"client_id": 1, "application": GOOD}, ["/client_id"]),
        (
            {"application": {"AMT_CREDIT": True}, "bureau": [1], "explain": 1},
            ["/explain", "/application/CNT_CHILDREN", "/application/AMT_CREDIT"]
            + ["/bureau/0"],
        ),
        ({"client_id": 1, "bureau": []}, ["/bureau"]),
        ({"application": {}}, ["/application/AMT_CREDIT", "/application/CNT_CHILDREN"]),
        ({"application": [GOOD]}, ["/application"]),
        ({"application": GOOD, "bureau": {}}, ["/bureau"]),
        ({"application": GOOD, "bureau": [1]}, ["/bureau/0"]),
        ({"application": GOOD, "bureau": [{}]}, ["/bureau/0/SK_ID_BUREAU"]),
        (
            {"application": GOOD, "previous_application": [{"SK_ID_PREV": 1}]},
            ["/previous_application"],
        ),
        (
            {"application": GOOD, "bureau": [{"SK_ID_BUREAU": 1, "SK_ID_CURR": 9}]},
            ["/bureau/0/SK_ID_CURR"],
        ),
    ],
)
def test_names_each_bad_field(call: Any, asked: Any, paths: list[str]) -> None:
    response = call("POST", "/v1/predictions", json=asked)
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert [error["path"] for error in response.json["errors"]] == paths


def test_a_whole_number_may_have_a_point(call: Any) -> None:
    """As in JSON Schema, in every place that takes an integer."""
    for asked in (
        {"client_id": 100001.0, "declared": {"dependants": 2.0}},
        {"client_id": 1.00001e5, "terms": {"amount": None}},
        {"application": GOOD | {"CNT_CHILDREN": 1.0}},
    ):
        assert call("POST", "/v1/predictions", json=asked).status_code == 201, asked
    entered = call("POST", "/v1/applications", "officer", json={}).json
    path = f"/v1/applications/{entered['client_id']}"
    changed = call("PUT", path, "officer", json={"revision": 1.0})
    assert changed.json["revision"] == 2


@pytest.mark.parametrize(
    ("query", "path", "detail"),
    [
        ("clients?limit=1_0", "limit", 'expected an integer, found "1_0"'),
        ("clients?limit=0", "limit", 'expected at least 1, found "0"'),
        ("clients?limit=101", "limit", 'expected at most 100, found "101"'),
        ("clients?prefix=a", "prefix", 'expected up to 19 digits, found "a"'),
        (
            "clients?cursor=x",
            "cursor",
            'expected the `next_cursor` of a page, found "x"',
        ),
        ("clients?other=1", "other", "is not known here"),
        ("work?borderline=yes", "borderline", 'expected true or false, found "yes"'),
        ("work?client_id=a", "client_id", 'expected an integer, found "a"'),
        (
            "work?since=2026-02-30",
            "since",
            'expected a day, YYYY-MM-DD, found "2026-02-30"',
        ),
        (
            "work?result=good",
            "result",
            "expected 'granted', 'referred', 'refused', 'withdrawn' or 'lapsed', "
            'found "good"',
        ),
        (
            "clients/100001/predictions?kind=decision&kind=simulation",
            "kind",
            "expected 'decision' or 'simulation', found [\"decision\", \"simulation\"]",
        ),
    ],
)
def test_says_of_a_parameter_what_it_expected(
    call: Any, query: str, path: str, detail: str
) -> None:
    response = call("GET", f"/v1/{query}", "officer")
    assert response.status_code == 422
    assert response.json["errors"] == [{"path": path, "detail": detail}]


def test_says_in_plain_sentences_what_a_body_may_hold(call: Any) -> None:
    evidence: dict[str, Any] = {
        "kind": "register",
        "source": "",
        "result": "none",
        "author": "A" * 201,
    }
    evidence |= {"amount": -1, "consulted_at": "2026-02-30"}
    response = call("POST", "/v1/clients/100001/evidence", "officer", json=evidence)
    said = {one["path"]: one["detail"] for one in response.json["errors"]}
    assert said == {
        "/source": "expected at least 1 character(s), found 0",
        "/result": "expected 'confirmed', 'contradicted', 'negative', 'positive' or "
        "'inconclusive', found \"none\"",
        "/amount": "expected at least 0, found -1",
        "/consulted_at": 'expected a day, YYYY-MM-DD, found "2026-02-30"',
        "/author": "expected at most 200 character(s), found 201",
    }


# A blank of each kind, and what is drawn as nothing.
UNSEEN = " \t\n\xa0\xad\u034f\u115f\u1680\u2003\u200b\u200d\u2028\u2060\u2800\u3000"
UNSEEN += "\u3164\ufe0f\ufeff\uffa0\U0001d173\U000e0020\U000e0100"


def test_a_text_for_people_has_something_to_see(call: Any) -> None:
    for unseen in (*UNSEEN, UNSEEN):
        with pytest.raises(PydanticCustomError, match="something can be seen, found"):
            VISIBLE.check(unseen)
        VISIBLE.check(f"{unseen}.{unseen}")
    for seen in ("é", "Ω", "\u2013", "\u0601", "中", "🙂", "क्\u200dष"):
        assert VISIBLE.check(seen) == seen
    body = {"decision": "granted", "reason": "\u200b", "reviewer": "\u2800 "}
    path = "/v1/predictions/019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01/review"
    refused = call("POST", path, "officer", json=body)
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json["errors"]] == ["/reason", "/reviewer"]
    told = '{"name": "\\u200b", "roles": []}'
    asked = call("GET", "/v1/model", "delegate", headers={"On-Behalf-Of": told})
    assert asked.status_code == 400


def test_every_text_of_a_body_that_must_be_given_is_to_be_seen(app: Flask) -> None:
    """All that say no other form, by the document."""
    document: Any = app.test_client().get("/openapi.json").json
    named = re.findall(r"'requestBody': .*?schemas/(\w+)'", str(document["paths"]))
    fields = {
        f"{name}.{field}": one.get("pattern")
        for name in {*named}
        for field, kind in document["components"]["schemas"][name]["properties"].items()
        for one in (kind, *kind.get("anyOf", ()))
        if one.get("type") == "string" and one.get("minLength")
    }
    assert len(fields) > 10
    assert {"ReviewRequest.reason", "NoteRequest.text", "AssignRequest.sub"} < {*fields}
    plain = {name for name, form in fields.items() if form != VISIBLE.pattern}
    # Which asks for letters or digits.
    assert plain == {"Draft.reference", "DraftChange.reference"}


@pytest.mark.parametrize(
    ("asked", "path", "detail"),
    [
        ([], "", "expected an object, found an array"),
        (5, "", "expected an object, found a number"),
        ({}, "/client_id", "is missing and must be given"),
        ({"client_id": None}, "/client_id", "expected an integer, found null"),
        ({"client_id": 1.5}, "/client_id", "expected an integer, found a fraction"),
        (
            {"client_id": 1e300},
            "/client_id",
            "expected an integer, found a number that is too large",
        ),
        ({"client_id": 1, "a": 1}, "/a", "is not known here"),
        (
            {"client_id": 1, "explain": "no"},
            "/explain",
            'expected a boolean or "reasons", found a text',
        ),
        (
            {"client_id": 1, "changes": []},
            "/changes",
            "expected an object, found an array",
        ),
        (
            {"client_id": 1, "changes": {"CODE_GENDER": 1}},
            "/changes/CODE_GENDER",
            "expected a text, found a number",
        ),
        (
            {"application": GOOD, "bureau": [1]},
            "/bureau/0",
            "expected an object, found a number",
        ),
        (
            {"application": GOOD, "bureau": {}},
            "/bureau",
            "expected an array, found an object",
        ),
    ],
)
def test_says_what_it_expected_and_what_came(
    call: Any, asked: Any, path: str, detail: str
) -> None:
    (error,) = call("POST", "/v1/predictions", json=asked).json["errors"]
    assert error == {"path": path, "detail": detail}


@pytest.mark.parametrize(
    "bad",
    [
        {"AMT_CREDIT": True},
        {"AMT_CREDIT": "100000"},
        {"AMT_CREDIT": 1e13},
        {"AMT_OTHER": 10**400},
        {"CNT_CHILDREN": 1.5},
        {"CNT_CHILDREN": 2**64},
        {"CNT_CHILDREN": 1e300},
        {"CNT_CHILDREN": None},
        {"CODE_GENDER": 1},
        {"CODE_GENDER": ["F"]},
        {"EXT_SOURCE_1": 1.01},
        {"AMT_CREDITS": 1},
    ],
)
def test_refuses_values_that_cannot_be_true(call: Any, bad: dict[str, Any]) -> None:
    response = call("POST", "/v1/predictions", json={"application": GOOD | bad})
    assert response.status_code == 422
    (error,) = response.json["errors"]
    assert error["path"] == f"/application/{next(iter(bad))}"


def test_refuses_wrong_types_sizes_routes_and_methods(call: Any) -> None:
    def status(method: str, path: str, **more: Any) -> int:
        response = call(method, path, **more)
        assert response.content_type == "application/problem+json"
        assert response.json["status"] == response.status_code
        return int(response.status_code)

    path = "/v1/predictions"
    assert status("POST", path, data="{}", content_type="text/plain") == 415
    assert status("POST", path, data=b"x" * 1_048_577, content_type=JSON) == 413
    assert status("POST", path, data=b"{", content_type=JSON) == 400
    assert status("GET", "/v1/nothing") == 404
    assert status("GET", "//v1/model") == 404
    assert status("DELETE", "/v1/model") == 405
    assert status("OPTIONS", "/v1/model") == 405
    assert call("PUT", path).headers["Allow"] == "POST"
    assert status("GET", "/v1/clients?limit=0", role="officer") == 422
    assert status("GET", "/v1/clients?limt=5", role="officer") == 422


@pytest.mark.parametrize("size", [0, 1001])
def test_refuses_a_batch_of_none_or_too_many(call: Any, size: int) -> None:
    asked = {"predictions": [{"client_id": 100001}] * size}
    response = call("POST", "/v1/predictions/batch", json=asked)
    assert response.status_code == 422
    assert response.json["errors"][0]["path"] == "/predictions"


JSON = "application/json"
