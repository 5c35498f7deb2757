"""What was consulted of a client, and what they declared."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, Operation
from api.schemas.clients.evidence import (
    Declaration,
    DeclarationRequest,
    DeclarationsAnswer,
    Evidence,
    EvidenceAnswer,
    EvidenceRequest,
)

blueprint = Blueprint("evidence", __name__, url_prefix="/v1/clients/<client_id>")
_CLIENT = {"client_id": 100001}


def _not_yet() -> Problem:
    return Problem(HTTPStatus.NOT_IMPLEMENTED, "Not yet.")


@Operation(
    blueprint,
    "GET",
    "/evidence",
    "clients",
    "What was consulted of a client",
    {200: EvidenceAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_CLIENT,
)
def evidence(client_id: str) -> Response:
    raise _not_yet()


@Operation(
    blueprint,
    "POST",
    "/evidence",
    "clients",
    "Record that something was consulted",
    {201: Evidence},
    roles=OFFICER,
    body=(EvidenceRequest,),
    problems=(404,),
    path_examples=_CLIENT,
    body_examples={
        "register": {
            "kind": "register",
            "source": "FICP",
            "reference": "2026-11-0042",
            "result": "negative",
            "consulted_at": "2026-10-31",
            "author": "A. Martin",
        }
    },
    replayable=True,
)
def record_evidence(client_id: str) -> Response:
    raise _not_yet()


@Operation(
    blueprint,
    "GET",
    "/declarations",
    "clients",
    "What a client declared",
    {200: DeclarationsAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_CLIENT,
)
def declarations(client_id: str) -> Response:
    raise _not_yet()


@Operation(
    blueprint,
    "POST",
    "/declarations",
    "clients",
    "Record what a client declares; decisions from now on rest on it",
    {201: Declaration},
    roles=OFFICER,
    body=(DeclarationRequest,),
    problems=(404,),
    path_examples=_CLIENT,
    body_examples={
        "declared": {
            "monthly_income": 2100.0,
            "housing": 650.0,
            "other_instalments": 120.0,
            "dependants": 1,
            "author": "A. Martin",
        }
    },
    replayable=True,
)
def declare(client_id: str) -> Response:
    raise _not_yet()
