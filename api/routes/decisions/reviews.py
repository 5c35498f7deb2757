"""What a person decided, and every decision on a client."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from api.errors import Problem
from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import client_key, known_prediction
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.client_keys import fits
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
from api.store.events.record import DECISION, PREDICTIONS, REVIEW, Event, Reply
from api.store.people import predictions
from api.store.people.predictions import StoredPrediction
from api.store.people.standing import standing_review, still_standing

blueprint = Blueprint("reviews", __name__, url_prefix="/v1")
_FACTS = ("action", "decision", "model_decision", "category", "replaces")


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
    "one must name it in `replaces`.",
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
def review(prediction_id: UUID) -> Response:
    body = read_model(ReviewRequest, json_body.read(request))
    database = services().database
    return once(lambda: _review(database, str(prediction_id), body))


def _review(database: Database, prediction_id: str, body: ReviewRequest) -> Reply:
    decided = known_prediction(database, prediction_id)
    if decided.kind != DECISION:
        raise Problem(HTTPStatus.CONFLICT, "A simulation decides nothing to review.")
    before = standing_review(database, decided.client_id, prediction_id)
    standing = before["review_id"] if before else None
    if body.replaces != standing:
        stands = f"Review {standing} stands" if standing else "No review stands"
        raise Problem(HTTPStatus.CONFLICT, f"{stands}: `replaces` must say so.")
    model_decision = decided.facts["decision"]
    review = {
        "review_id": uuid7(),
        "prediction_id": prediction_id,
        "client_id": decided.client_id,
        "action": _action(body.decision, model_decision),
        "decision": body.decision,
        "model_decision": model_decision,
        "category": body.category,
        "reason": body.reason,
        "reviewer": body.reviewer,
        "replaces": standing,
        "created_at": now(),
    }
    event = Event(
        event_id=review["review_id"],
        kind=REVIEW,
        client_id=decided.client_id,
        created_at=review["created_at"],
        bundle_sha256=decided.bundle_sha256,
        answer=encode(review),
        facts={name: review[name] for name in _FACTS},
        subject_id=prediction_id,
        unique_as=f"review {prediction_id} {standing or 'first'}",
    )
    about = decided.client_id, prediction_id
    checks = still_standing(*about, event.event_id, standing)
    return Reply(HTTPStatus.CREATED, event.answer, None, (event,), checks=checks)


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
def history(client_id: str) -> Response:
    key = client_key(services().champion(), client_id)
    params = query(HistoryQuery)
    kinds = [params.kind] if params.kind else PREDICTIONS
    database, page = services().database, []
    if fits(key):
        some = int(params.cursor), params.limit + 1
        page = predictions.of_client(database, key, kinds, *some)
    shown = page[: params.limit]
    reviews = predictions.reviews(
        database, [prediction.prediction_id for prediction in shown]
    )
    following = len(page) > params.limit
    return answer(
        {
            "client_id": key,
            "predictions": [
                _past(prediction, reviews[prediction.prediction_id])
                for prediction in shown
            ],
            "next_cursor": str(shown[-1].sequence) if following else None,
        }
    )


def _past(stored: StoredPrediction, reviews: list[dict[str, Any]]) -> dict[str, Any]:
    facts = ("probability", "threshold", "decision")
    return {
        "prediction_id": stored.prediction_id,
        "kind": stored.kind,
        **{name: stored.facts[name] for name in facts},
        "created_at": stored.created_at,
        "model": stored.model,
        "changes": stored.changes,
        "asked": stored.terms,
        "terms": (stored.basis or {}).get("terms"),
        "reviews": reviews,
    }
