"""The work list, and what came to stand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from api.errors import Problem
from api.http import json_body
from api.http.auth import current_key, signer
from api.http.lookups import client_key
from api.http.operations import OFFICER, SCORING, SENIOR, Operation
from api.http.responses import answer, query
from api.identifiers import moment
from api.schemas.client_keys import ClientKey
from api.schemas.work import (
    AssignRequest,
    DecisionsAnswer,
    DecisionsQuery,
    WorkItem,
    WorkPage,
    WorkQuery,
)
from api.scoring.request_forms import read_model
from api.services import services
from api.store.keys import Role
from api.store.work import claims
from api.store.work.listed import find, listed
from api.store.work.standing_decisions import standing_decisions

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
def list_work() -> Response:
    params = query(WorkQuery, services().champion().manifest.key_type)
    who = signer()
    with services().database.read() as connection:
        found = listed(connection, params, who.holder, who.name)
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
def list_decisions() -> Response:
    params = query(DecisionsQuery)
    found = standing_decisions(services().database, params.after, params.limit)
    return answer(asdict(found))


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
def assign_client(client_id: str) -> Response:
    key, database = client_key(services().champion(), client_id), services().database
    body = read_model(AssignRequest, json_body.read(request))
    claims.assign(database, key, f"sub:{body.sub}", body.name, _in_time())
    return answer(_item(key))


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
def release_client(client_id: str) -> Response:
    key, database = client_key(services().champion(), client_id), services().database
    senior = Role.SENIOR in current_key().roles
    left = claims.release(database, key, None if senior else signer().holder)
    return _answer(key, left)


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
def claim_client(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    who, database = signer(), services().database
    won = claims.claim(database, key, who.holder, who.name, _in_time())
    return _answer(key, won)


def _item(key: ClientKey) -> dict[str, Any]:
    """As who asks sees it; raises Problem 404."""
    with services().database.read() as connection:
        item = find(connection, key, signer().holder)
    if item is None:
        detail = f"Client {key} is not on the work list."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return item


def _answer(key: ClientKey, done: bool) -> Response:
    """Raises Problem 409 where it could not be done, as somebody else has it."""
    item = _item(key)
    if not done:
        detail = f"{item['claimed_by']} works on it until {item['claimed_until']}."
        if item["claimed_by"] is None:
            detail = "Somebody has just left it: try again."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return answer(item)


def _in_time() -> str:
    """Until when a client is whose it is now."""
    minutes = services().config.claim_minutes
    return moment(datetime.now(UTC) + timedelta(minutes=minutes))
