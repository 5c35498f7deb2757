"""Every route, every kind of key."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

ROLES = ("officer", "scoring", "analyst", "admin")
OPEN = ("/health/live", "/health/ready", "/openapi.json", "/docs")
NEEDED = {
    ("GET", "/v1/model"): ROLES,
    ("GET", "/v1/model/importance"): ROLES,
    ("GET", "/v1/features/AMT_CREDIT/distribution"): ROLES,
    ("GET", "/v1/clients"): ("officer",),
    ("GET", "/v1/clients/100001"): ("officer",),
    ("POST", "/v1/predictions"): ("scoring",),
    ("POST", "/v1/predictions/batch"): ("scoring",),
    ("GET", "/v1/predictions/019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"): ("officer",),
    ("GET", "/v1/monitoring/reports/latest"): ("analyst",),
    ("GET", "/v1/monitoring/reports/latest/html"): ("analyst",),
}

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def test_the_table_has_every_route(app: Flask) -> None:
    assert len(list(app.url_map.iter_rules())) == len(OPEN) + len(NEEDED)


def test_open_routes_need_no_key(app: Flask) -> None:
    for path in OPEN:
        assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize("route", NEEDED)
def test_each_route_takes_its_roles_and_no_other(
    call: Any, route: tuple[str, str]
) -> None:
    for role in ROLES:
        status = call(*route, role).status_code
        if role in NEEDED[route]:
            assert status in (200, 404, 415)
        else:
            assert status == 403


@pytest.mark.parametrize("route", NEEDED)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "wrong"]
)
def test_no_route_takes_a_bad_key(
    app: Flask, route: tuple[str, str], header: str | None
) -> None:
    method, path = route
    headers = {} if header is None else {"Authorization": header}
    response = app.test_client().open(path, method=method, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_forbidden_answer_names_the_role(call: Any) -> None:
    response = call("GET", "/v1/clients", "admin")
    assert response.json["detail"] == "This needs a key with the role officer."


def test_a_revoked_key_is_of_no_use(app: Flask, call: Any) -> None:
    assert call("GET", "/v1/model", "admin").status_code == 200
    run = app.test_cli_runner().invoke
    assert run(args=["keys", "revoke", "admin"]).exit_code == 0
    assert call("GET", "/v1/model", "admin").status_code == 401
    assert run(args=["keys", "revoke", "admin"]).exit_code == 1
    assert run(args=["keys", "add", "admin", "--role", "admin"]).exit_code == 1


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
