"""The work list, and what came to stand."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, SCORING, SENIOR, Operation
from api.http.responses import answer, query
from api.schemas.work import (
    AssignRequest,
    DecisionsAnswer,
    DecisionsQuery,
    WorkItem,
    WorkPage,
    WorkQuery,
)
from api.services import services
from api.store.people.standing_decisions import standing_decisions
from api.store.people.work import listed

blueprint = Blueprint("work", __name__, url_prefix="/v1")


@Operation(
    blueprint,
    "GET",
    "/work",
    "work",
    "What waits for a person, and what was done",
    {200: WorkPage},
    roles=OFFICER,
    query=WorkQuery,
)
def work() -> Response:
    params = query(WorkQuery, services().champion().manifest.key_type)
    with services().database.read() as connection:
        found = listed(connection, params)
    return answer(asdict(found))


@Operation(
    blueprint,
    "GET",
    "/decisions",
    "work",
    "What came to stand, in order, each once",
    {200: DecisionsAnswer},
    roles=SCORING,
    query=DecisionsQuery,
    description="For the system in which loans go on. Nothing is ever added before a "
    "`sequence` that was read: ask for what is after `next_after`; there is no more "
    "when that is where it was asked.",
)
def decisions() -> Response:
    params = query(DecisionsQuery)
    found = standing_decisions(services().database, params.after, params.limit)
    return answer(asdict(found))


@Operation(
    blueprint,
    "POST",
    "/work/<client_id>/claim",
    "work",
    "Work on a client, alone, for a time",
    {200: WorkItem},
    roles=OFFICER,
    description="409 names who has claimed it. Claimed again it is put off.",
    problems=(404, 409),
    path_examples={"client_id": 100001},
)
def claim(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "Not yet.")


@Operation(
    blueprint,
    "POST",
    "/work/<client_id>/release",
    "work",
    "Leave a client to others; a senior may for who claimed it",
    {200: WorkItem},
    roles=OFFICER,
    problems=(404, 409),
    path_examples={"client_id": 100001},
)
def release(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "Not yet.")


@Operation(
    blueprint,
    "POST",
    "/work/<client_id>/assign",
    "work",
    "Have somebody work on a client",
    {200: WorkItem},
    roles=SENIOR,
    body=(AssignRequest,),
    problems=(404,),
    path_examples={"client_id": 100001},
    body_examples={"assign": {"name": "A. Martin", "sub": "248289"}},
)
def assign(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "Not yet.")
