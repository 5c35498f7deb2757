"""Notes on a client, and decisions that the applicant contests."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, Operation
from api.schemas.work import (
    Contest,
    ContestRequest,
    ContestsAnswer,
    Note,
    NoteRequest,
    NotesAnswer,
)

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
def notes(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


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
def note(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


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
def contests(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


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
def contest(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")
