"""Alerts that monitoring raises, and that people acknowledge."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from api.errors import Problem
from api.http import json_body
from api.http.auth import require_own_name, signer
from api.http.idempotency import once
from api.http.operations import ANALYST, Operation
from api.http.responses import answer, query
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.layout import EXAMPLES
from api.schemas.monitoring import (
    Acknowledgement,
    Alert,
    AlertList,
    AlertQuery,
    AlertRequest,
)
from api.scoring.request_forms import read_model
from api.services import services
from api.store.events.record import Reply
from api.store.monitoring import alerts
from api.store.monitoring.alerts import Document, StoredAlert

blueprint = Blueprint("alerts", __name__, url_prefix="/v1/alerts")
_SEVERITIES = ("critical", "warning", "info")
_NEW: Document = {
    "closed_at": None,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "signer": None,
    "note": None,
    "history": [],
}


@Operation(
    blueprint,
    "POST",
    "",
    "monitoring",
    "Open, update or close the alert of a cause",
    {201: Alert, 200: Alert},
    roles=ANALYST,
    description="201 when it opens one, 200 when it updates or closes the open "
    "one; 404 when there is none to close.",
    body=(AlertRequest,),
    problems=(404, 409, 410),
    body_examples={
        "open": {
            "cause": f"feature:{EXAMPLES['feature']}",
            "status": "open",
            "severity": "warning",
            "title": f"{EXAMPLES['feature']} has moved",
            "what": "Its median fell from 0.52 to 0.41 in four weeks.",
            "certainty": "Seen in each of the four weeks.",
            "action": "Ask the bureau whether its score was recalibrated.",
            "evidence": {"psi": 0.31},
            "report_id": None,
        }
    },
    replayable=True,
)
def report_alert() -> Response:
    body = read_model(AlertRequest, json_body.read(request))
    return once(lambda: _posted(body))


def _posted(body: AlertRequest) -> Reply:
    before = alerts.open_of(services().database, body.cause)
    if before is None and body.status == "closed":
        detail = f"There is no open alert of the cause {body.cause}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    moment = now()
    old = before.document if before else {"id": uuid7(), "opened_at": moment, **_NEW}
    step = {"at": moment, **_parts(body, ("status", "severity", "title"))}
    document = {
        **old,
        **_parts(body, tuple(AlertRequest.model_fields)),
        "updated_at": moment,
        "closed_at": moment if body.status == "closed" else None,
        "history": [*old["history"], step],
    }
    return _reply(document, before)


def _parts(body: AlertRequest, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(body, name) for name in names}


def _reply(document: Document, before: StoredAlert | None) -> Reply:
    status = HTTPStatus.OK if before else HTTPStatus.CREATED
    changes = (alerts.saving(document, before),)
    return Reply(status, encode(document), changes=changes)


@Operation(
    blueprint,
    "GET",
    "",
    "monitoring",
    "The alerts, most severe first",
    {200: AlertList},
    roles=ANALYST,
    query=AlertQuery,
)
def list_alerts() -> Response:
    documents = alerts.with_status(services().database, query(AlertQuery).status)
    return answer({"alerts": sorted(documents, key=_urgency)})


def _urgency(document: Document) -> tuple[bool, int]:
    return document["status"] != "open", _SEVERITIES.index(document["severity"])


@Operation(
    blueprint,
    "POST",
    "/<uuid:alert_id>/acknowledge",
    "monitoring",
    "Say that somebody has seen an alert",
    {200: Alert},
    roles=ANALYST,
    body=(Acknowledgement,),
    problems=(404, 409, 410),
    path_examples={"alert_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
    body_examples={"seen": {"by": "A. Martin", "note": "Asked the bureau."}},
    replayable=True,
)
def acknowledge_alert(alert_id: UUID) -> Response:
    body = read_model(Acknowledgement, json_body.read(request))
    require_own_name("/by", body.by)
    return once(lambda: _acknowledged(str(alert_id), body))


def _acknowledged(alert_id: str, body: Acknowledgement) -> Reply:
    before = alerts.find(services().database, alert_id)
    if before is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no alert {alert_id}.")
    acknowledged = {
        "acknowledged_at": now(),
        "acknowledged_by": body.by,
        "signer": signer().id,
        "note": body.note,
    }
    return _reply({**before.document, **acknowledged}, before)
