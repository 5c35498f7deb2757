"""The document tells everything, and what it tells is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api.errors import DatabaseUnavailable
from api.http import openapi
from api.http.operations import JSON
from api.schemas import answers
from api.store.events.record import Overtaken

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def document(app: Flask) -> Any:
    return app.test_client().get("/openapi.json").json


def test_every_route_is_documented_with_every_status(app: Flask, document: Any) -> None:
    for rule, operation in openapi.operations(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        (method,) = (rule.methods or set()) - {"HEAD"}
        if not operation.documented:
            assert path not in document["paths"]
            continue
        described = document["paths"][path][method.lower()]
        statuses = {int(status) for status in described["responses"]}
        same = {304} if operation.validated else set()
        assert statuses == {*operation.answers, *operation.statuses(), *same}
        assert bool(described["security"]) == (operation.roles is not None)
        assert len(described["parameters"]) >= rule.rule.count("<")


def test_every_operation_is_named_by_a_verb_and_a_thing(document: Any) -> None:
    """Of its own, as functions of generated clients are called by it."""
    told = [one for methods in document["paths"].values() for one in methods.values()]
    names = [operation["operationId"] for operation in told]
    assert len({*names}) == len(names) == 64
    verbs = {name.partition("_")[0] for name in names}
    ours = "acknowledge activate add assign begin change claim compute contest create"
    ours += " end export find get list make record release reload report review search"
    assert verbs == {*ours.split()}
    assert all("_" in name for name in names)
    assert {operation["tags"][0] for operation in told} == {
        tag["name"] for tag in document["tags"]
    }


def test_an_answer_that_is_no_json_says_what_it_is(document: Any) -> None:
    paths = document["paths"]
    for path, kind, binary in (
        ("/v1/predictions/{prediction_id}/letter", "application/pdf", True),
        ("/v1/events", "application/x-ndjson", False),
        ("/v1/model/card", "text/markdown", False),
    ):
        schema = paths[path]["get"]["responses"]["200"]["content"][kind]["schema"]
        assert (schema["type"], schema["contentMediaType"]) == ("string", kind)
        assert ("format" in schema) == binary


def test_every_reference_leads_somewhere(document: Any) -> None:
    references = set(
        re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document))
    )
    assert references <= document["components"]["schemas"].keys()
    assert {"Prediction", "KnownClient", "WhatIf", "NewApplicant"} <= references


def answered(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where a JSON answer or problem is described, and how."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    if "$ref" in content["schema"] or kind == "application/x-ndjson":
                        yield f"{method} {path} {status}", content


def shown(document: Any, content: dict[str, Any]) -> Any:
    """The example of an answer, or the value of the one that is referred to."""
    if "examples" not in content:
        return content.get("example")
    ((name, reference),) = content["examples"].items()
    assert reference == {"$ref": f"#/components/examples/{name}"}
    return document["components"]["examples"][name]["value"]


def test_every_answer_and_problem_has_an_example(document: Any) -> None:
    described = dict(answered(document))
    assert len(described) > 100
    assert [p for p, one in described.items() if shown(document, one) is None] == []
    for place, content in described.items():
        if "examples" in content:
            assert place.endswith(f" {shown(document, content)['status']}")


def test_every_example_of_an_answer_fits_its_schema(document: Any) -> None:
    validation = pytest.importorskip("jsonschema_rs")
    for place, content in answered(document):
        schema = {**content["schema"], "components": document["components"]}
        validator = validation.validator_for(schema)
        found = [one.message for one in validator.iter_errors(shown(document, content))]
        assert not found, place


@pytest.mark.parametrize(
    ("status", "path", "asked"),
    [
        (400, "/v1/predictions", {"data": b"NaN", "content_type": JSON}),
        (401, "/v1/predictions", {"headers": {"Authorization": "Bearer wrong"}}),
        (403, "/v1/clients", {}),
        (404, "/v1/clients/999999999", {"role": "officer"}),
        (413, "/v1/predictions", {"data": b" " * 1_048_577, "content_type": JSON}),
        (415, "/v1/predictions", {"data": b"{}", "content_type": "text/plain"}),
        (422, "/v1/predictions", {"json": {}}),
    ],
)
def test_a_refusal_is_as_its_example_says(
    call: Any, document: Any, status: int, path: str, asked: dict[str, Any]
) -> None:
    method = "GET" if "clients" in path else "POST"
    examples = document["components"]["examples"]
    assert call(method, path, **asked).json == examples[f"Problem{status}"]["value"]


def test_what_is_not_answered_now_is_as_its_example_says(
    app: Flask, call: Any, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def matches(status: int) -> bool:
        example = document["components"]["examples"][f"Problem{status}"]["value"]
        return bool(call("POST", "/v1/predictions", **asked).json == example)

    def fails(*_: object) -> None:
        raise failures[-1]

    asked = {"json": {"client_id": 100002}, "headers": {"Idempotency-Key": "k"}}
    services = app.extensions["scoring"]
    failures: list[Exception] = []
    with monkeypatch.context() as patch:
        patch.setattr(services.recorder, "record", fails)
        for status, error in (
            (409, Overtaken()),
            (500, ValueError()),
            (503, DatabaseUnavailable("the database is locked")),
        ):
            failures.append(error)
            assert matches(status)
    call("POST", "/v1/predictions", **asked)
    app.test_cli_runner().invoke(args=["clients", "forget", "100002"])
    assert matches(410)
    monkeypatch.setattr(services.rate_limit, "wait", lambda *_: 1)
    assert matches(429)


def test_every_example_of_a_body_is_accepted(call: Any, document: Any) -> None:
    """The new applicant's, whose columns this bundle has not, is not among them."""
    for path in ("/v1/predictions", "/v1/predictions/batch"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        examples = content["application/json"]["examples"]
        assert "new applicant" not in examples
        for example in examples.values():
            response = call("POST", path, json=example["value"])
            assert response.status_code in (200, 201)


def test_predictions_and_problems_have_the_documented_shape(call: Any) -> None:
    asked = {"predictions": [{"client_id": 100001}, {"client_id": 5}, {}]}
    response = call("POST", "/v1/predictions/batch", json=asked)
    first, second, third = answers.BatchAnswer.model_validate(response.json).predictions
    assert isinstance(first, answers.Prediction)
    assert isinstance(second, answers.ProblemAnswer)
    assert isinstance(third, answers.ProblemAnswer)


def test_the_documentation_page_loads_files_of_the_api_alone(app: Flask) -> None:
    page = app.test_client().get("/docs")
    assert page.content_type == "text/html; charset=utf-8"
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(named) == [
        "docs/start.js",
        "docs/swagger-ui-bundle.js",
        "docs/swagger-ui.css",
        "openapi.json",
    ]
    kinds = {".js": "text/javascript", ".css": "text/css", ".json": JSON}
    for name in named:
        file = app.test_client().get(f"/{name}")
        kind = kinds[Path(name).suffix]
        assert (file.status_code, file.mimetype) == (200, kind)
    for other in ("LICENSE", "..%2Fopenapi.py", "docs.html"):
        assert app.test_client().get(f"/docs/{other}").status_code == 404


def test_the_report_is_served_as_json_and_as_a_page(call: Any) -> None:
    report = call("GET", "/v1/monitoring/reports/latest", "analyst").json
    assert report["conclusion"] == "# Nothing moved\n"
    assert report["report"] == {"metrics": []}
    page = call("GET", "/v1/monitoring/reports/latest/html", "analyst")
    assert page.text == "<html>drift</html>\n"
    assert "sandbox" in page.headers["Content-Security-Policy"]


def test_the_model_card_is_markdown(call: Any) -> None:
    response = call("GET", "/v1/model/card", "officer")
    assert response.content_type == "text/markdown; charset=utf-8"
    assert response.text == "# credit-scoring, version 3\n"
    assert call("GET", "/v1/model/card?lang=en").text == response.text
    french = call("GET", "/v1/model/card?lang=fr")
    assert french.text == "# credit-scoring, version 3, en français\n"


def test_a_model_says_what_it_is(call: Any, world: Any) -> None:
    model = call("GET", "/v1/model").json
    assert model["version"] == "3"
    assert model["features"] == world.manifest["features"]
    for name, table in world.manifest["tables"].items():
        # A bundle made before columns had roles is answered with them.
        told = model["tables"][name]
        both = zip(told["columns"], table["columns"], strict=True)
        assert all(one.items() >= declared.items() for one, declared in both)
    columns = {one["name"]: one for one in model["tables"]["application"]["columns"]}
    assert columns["AMT_CREDIT"]["role"] == "amount"
    assert columns["AMT_CREDIT"]["term"]["reach"] == [0.3, 1.3]
    known = {"name": "amount", "lowest": 0.3, "highest": 1.3, "relative": True}
    assert model["negotiable"] == [known]
    assert columns["AMT_OTHER"].keys().isdisjoint({"role", "term"})
    assert model["tables"]["bureau"]["origin"] == "credit_bureau"
    assert [reason["code"] for reason in model["reasons"]] == ["R01", "R02", "R03"]
