"""Notes on a client, and decisions that the applicant contests."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from api.errors import Problem
from api.http import json_body
from api.http.auth import require_own_name, signer
from api.http.idempotency import once
from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.client_keys import ClientKey
from api.schemas.work import (
    Contest,
    ContestRequest,
    ContestsAnswer,
    Note,
    NoteRequest,
    NotesAnswer,
)
from api.scoring.request_forms import read_model
from api.services import services
from api.store.database import Database
from api.store.events.record import CONTEST, NOTE, Event, Reply
from api.store.people import notes as recorded
from api.store.people.clients import Client, still_known
from api.store.people.predictions import still_kept
from api.store.people.standing import contesting, standing, still_contesting

blueprint = Blueprint("notes", __name__, url_prefix="/v1/clients/<client_id>")
_CLIENT = {"client_id": 100001}


@Operation(
    blueprint,
    "GET",
    "/notes",
    "clients",
    "What was noted on a client",
    {200: NotesAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_CLIENT,
)
def list_notes(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    found = recorded.of_kind(services().database, key, NOTE)
    return answer({"client_id": key, "notes": found})


@Operation(
    blueprint,
    "POST",
    "/notes",
    "clients",
    "Note something on a client",
    {201: Note},
    roles=OFFICER,
    body=(NoteRequest,),
    problems=(404,),
    path_examples=_CLIENT,
    body_examples={
        "note": {"text": "Asked for the last pay slip.", "author": "A. Martin"}
    },
    replayable=True,
)
def add_note(client_id: str) -> Response:
    champion = services().champion()
    key = client_key(champion, client_id)
    body = read_model(NoteRequest, json_body.read(request))
    require_own_name("/author", body.author)
    return once(lambda: _note(known_client(champion, key), body))


def _note(client: Client, body: NoteRequest) -> Reply:
    note: dict[str, Any] = {
        "note_id": uuid7(),
        "client_id": client.client_id,
        "text": body.text,
        "author": body.author,
        "signer": signer().id,
        "created_at": now(),
    }
    event = Event(
        event_id=note["note_id"],
        kind=NOTE,
        client_id=client.client_id,
        created_at=note["created_at"],
        bundle_sha256=None,
        answer=encode(note),
    )
    checks = still_known([client])
    return Reply(HTTPStatus.CREATED, event.answer, None, (event,), checks=checks)


@Operation(
    blueprint,
    "GET",
    "/contests",
    "clients",
    "Which decisions the applicant contested",
    {200: ContestsAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_CLIENT,
)
def list_contests(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    found = recorded.contests(services().database, key)
    return answer({"client_id": key, "contests": found})


@Operation(
    blueprint,
    "POST",
    "/contests",
    "clients",
    "The applicant contests the decision that stands",
    {201: Contest},
    roles=OFFICER,
    description="It waits on the work list until the next review of the client answers "
    "it. 409 when nothing stands, or one waits already.",
    body=(ContestRequest,),
    problems=(404, 409),
    path_examples=_CLIENT,
    body_examples={
        "contest": {
            "text": "The arrears were paid in March; a receipt is attached.",
            "received_on": "2026-10-31",
            "author": "A. Martin",
        }
    },
    replayable=True,
)
def contest_decision(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    body = read_model(ContestRequest, json_body.read(request))
    require_own_name("/author", body.author)
    days, database = services().config.contest_days, services().database
    return once(lambda: _contest(database, key, body, days))


def _contest(
    database: Database, client_id: ClientKey, body: ContestRequest, days: int
) -> Reply:
    last = contesting(database, client_id)
    if last and last.waits:
        detail = f"Contest {last.event_id} waits for an answer already."
        raise Problem(HTTPStatus.CONFLICT, detail)
    stands = standing(database, client_id)
    if stands is None:
        detail = "No decision stands for this client that could be contested."
        raise Problem(HTTPStatus.CONFLICT, detail)
    due_on = date.fromisoformat(body.received_on) + timedelta(days=days)
    contest: dict[str, Any] = {
        "contest_id": uuid7(),
        "client_id": client_id,
        "prediction_id": stands.decided.prediction_id,
        "text": body.text,
        "received_on": body.received_on,
        "due_on": due_on.isoformat(),
        "author": body.author,
        "signer": signer().id,
        "created_at": now(),
        "answered_by": None,
    }
    event = Event(
        event_id=contest["contest_id"],
        kind=CONTEST,
        client_id=client_id,
        created_at=contest["created_at"],
        bundle_sha256=None,
        answer=encode(contest),
        facts={name: contest[name] for name in ("received_on", "due_on")},
        subject_id=contest["prediction_id"],
    )
    checks = (
        still_contesting(client_id, event.event_id, last),
        *still_kept([stands.latest.prediction_id]),
    )
    return Reply(HTTPStatus.CREATED, event.answer, None, (event,), checks=checks)
