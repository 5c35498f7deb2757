"""Applications that are entered here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from api.errors import Problem
from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import client_key
from api.http.operations import OFFICER, Operation
from api.http.responses import answer
from api.identifiers import moment, now
from api.json_encoding import encode
from api.schemas.applications import Draft, DraftAnswer, DraftChange, MissingAnswer
from api.schemas.client_keys import ClientKey, is_draft
from api.schemas.layout import EXAMPLES
from api.scoring.applicants.drafts import (
    DraftForm,
    client_of,
    computed,
    form_of,
    person_of,
    read_draft,
)
from api.scoring.applicants.missing import missing as missing_of
from api.scoring.applicants.missing import risk_of
from api.services import services
from api.store.events.export import Pseudonyms
from api.store.events.record import Reply
from api.store.people import drafts, erasure, references
from api.store.people.drafts import Content
from api.store.work import moves

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.scoring.champion import Champion

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
    body_examples={"first step": {"application": EXAMPLES["changes"][0]}},
    replayable=True,
)
def begin_application() -> Response:
    champion = services().champion()
    body, form = read_draft(champion.columns, Draft, json_body.read(request))
    _clear_away()
    return once(lambda: _created(champion, body.reference, form))


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
def get_application(client_id: str) -> Response:
    champion = services().champion()
    draft = _known(champion, client_id)
    key = draft.client_id
    with services().database.read() as connection:
        reference = references.of(connection, [key]).get(key)
    form = form_of(champion.columns, draft)
    return answer(_document(champion, draft, form, reference))


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
    body_examples={"next step": {"application": EXAMPLES["changes"][0], "revision": 1}},
    path_examples=_DRAFT,
)
def change_application(client_id: str) -> Response:
    champion = services().champion()
    body, form = read_draft(champion.columns, DraftChange, json_body.read(request))
    draft = _known(champion, client_id)
    _clear_away()
    content, at = _content(champion, form, draft.created_at), now()
    key, before = draft.client_id, body.revision
    with services().database.write() as connection:
        changed = drafts.change(connection, key, before, content, at)
        if changed:
            references.put(connection, {key: body.reference})
    if not changed:
        raise _overtaken(_known(champion, client_id), before)
    after = drafts.Draft(
        key, before + 1, content, draft.created_at, at, draft.expires_at
    )
    return answer(_document(champion, after, form, body.reference))


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
def get_missing_columns(client_id: str) -> Response:
    champion = services().champion()
    client = client_of(champion, _known(champion, client_id))
    entered = client.entered
    return answer(
        {
            "client_id": client.client_id,
            "probability": risk_of(champion, client),
            "threshold": champion.manifest.threshold,
            "needed": list(entered.needed) if entered else [],
            "missing": missing_of(champion, client),
        }
    )


def _created(champion: Champion, reference: str | None, form: DraftForm) -> Reply:
    key, at = drafts.new_key(), now()
    kept = timedelta(days=services().config.draft_days)
    until = moment(datetime.fromisoformat(at) + kept)
    content = _content(champion, form, at)
    draft = drafts.Draft(key, 1, content, at, at, until)

    def enter(connection: Connection) -> None:
        drafts.enter(connection, key, content, at, until)
        references.put(connection, {key: reference})
        moves.entered(connection, key, at)

    document = encode(_document(champion, draft, form, reference))
    location = drafts.location(key)
    return Reply(HTTPStatus.CREATED, document, location, writes=(enter,))


def _clear_away() -> None:
    """Drafts that were not decided in time: whoever writes one erases them."""
    erasure.forget_overdue(services().database, services().chain_end, now())


def _content(champion: Champion, form: DraftForm, entered_at: str) -> Content:
    vectors = computed(champion, form)
    feature_set = None if vectors is None else champion.manifest.feature_set
    person = person_of(champion, form, entered_at)
    keyed = Pseudonyms(services().database).of_person(person)
    return Content(form.given, feature_set, vectors, keyed)


def _known(champion: Champion, client_id: str) -> drafts.Draft:
    """Raises Problem 404."""
    key = client_key(champion, client_id)
    known = drafts.find(services().database, [str(key)]) if is_draft(key) else {}
    if key not in known:
        detail = f"There is no application {key} that was entered here."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return known[key]


def _overtaken(draft: drafts.Draft, revision: int) -> Problem:
    if draft.expires_at is None:
        detail = "It is decided: nothing of it can be changed any more."
    else:
        now_it_is = f"it is now {draft.revision}."
        detail = f"It was changed since revision {revision}: {now_it_is}"
    return Problem(HTTPStatus.CONFLICT, detail)


def _same_person(
    feature_set: str, draft: drafts.Draft, reference: str | None
) -> list[ClientKey]:
    """Who is called the same, or was entered lately with the same facts."""
    database, person = services().database, draft.content.person_sha256
    since = moment(datetime.now(UTC) - timedelta(days=services().config.draft_days))
    most = drafts.MOST_ALIKE + 1
    called = references.same(database, feature_set, reference, most)
    alike = drafts.of_person(database, person, since)
    return [one for one in dict.fromkeys((*called, *alike)) if one != draft.client_id]


def _document(
    champion: Champion, draft: drafts.Draft, form: DraftForm, reference: str | None
) -> dict[str, Any]:
    given, feature_set = draft.content.given, champion.manifest.feature_set
    return {
        "client_id": draft.client_id,
        "state": "decided" if draft.expires_at is None else "draft",
        "revision": draft.revision,
        "reference": reference,
        "application": given["application"],
        "records": given["records"],
        "needed": list(form.needed),
        "unknown": list(form.unknown),
        "same_person": _same_person(feature_set, draft, reference),
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
        "expires_at": draft.expires_at,
    }
