"""Headers, validators and compression; how often a key may ask."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from api import create_app
from api.config import Config
from api.errors import (
    BundleError,
    DatabaseUnavailable,
    EventsError,
    NotPrepared,
    Problem,
)
from api.http import openapi

SHARED = ["/v1/model", "/v1/model/importance", "/openapi.json", "/docs/start.js"]

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.mark.parametrize("path", SHARED)
def test_what_has_not_changed_is_not_sent_again(call: Any, path: str) -> None:
    first = call("GET", path)
    again = call("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = call("GET", path, headers={"If-None-Match": 'W/"other"'})
    assert (other.status_code, other.data) == (200, first.data)
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/v1/model", "/openapi.json", "/docs/swagger-ui.css"])
def test_compresses_what_is_not_about_a_person(call: Any, path: str) -> None:
    plain = call("GET", path)
    small = call("GET", path, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data)
    assert small.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    refused = call("GET", path, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_personal_data_is_neither_kept_nor_compressed(call: Any) -> None:
    about = [
        call("GET", "/v1/clients/100001", "officer", headers=ZIPPED),
        call("POST", "/v1/predictions", json={"client_id": 100001}, headers=ZIPPED),
        call(
            "GET",
            "/v1/features/AMT_CREDIT/distribution?client_id=100001",
            "officer",
            headers=ZIPPED,
        ),
    ]
    for response in about:
        assert response.status_code in (200, 201)
        assert response.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in response.headers
        assert "ETag" not in response.headers


ZIPPED = {"Accept-Encoding": "gzip"}


def test_every_answer_is_hard_to_abuse_in_a_browser(app: Any, call: Any) -> None:
    for path in [*SHARED, "/docs", "/v1/clients/1", "/nothing", "/health/ready"]:
        headers = call("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert len(headers["X-Request-ID"]) == 32


def test_a_key_that_asks_too_often_is_told_when_to_come_back(
    world: Any, url: str, template: Any
) -> None:
    settings = Config(bundle=world.bundle, database_url=url, rate_per_second=0.001)
    app = create_app(settings)
    ask = app.test_client().get

    def status(role: str) -> Any:
        headers = {"Authorization": f"Bearer {template[1][role]}"}
        return ask("/v1/model", headers=headers)

    assert status("scoring").status_code == 200
    refused = status("scoring")
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert 900 < int(refused.headers["Retry-After"]) <= 1000
    assert status("officer").status_code == 200
    assert ask("/health/live").status_code == 200
    app.extensions["scoring"].database.close()


@pytest.mark.parametrize(
    ("length", "declared", "taken"), [(9, True, 9), (9, False, 9), (70_000, True, 0)]
)
def test_an_answer_waits_for_the_rest_of_a_small_body_that_nobody_read(
    app: Any, length: int, declared: bool, taken: int
) -> None:
    body = BytesIO(b" " * length)
    said = {"content_length": length} if declared else {}
    refused = app.test_client().post("/v1/predictions", input_stream=body, **said)
    assert (refused.status_code, body.tell()) == (401, taken)


def test_every_operation_says_which_status_comes_with_retry_after(app: Any) -> None:
    document = openapi.document(app)
    for methods in document["paths"].values():
        for operation in methods.values():
            for status in {"429", "503"} & operation["responses"].keys():
                assert "Retry-After" in operation["responses"][status]["headers"]


def test_whatever_cannot_be_answered_now_says_when_to_ask_again(app: Flask) -> None:
    """503 of ours, of a database, of a model, and of the framework."""
    failures = iter(
        (
            Problem(HTTPStatus.SERVICE_UNAVAILABLE, "It is about to stop."),
            DatabaseUnavailable("locked"),
            NotPrepared("db upgrade"),
            BundleError("manifest.json"),
            EventsError("event 7"),
            ServiceUnavailable(),
        )
    )

    @app.before_request
    def fail() -> None:
        raise next(failures)

    for _ in range(6):
        answer = app.test_client().get("/health/live")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
