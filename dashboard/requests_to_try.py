"""Requests that a person may try on the API page, and the same for a terminal."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from language import _, mark

# Nothing but questions and scoring: a request to try changes nobody's decision.
READABLE = ("/v1/", "/health/", "/openapi.json")
SCORING = ("/v1/predictions", "/v1/predictions/batch")


@dataclass(frozen=True)
class Example:
    method: str
    path: str
    body: str = ""

    @property
    def records(self) -> bool:
        return self.method == "POST"


@dataclass(frozen=True)
class Request:
    """What is sent; `document` is the JSON body, None without one."""

    method: str
    path: str
    document: object = None


EXAMPLES = {
    mark("Decide on a known client"): Example(
        "POST", "/v1/predictions", '{"client_id": 100001}'
    ),
    mark("What if: a smaller loan"): Example(
        "POST",
        "/v1/predictions",
        '{"client_id": 100001, "changes": {"AMT_CREDIT": 100000}}',
    ),
    mark("Several at once"): Example(
        "POST",
        "/v1/predictions/batch",
        '{"predictions": [{"client_id": 100001}, {"client_id": 100002}],'
        ' "explain": false}',
    ),
    mark("The model"): Example("GET", "/v1/model"),
    mark("Search clients"): Example("GET", "/v1/clients?prefix=1000&limit=5"),
    mark("Is it ready?"): Example("GET", "/health/ready"),
}


def read_request(method: str, path: str, body: str) -> Request:
    """The request as typed; ValueError in words when it may not or cannot be sent."""
    path = path.strip()
    if method == "POST" and path not in SCORING:
        raise ValueError(_("Only {paths} can be tried.", paths=", ".join(SCORING)))
    if not path.startswith(READABLE) or ".." in path or not path.isprintable():
        raise ValueError(_("A path begins with {paths}.", paths=", ".join(READABLE)))
    if method == "GET":
        return Request(method, path)
    try:
        return Request(method, path, json.loads(body))
    except ValueError as error:
        raise ValueError(_("The body is not JSON: {error}", error=error)) from error


def curl(request: Request, address: str) -> str:
    """The matching command line; the key is named, never shown."""
    lines = [f"curl -s {shlex.quote(address + request.path)}"]
    lines.append('-H "Authorization: Bearer $DASHBOARD_API_KEY"')
    if request.document is not None:
        lines.append('-H "Content-Type: application/json"')
        document = json.dumps(request.document, ensure_ascii=False)
        lines.append(f"-d {shlex.quote(document)}")
    return " \\\n  ".join(lines)
