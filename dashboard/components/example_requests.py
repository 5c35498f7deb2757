"""Requests that a person may try on the API page, and the same for a terminal."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api_client.answers import ModelAnswer
from session.language import _, mark

# Nothing but questions and scoring: a request to try changes nobody's decision.
READABLE = ("/v1/", "/health/", "/openapi.json")
SCORING = ("/v1/predictions", "/v1/predictions/batch")


@dataclass(frozen=True)
class Example:
    """`role` is the one that the API asks for; empty when any will do."""

    method: str
    path: str
    role: str = ""
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
        "POST", "/v1/predictions", "scoring", '{"client_id": 100001}'
    ),
    mark("What if: a smaller loan"): Example(
        "POST",
        "/v1/predictions",
        "scoring",
        '{"client_id": 100001, "terms": {"amount": 100000}}',
    ),
    mark("Several at once"): Example(
        "POST",
        "/v1/predictions/batch",
        "scoring",
        '{"predictions": [{"client_id": 100001}, {"client_id": 100002}],'
        ' "explain": false}',
    ),
    mark("Search clients"): Example(
        "GET", "/v1/clients?prefix=1000&limit=5", "officer"
    ),
    mark("The model"): Example("GET", "/v1/model"),
    mark("Open alerts"): Example("GET", "/v1/alerts?status=open", "analyst"),
    mark("Drift reports"): Example(
        "GET", "/v1/monitoring/reports?kind=train_test&limit=5", "analyst"
    ),
    mark("What happened, under pseudonyms"): Example(
        "GET", "/v1/events?limit=5&features=none", "analyst"
    ),
    mark("Is it ready?"): Example("GET", "/health/ready"),
}


def examples_for(roles: Sequence[str], model: ModelAnswer) -> dict[str, Example]:
    """Those that the API answers to a person of these roles, keys of its lender's."""
    key = json.dumps if model.text_keys else str

    def filled(body: str) -> str:
        return re.sub(r"\b10000\d\b", lambda number: key(number[0]), body)

    return {
        name: replace(example, body=filled(example.body))
        for name, example in EXAMPLES.items()
        if not example.role or example.role in roles
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
    """The matching command line, for a program with a key of its own."""
    lines = [f"curl -s {shlex.quote(address + request.path)}"]
    lines.append('-H "Authorization: Bearer $SCORING_KEY"')
    if request.document is not None:
        lines.append('-H "Content-Type: application/json"')
        document = json.dumps(request.document, ensure_ascii=False)
        lines.append(f"-d {shlex.quote(document)}")
    return " \\\n  ".join(lines)
