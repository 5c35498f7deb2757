"""Applications that are entered here."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, Operation
from api.schemas.applications import Draft, DraftAnswer, DraftChange, MissingAnswer
from api.schemas.layout import EXAMPLES

blueprint = Blueprint("applications", __name__, url_prefix="/v1/applications")
_DRAFT = {"client_id": "new-7k3m9q2x4w"}


@Operation(
    blueprint,
    "POST",
    "",
    "applications",
    "Begin an application, with as much of it as is known",
    {201: DraftAnswer},
    roles=OFFICER,
    description="Its `client_id` is accepted wherever a client's is. It can be decided "
    "once no column is `needed`; until then it is a draft, and erased after a time.",
    body=(Draft,),
    body_examples={"first step": {"application": EXAMPLES["changes"]}},
    replayable=True,
)
def create() -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


@Operation(
    blueprint,
    "GET",
    "/<client_id>",
    "applications",
    "An application as far as it is known",
    {200: DraftAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_DRAFT,
)
def read(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


@Operation(
    blueprint,
    "PUT",
    "/<client_id>",
    "applications",
    "Change an application that is not decided: all of it is sent",
    {200: DraftAnswer},
    roles=OFFICER,
    description="409 when it was changed since `revision`, or is decided.",
    body=(DraftChange,),
    problems=(404, 409),
    path_examples=_DRAFT,
)
def change(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


@Operation(
    blueprint,
    "GET",
    "/<client_id>/missing",
    "applications",
    "What is missing, and what it could do to the risk",
    {200: MissingAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples=_DRAFT,
)
def missing(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")
