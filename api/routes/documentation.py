"""The API about itself."""

from __future__ import annotations

import json
from functools import partial

from flask import Blueprint, Response, current_app, render_template, request

from api import openapi
from api.answering import answer
from api.operations import HTML, JSON, Operation, route

blueprint = Blueprint("documentation", __name__)
_readable = partial(json.dumps, ensure_ascii=False, indent=2)
_NO_SCRIPTS = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@route(
    blueprint,
    "GET",
    "/openapi.json",
    Operation(
        "documentation",
        "This API as OpenAPI 3.1",
        {200: JSON},
        roles=None,
        validated=True,
    ),
)
def document() -> Response:
    return answer(openapi.document(current_app))


@route(
    blueprint,
    "GET",
    "/docs",
    Operation(
        "documentation",
        "This API as a page",
        {200: HTML},
        roles=None,
        validated=True,
    ),
)
def page() -> Response:
    api = openapi.document(current_app)
    address = request.host_url.rstrip("/")
    text = render_template("docs.html", api=api, address=address, json=_readable)
    headers = {"Content-Security-Policy": _NO_SCRIPTS}
    return Response(text, headers=headers, content_type=f"{HTML}; charset=utf-8")
