"""The document tells everything, and what it tells is true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from api import openapi
from api.schemas import answers, monitoring

ANSWERS = {
    "/health/live": answers.Health,
    "/health/ready": answers.Health,
    "/v1/model": answers.ModelAnswer,
    "/v1/model/importance": answers.Importance,
    "/v1/monitoring/reports/latest": monitoring.Report,
}

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def document(app: Flask) -> Any:
    return app.test_client().get("/openapi.json").json


def test_every_route_is_documented_with_every_status(app: Flask, document: Any) -> None:
    for rule, operation in openapi.operations(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        (method,) = (rule.methods or set()) - {"HEAD"}
        described = document["paths"][path][method.lower()]
        statuses = {int(status) for status in described["responses"]}
        same = {304} if operation.validated else set()
        assert statuses == {*operation.answers, *operation.statuses(), *same}
        assert ("security" in described) == (operation.roles is not None)
        assert len(described["parameters"]) >= rule.rule.count("<")


def test_every_reference_leads_somewhere(document: Any) -> None:
    references = set(
        re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document))
    )
    assert references <= document["components"]["schemas"].keys()
    assert {"Prediction", "KnownClient", "WhatIf", "NewApplicant"} <= references


def test_every_example_of_a_body_is_accepted(call: Any, document: Any) -> None:
    """All but the new applicant, whose columns are those of the bundle."""
    for path in ("/v1/predictions", "/v1/predictions/batch"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        examples = content["application/json"]["examples"]
        examples.pop("new applicant", None)
        for example in examples.values():
            response = call("POST", path, json=example["value"])
            assert response.status_code in (200, 201)


@pytest.mark.parametrize("path", ANSWERS)
def test_answers_have_the_documented_shape(call: Any, path: str) -> None:
    ANSWERS[path].model_validate(call("GET", path, "analyst").json)


def test_predictions_and_problems_have_the_documented_shape(call: Any) -> None:
    asked = {"predictions": [{"client_id": 100001}, {"client_id": 5}, {}]}
    response = call("POST", "/v1/predictions/batch", json=asked)
    first, second, third = answers.BatchAnswer.model_validate(response.json).predictions
    assert isinstance(first, answers.Prediction)
    assert isinstance(second, answers.ProblemAnswer)
    assert isinstance(third, answers.ProblemAnswer)


def test_the_page_needs_nothing_from_elsewhere(app: Flask, document: Any) -> None:
    response = app.test_client().get("/docs")
    assert response.content_type.startswith("text/html")
    assert "<script" not in response.text
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", response.text)
    for path in document["paths"]:
        assert path in response.text
    assert response.text.count("curl ") >= len(document["paths"])


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


def test_a_model_says_what_it_is(call: Any, world: Any) -> None:
    model = call("GET", "/v1/model").json
    assert model["version"] == "3"
    assert model["features"] == world.manifest["features"]
    assert model["tables"] == world.manifest["tables"]
    assert [reason["code"] for reason in model["reasons"]] == ["R01", "R02", "R03"]
