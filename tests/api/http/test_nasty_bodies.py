"""Bodies, headers and addresses as no schema would make them up."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from api.http import openapi

DEEP = 100_000
BODIES = [
    b"",
    b" ",
    b"\x00",
    b"null",
    b"true",
    b"0",
    b'""',
    b"[]",
    b"{",
    b"{}garbage",
    b"{'client_id': 1}",
    b'{"client_id": 1,}',
    b'{"client_id": 1, "client_id": 2}',
    b'{"a": {"b": 1, "b": 2}}',
    b'{"client_id": NaN}',
    b'{"client_id": -Infinity}',
    b'{"client_id": 1e999}',
    b'{"client_id": -1e999}',
    b'{"client_id": 1' + b"0" * 5_000 + b"}",
    b'{"client_id": 0.1e-99999}',
    b'{"client_id": "\\ud800"}',
    b'{"client_id": "\xff"}',
    b'{"\xed\xa0\x80": 1}',
    b"\xef\xbb\xbf{}",
    '{"client_id": 1}'.encode("utf-16"),
    b'{"client_id": "' + b"a" * 500_000 + b'"}',
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"__proto__": {"admin": true}}',
    b'{"client_id": {"$gt": 0}}',
    b'{"client_id": "1; DROP TABLE events"}',
    b'{"client_id": 100001, "changes": {"AMT_CREDIT": "450000"}}',
    b'{"client_id": 100001, "changes": {"AMT_CREDIT": [[]]}}',
    b'{"outcomes": [{"prediction_id": null}]}',
    b'{"terms": ["amount", "amount", ""]}',
    b'{"client_id": 100001, "terms": {}}',
    b'{"client_id": 100001, "terms": {"amount": 1e999}}',
    b'{"client_id": 100001, "terms": {"amount": 1}, "changes": {}}',
    b'{"client_id": 100001, "terms": ["amount"]}',
]
PATHS = [
    "/v1/clients/0",
    "/v1/clients/-1",
    "/v1/clients/" + "9" * 400,
    "/v1/clients/100001/",
    "/v1/clients/%00",
    "/v1/clients?prefix=%00",
    "/v1/clients?prefix=1&prefix=2",
    "/v1/clients?limit=1e1",
    "/v1/clients?cursor=-1",
    "/v1/clients?prefix=%F0%28%8C%28",
    "/v1/features/%2e%2e%2f/distribution",
    "/v1/features/" + "A" * 3_000 + "/distribution",
    "/v1/features/AMT_CREDIT/distribution?client_id=1.0",
    "/v1/features/AMT_CREDIT/distribution?client_id=99999999999999999999",
    "/v1/predictions/00000000-0000-0000-0000-00000000000g",
    "/v1/monitoring/reports/latest?kind=%27",
    "/v1/events?after=-1",
    "/v1/events?limit=100001",
]
JSON = "application/json"

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def everything(app: Flask, template: Any) -> dict[str, str]:
    """Headers of a key with every role."""
    roles = [f"--role={role}" for role in template[1].keys() - {"delegate", "desk"}]
    run = app.test_cli_runner().invoke
    key = run(args=["keys", "add", "everything", *roles]).stdout.strip()
    return {"Authorization": f"Bearer {key}"}


def is_problem(response: Any) -> bool:
    """A refusal that says so, and tells nothing of the inside."""
    assert 400 <= response.status_code < 500, (response.status_code, response.data)
    assert response.content_type == "application/problem+json"
    assert json.loads(response.data)["status"] == response.status_code
    return not re.search(rb"Traceback|sqlalchemy|\.py", response.data)


def test_no_nasty_body_is_accepted(app: Flask, everything: dict[str, str]) -> None:
    client = app.test_client()
    for rule, operation in openapi.operations(app):
        if not operation.body:
            continue
        with app.test_request_context():
            path = app.url_map.bind("").build(rule.endpoint, operation.path_examples)
        for body in BODIES:
            sent = client.post(path, data=body, headers=everything, content_type=JSON)
            assert is_problem(sent), (path, body[:60])
        for kind in ("", "text/html", "application/xml", "application/json5"):
            sent = client.post(path, data="{}", headers=everything, content_type=kind)
            assert is_problem(sent), (path, kind)


@pytest.mark.parametrize("path", PATHS)
def test_no_nasty_address_is_accepted(
    app: Flask, everything: dict[str, str], path: str
) -> None:
    assert is_problem(app.test_client().get(path, headers=everything))


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "\x7f"])
def test_no_nasty_idempotency_key_is_accepted(call: Any, key: str) -> None:
    headers = {"Idempotency-Key": key}
    asked = {"client_id": 100001}
    assert is_problem(call("POST", "/v1/predictions", json=asked, headers=headers))
