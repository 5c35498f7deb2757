"""The work list, and what came to stand."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response

from api.http.operations import OFFICER, SCORING, Operation
from api.http.responses import answer, query
from api.schemas.work import DecisionsAnswer, DecisionsQuery, WorkPage, WorkQuery
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
