"""Decisions and simulations."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import known_prediction
from api.http.operations import JSON, OFFICER, SCORING, Operation
from api.http.responses import query
from api.schemas.answers import BatchAnswer, Prediction
from api.schemas.layout import EXAMPLES
from api.schemas.requests import (
    Batch,
    KnownClient,
    NewApplicant,
    StoredQuery,
    WhatIf,
    WhatIfByTerms,
)
from api.scoring.predict import explained, predict, predict_batch
from api.services import services
from api.store.events.kept import answer_of

blueprint = Blueprint("predictions", __name__, url_prefix="/v1/predictions")


@Operation(
    blueprint,
    "POST",
    "",
    "predictions",
    "Decide on a known client or a new applicant, or simulate",
    {201: Prediction},
    roles=SCORING,
    description="Answered only after it is stored. A new applicant needs every "
    "column of the application that `tables` of GET /v1/model marks as not "
    "nullable; what else is left out is missing.",
    body=(KnownClient, WhatIf, WhatIfByTerms, NewApplicant),
    problems=(404, 409, 410),
    body_examples={
        "known client": {"client_id": 100001},
        "reasons alone": {"client_id": 100001, "explain": "reasons"},
        "what-if": EXAMPLES["what-if"],
        "terms": EXAMPLES["terms"],
        "new applicant": EXAMPLES["new applicant"],
    },
    replayable=True,
)
def create_prediction() -> Response:
    body = json_body.read(request)
    champion, database = services().champion(), services().database
    active = services().policies.active
    return once(lambda: predict(champion, database, active(), body))


@Operation(
    blueprint,
    "POST",
    "/batch",
    "predictions",
    "Up to 1,000 of the same; a bad one does not spoil the others",
    {200: BatchAnswer},
    roles=SCORING,
    description="The slot of an item that cannot be answered holds its problem.",
    body=(Batch,),
    problems=(409, 410),
    body_examples={
        "batch": {
            "predictions": [{"client_id": 100001}, EXAMPLES["what-if"]],
            "explain": False,
        }
    },
    body_factor=16,
    replayable=True,
)
def create_predictions() -> Response:
    body = json_body.read(request)
    champion, database = services().champion(), services().database
    active = services().policies.active
    return once(lambda: predict_batch(champion, database, active(), body))


@Operation(
    blueprint,
    "GET",
    "/<uuid:prediction_id>",
    "predictions",
    "What was answered, byte for byte",
    {200: Prediction},
    roles=OFFICER,
    query=StoredQuery,
    problems=(404, 409, 410),
    path_examples={"prediction_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
)
def get_prediction(prediction_id: UUID) -> Response:
    params, database = query(StoredQuery), services().database
    prediction = known_prediction(database, str(prediction_id))
    content, features = answer_of(database, prediction.prediction_id)
    if params.explain:
        kept, champion = (content, features), services().champion()
        content = explained(champion, prediction, kept, params.explain)
    return Response(content, content_type=JSON)
