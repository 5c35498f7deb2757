"""The API about itself."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, current_app, request

from api.errors import BundleError, Problem
from api.http import openapi
from api.http.openapi_lender import lent
from api.http.operations import HTML, JSON, Operation
from api.http.responses import answer
from api.services import services

blueprint = Blueprint("documentation", __name__)
# The page needs its own address and nothing else; images are in the style sheet.
_ITSELF = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_OWN = Path(__file__).parents[1] / "swagger"
_BUNDLED = Path(flask_swagger_ui.__file__).parent / "dist"
_FILES = {
    "start.js": (_OWN, "text/javascript"),
    "swagger-ui-bundle.js": (_BUNDLED, "text/javascript"),
    "swagger-ui.css": (_BUNDLED, "text/css"),
}


@Operation(
    blueprint,
    "GET",
    "/openapi.json",
    "documentation",
    "This API as OpenAPI 3.1",
    {200: JSON},
    roles=None,
    validated=True,
)
def get_document() -> Response:
    told = openapi.document(current_app)
    if request.script_root:
        told["servers"][0]["url"] = request.script_root
    try:
        return answer(lent(told, services().champion().manifest))
    except BundleError:
        return answer(told)


@Operation(
    blueprint,
    "GET",
    "/docs",
    "documentation",
    "This API as a page",
    {200: HTML},
    roles=None,
    validated=True,
)
def get_documentation() -> Response:
    text = (_OWN / "docs.html").read_bytes()
    headers = {"Content-Security-Policy": _ITSELF}
    return Response(text, headers=headers, content_type=f"{HTML}; charset=utf-8")


@Operation(
    blueprint,
    "GET",
    "/docs/<name>",
    "documentation",
    "A file of the page",
    {},
    roles=None,
    path_examples={"name": "start.js"},
    validated=True,
    documented=False,
)
def get_documentation_file(name: str) -> Response:
    if name not in _FILES:
        raise Problem(HTTPStatus.NOT_FOUND, f"The page has no file {name}.")
    folder, kind = _FILES[name]
    content = (folder / name).read_bytes()
    return Response(content, content_type=f"{kind}; charset=utf-8")
