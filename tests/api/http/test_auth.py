"""Every route, every kind of key: what is not allowed never succeeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.http import openapi
from api.http.operations import Operation
from api.rate_limit import RateLimit
from api.store.keys import ApiKey, KnownKeys, Role

OPEN = {"/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/start.js"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
BAD = [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "wrong"]

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def routes(app: Flask) -> Iterator[tuple[str, str, Operation]]:
    """Method, path with its example, and declaration of each."""
    for rule, operation in openapi.operations(app):
        with app.test_request_context():
            path = app.url_map.bind("").build(rule.endpoint, operation.path_examples)
        (method,) = (rule.methods or set()) - {"HEAD"}
        yield method, path, operation


def test_only_these_routes_need_no_key(app: Flask) -> None:
    found = {path for _, path, operation in routes(app) if operation.roles is None}
    assert found == OPEN
    for path in OPEN:
        assert app.test_client().get(path).status_code == 200


def test_no_route_takes_another_role(app: Flask, call: Any) -> None:
    for method, path, operation in routes(app):
        for role in Role:
            if operation.roles and role not in operation.roles:
                assert call(method, path, role).status_code == 403, (path, role)


def test_each_route_takes_each_of_its_roles(app: Flask, call: Any) -> None:
    for method, path, operation in routes(app):
        for role in operation.roles or Role:
            assert call(method, path, role).status_code not in (401, 403), (path, role)


@pytest.mark.parametrize("header", BAD)
def test_no_route_and_no_method_takes_a_bad_key(app: Flask, header: str | None) -> None:
    _refused_everywhere(app, header)


@pytest.mark.usefixtures("own")
def test_no_route_takes_a_revoked_or_expired_key(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = app.test_cli_runner().invoke
    roles = [f"--role={role}" for role in Role]
    expiring = ["--expires", "2999-01-31T12:00:00"]
    revoked = run(args=["keys", "add", "gone", *roles]).stdout.strip()
    expired = run(args=["keys", "add", "guest", *roles, *expiring]).stdout.strip()
    assert run(args=["keys", "revoke", "gone"]).exit_code == 0
    monkeypatch.setattr("api.store.keys.now", lambda: "2999-01-31T12:00:00.000000Z")
    for secret in (revoked, expired):
        assert len(secret) == 43
        _refused_everywhere(app, f"Bearer {secret}")


def _refused_everywhere(app: Flask, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for served, path, operation in routes(app):
        if operation.roles is None:
            continue
        for method in METHODS:
            answered = app.test_client().open(path, method=method, headers=headers)
            _refused(answered, served, method)


def _refused(response: TestResponse, served: str, method: str) -> None:
    if method == served or (method, served) == ("HEAD", "GET"):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    else:
        assert response.status_code in (401, 405)


def test_a_forbidden_answer_names_the_role(call: Any) -> None:
    response = call("GET", "/v1/clients", "admin")
    assert response.json["detail"] == (
        "This needs the role officer; this request has admin."
    )


def test_a_revoked_key_is_refused_within_a_second(
    app: Flask, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("api.store.keys.monotonic", lambda: clock[0])
    assert call("GET", "/v1/model", "admin").status_code == 200
    run = app.test_cli_runner().invoke
    assert run(args=["keys", "revoke", "admin"]).exit_code == 0
    clock[0] += 0.99
    assert call("GET", "/v1/model", "admin").status_code == 200
    clock[0] += 0.01
    assert call("GET", "/v1/model", "admin").status_code == 401
    assert run(args=["keys", "revoke", "admin"]).exit_code == 1
    assert run(args=["keys", "add", "admin", "--role", "admin"]).exit_code == 1


def test_a_key_is_looked_up_once_a_second_and_no_stranger_is_kept(
    app: Flask, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, looked_up = [100.0], list[str]()
    monkeypatch.setattr("api.store.keys.monotonic", lambda: clock[0])
    monkeypatch.setattr("api.store.keys.MOST_KEPT", 2)
    keys, read = app.extensions["scoring"].keys, KnownKeys._read

    def counted(known: KnownKeys, sha256: str) -> ApiKey | None:
        looked_up.append(sha256)
        return read(known, sha256)

    monkeypatch.setattr(KnownKeys, "_read", counted)
    for _ in range(3):
        assert call("GET", "/v1/model", "admin").status_code == 200
    assert len(looked_up) == 1
    assert [keys.find("a stranger's") for _ in range(3)] == [None] * 3
    assert (len(looked_up), len(keys._kept)) == (4, 1)
    for role in ("admin", "officer", "scoring"):
        call("GET", "/v1/model", role)
    assert len(keys._kept) <= 2


def test_a_key_is_shown_once_and_kept_as_a_hash(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    made = run(args=["keys", "add", "till", "--role", "scoring", "--role", "officer"])
    secret = made.stdout.strip()
    assert len(secret) == 43
    listed = run(args=["keys", "list"]).output
    assert "till\tofficer,scoring" in listed
    assert secret not in listed
    headers = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/v1/clients", headers=headers).status_code == 200


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "named",
    [[], ["analyst"], ["officer", "scoring"], ["delegate", "admin"], [*Role]],
    ids=",".join,
)
def test_a_delegate_has_those_of_its_roles_that_the_person_has(
    app: Flask, named: list[str]
) -> None:
    counted = {"officer", "analyst"} & set(named)
    headers = delegated(app, {"name": "Zoë", "sub": "7", "roles": named})
    for method, path, operation in routes(app):
        response = app.test_client().open(path, method=method, headers=headers)
        refused = bool(operation.roles and not operation.roles & counted)
        assert (response.status_code == 403) == refused, path
        if operation.roles is not None:
            told = ", ".join(sorted(counted))
            assert response.headers["On-Behalf-Of-Roles"] == told


@pytest.mark.usefixtures("own")
def test_without_a_person_a_delegate_has_no_role(app: Flask) -> None:
    headers = delegated(app, None)
    for method, path, operation in routes(app):
        response = app.test_client().open(path, method=method, headers=headers)
        assert (response.status_code == 403) == bool(operation.roles), path
        assert "On-Behalf-Of-Roles" not in response.headers


def test_another_key_asks_for_nobody_else(call: Any) -> None:
    for told in ('{"name": "Ada", "roles": ["officer"]}', "{"):
        headers = {"On-Behalf-Of": told}
        response = call("GET", "/v1/alerts", "analyst", headers=headers)
        assert response.status_code == 403
        assert "no delegate" in response.json["detail"]
        assert "On-Behalf-Of-Roles" not in response.headers


@pytest.mark.parametrize(
    "told",
    [
        "",
        "Ada",
        "[]",
        '{"name": "Ada"}',
        '{"name": "", "roles": []}',
        '{"name": "Ada", "roles": "officer"}',
        '{"name": "Ada", "roles": ["teller"]}',
        '{"name": "Ada", "roles": [], "sub": 7}',
        '{"name": "Ada", "roles": [], "admin": true}',
        '{"name": "\\ud800", "roles": []}',
        '{"name": "Zo\xeb", "roles": []}',
        '{"name": "Ada", "roles": []}, {"name": "Ada", "roles": ["officer"]}',
    ],
)
def test_a_person_that_cannot_be_read_is_refused(call: Any, told: str) -> None:
    headers = {"On-Behalf-Of": told}
    response = call("GET", "/v1/model", "delegate", headers=headers)
    assert response.status_code == 400
    shown = told.replace("\xeb", "\\xeb")
    detail = response.json["detail"]
    assert detail.startswith("On-Behalf-Of: expected a JSON object in ASCII such as")
    assert detail.endswith(f"; found: {shown}")


@pytest.mark.usefixtures("own")
def test_who_is_denied_leaves_a_trace_with_address_and_reason(
    app: Flask,
    call: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, client = app.test_cli_runner().invoke, app.test_client()
    add = ["keys", "add", "--role=admin"]
    secrets = {
        "revoked": run(args=[*add, "gone"]).stdout.strip(),
        "expired": run(args=[*add, "guest", "--expires=2999-01-31"]).stdout.strip(),
        "unknown": "a-guess",
    }
    run(args=["keys", "revoke", "gone"])
    capsys.readouterr()
    monkeypatch.setattr("api.store.keys.now", lambda: "2999-02-01T12:00:00.000000Z")
    sent = {
        reason: {"Authorization": f"Bearer {key}"} for reason, key in secrets.items()
    }
    sent |= {"none": {}, "malformed": {"Authorization": "Basic a-guess"}}
    told = []
    for headers in sent.values():
        more = {"headers": headers, "environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
        told.append(client.get("/v1/model", **more).get_json()["detail"])
    # A stranger is not told which it was.
    assert told[:3] == ["This key is not valid."] * 3
    call("GET", "/v1/clients", "admin")
    call("GET", "/v1/model", "admin", headers={"On-Behalf-Of": "{}"})
    sent |= {"role": {}, "no_delegate": {}}
    written = capsys.readouterr().err
    lines = [line for line in map(json.loads, written.splitlines()) if "denied" in line]
    assert [line["denied"] for line in lines] == list(sent)
    assert [line["key"] for line in lines] == [
        "gone",
        "guest",
        *[None] * 3,
        *["admin"] * 2,
    ]
    assert {line["address"] for line in lines} == {"192.0.2.7", "127.0.0.1"}
    assert not any(secret in written for secret in secrets.values())
    value = app.extensions["scoring"].metrics.registry.get_sample_value
    counted = [value("scoring_denied_total", {"reason": one}) for one in sent]
    assert counted == [1] * len(sent)


def test_who_is_denied_is_held_to_the_rate_and_holds_up_no_known_key(
    app: Flask, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    app.extensions["scoring"].rate_limit = RateLimit(2)
    client, guess = app.test_client(), {"Authorization": "Bearer a-guess"}
    assert call("GET", "/v1/model", "admin").status_code == 200
    assert [client.get("/v1/model").status_code for _ in range(5)] == [401] * 4 + [429]
    refused = client.get("/v1/model", headers=guess)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    # One that was not met here might be a guess, too.
    assert call("GET", "/v1/model", "officer").status_code == 429
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert call("GET", "/v1/model", "officer", **elsewhere).status_code == 200
    statuses = [call("GET", "/v1/clients", "admin").status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def delegated(app: Flask, person: Any) -> dict[str, str]:
    """The headers of a delegate that may be an officer or an analyst."""
    roles = [f"--role={role}" for role in ("delegate", "officer", "analyst")]
    made = app.test_cli_runner().invoke(args=["keys", "add", "dashboard", *roles])
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    return headers | ({"On-Behalf-Of": json.dumps(person)} if person else {})


@pytest.mark.usefixtures("own")
def test_a_key_is_of_no_use_once_it_has_expired(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = app.test_cli_runner().invoke
    add = ["keys", "add", "guest", "--role", "analyst", "--expires"]
    assert "would have expired" in run(args=[*add, "2020-01-31"]).output
    secret = run(args=[*add, "2999-01-31T12:00:00"]).stdout.strip()
    headers = {"Authorization": f"Bearer {secret}"}
    after = "2999-01-31T12:00:00.000000Z"
    assert f"valid until {after}" in run(args=["keys", "list"]).output
    client = app.test_client()
    assert client.get("/v1/model", headers=headers).status_code == 200
    monkeypatch.setattr("api.store.keys.now", lambda: after)
    refused = client.get("/v1/model", headers=headers)
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]
    assert f"expired {after}" in run(args=["keys", "list"]).output
