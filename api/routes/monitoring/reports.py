"""Monitoring reports: those posted, and the one in the bundle until one is."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.bundle.read import Bundle
from api.errors import Problem
from api.http import json_body
from api.http.idempotency import once
from api.http.operations import ANALYST, HTML, Operation
from api.http.responses import answer, query
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas import monitoring as schemas
from api.schemas.monitoring import LatestQuery, ReportQuery, ReportRequest
from api.scoring.request_forms import read_model
from api.services import services
from api.store.events.record import Reply
from api.store.monitoring import reports
from api.store.monitoring.reports import Entry, StoredReport

blueprint = Blueprint("monitoring", __name__, url_prefix="/v1/monitoring/reports")
_EXAMPLE = {"report_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"}
_BUNDLED = "train_test"
# The report is a page with its own scripts: let it reach nothing else.
_SANDBOX = (
    "sandbox allow-scripts; default-src 'unsafe-inline' 'unsafe-eval' data: blob:"
)


@Operation(
    blueprint,
    "POST",
    "",
    "monitoring",
    "Keep a report",
    {201: schemas.ReportEntry},
    roles=ANALYST,
    body=(ReportRequest,),
    problems=(409, 410),
    body_examples={
        "production": {
            "kind": "production",
            "conclusion": "# Nothing moved",
            "report": {"metrics": []},
            "html": None,
        }
    },
    body_factor=16,
    replayable=True,
)
def add_report() -> Response:
    body = read_model(ReportRequest, json_body.read(request))
    report = StoredReport(uuid7(), body.kind, now(), body.conclusion, body.report)
    entry = {"id": report.id, "kind": report.kind, "created_at": report.created_at}
    location = f"{blueprint.url_prefix}/{report.id}"
    changes = (reports.adding(report, body.html),)
    reply = Reply(HTTPStatus.CREATED, encode(entry), location, changes=changes)
    return once(lambda: reply)


@Operation(
    blueprint,
    "GET",
    "",
    "monitoring",
    "Which reports there are",
    {200: schemas.ReportList},
    roles=ANALYST,
    query=ReportQuery,
)
def list_reports() -> Response:
    params = query(ReportQuery)
    entries = _newest(params.kind, params.limit)
    return answer({"reports": [vars(entry) for entry in entries]})


@Operation(
    blueprint,
    "GET",
    "/latest",
    "monitoring",
    "The newest report, with its conclusion",
    {200: schemas.Report},
    roles=ANALYST,
    query=LatestQuery,
    description="Before a train_test report was posted, the one of the bundle is.",
    problems=(404,),
)
def get_latest_report() -> Response:
    return answer(vars(_find(_latest().id)))


@Operation(
    blueprint,
    "GET",
    "/latest/html",
    "monitoring",
    "The newest report as a page",
    {200: HTML},
    roles=ANALYST,
    query=LatestQuery,
    problems=(404,),
)
def get_latest_report_page() -> Response:
    return _page(_latest().id)


@Operation(
    blueprint,
    "GET",
    "/<report_id>",
    "monitoring",
    "A report, with its conclusion",
    {200: schemas.Report},
    roles=ANALYST,
    problems=(404,),
    path_examples=_EXAMPLE,
)
def get_report(report_id: str) -> Response:
    return answer(vars(_find(report_id)))


@Operation(
    blueprint,
    "GET",
    "/<report_id>/html",
    "monitoring",
    "A report as a page",
    {200: HTML},
    roles=ANALYST,
    problems=(404,),
    path_examples=_EXAMPLE,
)
def get_report_page(report_id: str) -> Response:
    return _page(report_id)


def _latest() -> Entry:
    kind = query(LatestQuery).kind
    entries = _newest(kind, 1)
    if not entries:
        detail = f"There is no report{f' of kind {kind}' if kind else ''}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return entries[0]


def _newest(kind: str | None, limit: int) -> list[Entry]:
    database = services().database
    entries = reports.newest(database, kind, limit)
    own = _bundled(services().champion().bundle)
    if own is None or kind not in (None, _BUNDLED) or len(entries) == limit:
        return entries
    if reports.newest(database, _BUNDLED, 1):
        return entries
    return [*entries, Entry(own.id, own.kind, own.created_at)]


def _find(report_id: str) -> StoredReport:
    report = reports.find(services().database, _storable(report_id))
    own = _bundled(services().champion().bundle)
    if report is None and own is not None and own.id == report_id:
        return own
    if report is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such report.")
    return report


def _page(report_id: str) -> Response:
    bundle = services().champion().bundle
    html = reports.page(services().database, _storable(report_id))
    own = _bundled(bundle)
    if html is None and own is not None and own.id == report_id:
        html = bundle.page("drift/report.html")
    if html is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no page of such a report.")
    headers = {"Content-Security-Policy": _SANDBOX}
    return Response(html, headers=headers, content_type=f"{HTML}; charset=utf-8")


def _storable(report_id: str) -> str:
    """An id that cannot be one asks for nothing."""
    return report_id if report_id.isascii() and report_id.isprintable() else ""


def _bundled(bundle: Bundle) -> StoredReport | None:
    """The bundle's comparison of training and test data."""
    needed = ("drift/conclusion.md", "drift/report.json")
    if any(name not in bundle.files for name in needed):
        return None
    return StoredReport(
        id=f"train-test-{bundle.sha256[:16]}",
        kind=_BUNDLED,
        created_at=bundle.manifest.model.created_at,
        conclusion=bundle.files["drift/conclusion.md"].decode(),
        report=bundle.json("drift/report.json"),
    )
