"""Failures and logs tell what operators need, and nothing about people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def test_an_unexpected_failure_is_a_problem_without_details(
    app: Flask,
    call: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("client 100001 earns 5000")

    monkeypatch.setattr("api.scoring.predict._subjects", fail)
    asked = {"client_id": 100001}
    headers = {"X-Request-ID": "req-1"}
    response = call("POST", "/v1/predictions", json=asked, headers=headers)
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert response.headers["X-Request-ID"] == "req-1"
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    failure, request = lines[-2:]
    assert failure["message"] == "unexpected KeyError"
    assert failure["request_id"] == "req-1"
    assert failure["at"][-1].endswith("fail")
    assert "100001" not in str(lines)
    assert request["route"] == "/v1/predictions"
    assert request["status"] == 500


def test_a_log_line_names_who_asked_by_key_and_pseudonym(
    call: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"On-Behalf-Of": '{"name": "Ada", "sub": "248289", "roles": []}'}
    call("GET", "/v1/model", "delegate", headers=told)
    call("GET", "/v1/model", "officer", headers=told)
    started, *lines = map(json.loads, capsys.readouterr().err.splitlines())
    assert started["message"].startswith(("database: SQLite 3.", "database: Postgre"))
    who = [(line["key"], line["on_behalf_of"]) for line in lines]
    assert who == [("delegate", "248289"), ("officer", None)]
    assert {line["commit"] for line in lines} == {"unknown"}
    assert "Ada" not in str(lines)


def test_a_request_id_is_made_when_none_or_a_bad_one_is_given(app: Flask) -> None:
    client = app.test_client()
    first = client.get("/health/live").headers["X-Request-ID"]
    bad = client.get("/health/live", headers={"X-Request-ID": "a b"})
    assert len(first) == len(bad.headers["X-Request-ID"]) == 32


def test_paths_in_the_log_hold_no_client(
    call: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call("GET", "/v1/clients/100001", "officer")
    line = capsys.readouterr().err
    assert '"route": "/v1/clients/<client_id>"' in line
    assert "100001" not in line
