"""What was consulted of a client, and what they declared."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, request

from api.http import json_body
from api.http.auth import require_own_name, signer
from api.http.idempotency import once
from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.clients.evidence import (
    Declaration,
    DeclarationRequest,
    DeclarationsAnswer,
    Evidence,
    EvidenceAnswer,
    EvidenceRequest,
)
from api.scoring.request_forms import read_model
from api.services import services
from api.store.events.record import DECLARATION, EVIDENCE, Event, Reply
from api.store.people.clients import Client, still_known
from api.store.people.evidence import of_client
from api.store.people.notes import of_kind

blueprint = Blueprint("evidence", __name__, url_prefix="/v1/clients/<client_id>")
_CLIENT = {"client_id": 100001}


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
def list_evidence(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    with services().database.read() as connection:
        found = of_client(connection, key)
    return answer({"client_id": key, "evidence": found})


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
def add_evidence(client_id: str) -> Response:
    champion = services().champion()
    key = client_key(champion, client_id)
    body = read_model(EvidenceRequest, json_body.read(request))
    require_own_name("/author", body.author)
    facts = {"evidence": body.kind}
    return once(
        lambda: _reply(known_client(champion, key), EVIDENCE, body, facts),
    )


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
def list_declarations(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    found = of_kind(services().database, key, DECLARATION)
    return answer({"client_id": key, "declarations": found})


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
def add_declaration(client_id: str) -> Response:
    champion = services().champion()
    key = client_key(champion, client_id)
    body = read_model(DeclarationRequest, json_body.read(request))
    require_own_name("/author", body.author)
    return once(lambda: _reply(known_client(champion, key), DECLARATION, body, {}))


def _reply(
    client: Client,
    kind: str,
    body: EvidenceRequest | DeclarationRequest,
    facts: Mapping[str, str],
) -> Reply:
    recorded = {
        f"{kind}_id": uuid7(),
        "client_id": client.client_id,
        **body.model_dump(),
        "signer": signer().id,
        "created_at": now(),
    }
    event = Event(
        event_id=recorded[f"{kind}_id"],
        kind=kind,
        client_id=client.client_id,
        created_at=recorded["created_at"],
        bundle_sha256=None,
        answer=encode(recorded),
        facts=facts,
    )
    checks = still_known([client])
    return Reply(HTTPStatus.CREATED, event.answer, None, (event,), checks=checks)
