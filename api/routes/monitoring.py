"""Monitoring reports; for now the one in the bundle, training against test data."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.answering import answer
from api.bundle import Bundle
from api.errors import Problem
from api.operations import HTML, Operation, route
from api.schemas.answers import Report
from api.services import services
from api.store.keys import Role

blueprint = Blueprint("monitoring", __name__, url_prefix="/v1/monitoring")
_ANALYST = frozenset({Role.ANALYST})
# The report is a page with its own scripts: let it reach nothing else.
_SANDBOX = (
    "sandbox allow-scripts; default-src 'unsafe-inline' 'unsafe-eval' data: blob:"
)


@route(
    blueprint,
    "GET",
    "/reports/latest",
    Operation(
        "monitoring",
        "The newest report, with its conclusion",
        {200: Report},
        roles=_ANALYST,
        problems=(404,),
    ),
)
def latest() -> Response:
    bundle = services().champion().bundle
    conclusion = _drift(bundle, "conclusion.md").decode()
    _drift(bundle, "report.json")
    return answer(
        {
            "id": f"train-test-{bundle.sha256[:16]}",
            "kind": "train_test",
            "created_at": bundle.manifest.model.created_at,
            "conclusion": conclusion,
            "report": bundle.json("drift/report.json"),
        }
    )


@route(
    blueprint,
    "GET",
    "/reports/latest/html",
    Operation(
        "monitoring",
        "The newest report as a page",
        {200: HTML},
        roles=_ANALYST,
        problems=(404,),
    ),
)
def latest_html() -> Response:
    page = _drift(services().champion().bundle, "report.html")
    headers = {"Content-Security-Policy": _SANDBOX}
    return Response(page, headers=headers, content_type=f"{HTML}; charset=utf-8")


def _drift(bundle: Bundle, name: str) -> bytes:
    found = bundle.files.get(f"drift/{name}")
    if found is None:
        detail = f"The bundle holds no drift/{name}: it was exported without a report."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return found
