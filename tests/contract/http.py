"""A bare JSON client for tests: what a program of an integrator would send."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.conftest import Served


def call(served: Served, path: str, body: object = None) -> tuple[int, Any]:
    """GET, or POST when there is a body; the status and the JSON answered."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        served.url + path,
        data=data,
        headers={
            "Authorization": f"Bearer {served.key}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def predict(served: Served, **body: object) -> dict[str, Any]:
    status, answer = call(served, "/v1/predictions", body)
    assert status == 201, answer
    return dict(answer)


def some_clients(served: Served, count: int) -> list[int]:
    _, found = call(served, f"/v1/clients?limit={count}")
    return [one["client_id"] for one in found["clients"]]
