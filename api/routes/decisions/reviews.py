"""What a person decided, and every decision on a client."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from api.errors import Gone, Problem
from api.http import json_body
from api.http.auth import Signer, require_own_name, signer
from api.http.grants import Grant, granted
from api.http.idempotency import once
from api.http.lookups import client_key, known_prediction
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.client_keys import ClientKey
from api.schemas.reviews import (
    CLOSING,
    History,
    HistoryQuery,
    Review,
    ReviewRequest,
)
from api.scoring.request_forms import read_model
from api.services import services
from api.store.database import Database
from api.store.events.kept import skeletons
from api.store.events.record import (
    DECISION,
    PREDICTIONS,
    REVIEW,
    SIGNATURE,
    Event,
    Reply,
)
from api.store.people import predictions
from api.store.people.predictions import StoredPrediction, recommended
from api.store.people.standing import Acts, acts_on, standing, still_standing
from api.store.work import claims

blueprint = Blueprint("reviews", __name__, url_prefix="/v1")
_FACTS = ("action", "decision", "model_decision", "category", "replaces", "signs")
# Facts of a decision whose policy told more than which it was.
_RULED = {"rules", "policy_failed"}


@Operation(
    blueprint,
    "POST",
    "/predictions/<uuid:prediction_id>/review",
    "predictions",
    "A person confirms or overrides a decision, or closes the application",
    {201: Review},
    roles=OFFICER,
    description="The score stays what it was. `withdrawn` and `lapsed` stand as any "
    "review does, and any answers what the applicant contested before it. When a "
    "review of the client stands already, of this prediction or of another, the new "
    "one must name it in `replaces`. A grant needs what the rules of this decision "
    "and of the client's newest one require: 409 lists in `errors` what is not there, "
    "and where two have to sign, the first signature is not `final`. To grant what a "
    "rule refuses takes the role senior. 409 also names who works on the client.",
    body=(ReviewRequest,),
    problems=(404, 409, 410),
    path_examples={"prediction_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
    body_examples={
        "override": {
            "decision": "granted",
            "category": "data_error",
            "reason": "The arrears were an error of the other bank.",
            "reviewer": "A. Martin",
        }
    },
    replayable=True,
)
def review_prediction(prediction_id: UUID) -> Response:
    body = read_model(ReviewRequest, json_body.read(request))
    require_own_name("/reviewer", body.reviewer)
    database = services().database
    return once(lambda: _review(database, str(prediction_id), body))


def _review(database: Database, prediction_id: str, body: ReviewRequest) -> Reply:
    decided = known_prediction(database, prediction_id)
    if decided.kind != DECISION:
        raise Problem(HTTPStatus.CONFLICT, "A simulation decides nothing to review.")
    client_id, who = decided.client_id, signer()
    before, newest = _until_now(database, decided)
    stands = before.review["review_id"] if before.review else None
    if body.replaces != stands:
        said = f"Review {stands} stands" if stands else "No review stands"
        raise Problem(HTTPStatus.CONFLICT, f"{said}: `replaces` must say so.")
    grant = Grant()
    if body.decision == "granted":
        grant = granted(database, decided, newest, before, who)
    model_decision = decided.facts["decision"]
    review = {
        "review_id": uuid7(),
        "prediction_id": prediction_id,
        "client_id": client_id,
        "action": _action(body.decision, model_decision),
        "decision": body.decision,
        "model_decision": model_decision,
        "category": body.category,
        "reason": body.reason,
        "reviewer": body.reviewer,
        "signer": who.id,
        "replaces": stands,
        "final": grant.final,
        "signs": grant.signs,
        "created_at": now(),
    }
    event = Event(
        event_id=review["review_id"],
        kind=REVIEW if grant.final else SIGNATURE,
        client_id=client_id,
        created_at=review["created_at"],
        bundle_sha256=decided.bundle_sha256,
        request=encode({"signer": who.id}).decode(),
        answer=encode(review),
        facts={name: review[name] for name in _FACTS},
        subject_id=prediction_id,
        unique_as=f"review {prediction_id} {stands or 'first'}"
        if grant.final
        else None,
    )
    unchanged = still_standing(client_id, prediction_id, event.event_id, before)
    checks = (*unchanged, *grant.checks)
    reply = Reply(HTTPStatus.CREATED, event.answer, None, (event,), checks=checks)
    return reply if client_id is None else _by_holder(database, client_id, who, reply)


def _until_now(
    database: Database, decided: StoredPrediction
) -> tuple[Acts, StoredPrediction]:
    """What people did, and the newest decision on the client."""
    if decided.client_id is None:
        return acts_on(database, None, decided.prediction_id), decided
    record = standing(database, decided.client_id)
    if record is None:
        raise Gone(
            f"Whom prediction {decided.prediction_id} was about has been erased."
        )
    return record.acts, record.latest


def _by_holder(
    database: Database, client_id: ClientKey, who: Signer, reply: Reply
) -> Reply:
    """The same, while nobody else works on the client; who does so is done with it."""
    other = claims.by_another(database, client_id, who.holder)
    if other is not None:
        detail = f"{other.claimed_name} works on it until {other.claimed_until}."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return replace(
        reply,
        checks=(*reply.checks, claims.still_free(client_id, who.holder)),
        writes=(partial(claims.released, client_id=client_id, holder=who.holder),),
    )


def _action(decision: str, model_decision: str) -> str:
    if decision in CLOSING:
        return "closed"
    return "confirmed" if decision == model_decision else "overridden"


@Operation(
    blueprint,
    "GET",
    "/clients/<client_id>/predictions",
    "clients",
    "What was decided or simulated for a client, with the reviews",
    {200: History},
    roles=OFFICER,
    query=HistoryQuery,
    path_examples={"client_id": 100001},
)
def list_predictions(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    params = query(HistoryQuery)
    kinds = [params.kind] if params.kind else PREDICTIONS
    database, some = services().database, (int(params.cursor), params.limit + 1)
    page = predictions.of_client(database, key, kinds, *some)
    shown = page[: params.limit]
    ids = [prediction.prediction_id for prediction in shown]
    reviews = predictions.reviews(database, ids)
    ruled = skeletons(
        database, [one.prediction_id for one in shown if one.facts.keys() & _RULED]
    )
    following = len(page) > params.limit
    return answer(
        {
            "client_id": key,
            "predictions": [
                _past(
                    prediction,
                    reviews[prediction.prediction_id],
                    ruled.get(prediction.prediction_id, {}).get("policy"),
                )
                for prediction in shown
            ],
            "next_cursor": str(shown[-1].sequence) if following else None,
        }
    )


def _past(
    stored: StoredPrediction, reviews: list[dict[str, Any]], policy: Any
) -> dict[str, Any]:
    facts = ("probability", "threshold", "decision")
    return {
        "prediction_id": stored.prediction_id,
        "kind": stored.kind,
        **{name: stored.facts[name] for name in facts},
        "recommendation": recommended(stored.facts),
        "policy": policy,
        "created_at": stored.created_at,
        "model": stored.model,
        "changes": stored.changes,
        "asked": stored.terms,
        "terms": (stored.basis or {}).get("terms"),
        "reviews": reviews,
    }
