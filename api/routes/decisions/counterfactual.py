"""What would have to change for a refused loan to be granted."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request

from api.errors import FieldError, Problem, invalid
from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import known_client, known_prediction
from api.http.operations import OFFICER, Operation
from api.json_encoding import encode
from api.schemas.counterfactual import Counterfactual, CounterfactualRequest
from api.schemas.layout import EXAMPLES
from api.scoring import counterfactual
from api.scoring.counterfactual import Question
from api.scoring.decision import REFUSED
from api.scoring.predict import predict
from api.scoring.request_forms import read_model
from api.services import services
from api.store.database import Database
from api.store.events.record import Reply
from api.store.people.predictions import StoredPrediction

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("counterfactual", __name__, url_prefix="/v1/predictions")
_NONE = "No change of these terms within their bounds would be granted."


@Operation(
    blueprint,
    "POST",
    "/<uuid:prediction_id>/counterfactual",
    "predictions",
    "The smallest change of the loan's terms that would be granted",
    {200: Counterfactual},
    roles=OFFICER,
    description="Only what an applicant can negotiate moves, as far as `negotiable` of "
    "GET /v1/model says: to no higher amount and no dearer goods than were asked for, "
    "to a higher down payment, to another number of instalments, and never to a "
    "higher instalment. The cost of a change is the sum of its relative changes (a "
    "down payment's: of the price of the goods), weighted as the model's tables say. "
    "What is answered was scored as any simulation is, and is stored as one.",
    body=(CounterfactualRequest,),
    problems=(404, 409, 410),
    path_examples={"prediction_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
    body_examples={"amount only": EXAMPLES["amount only"]},
    replayable=True,
)
def find_counterfactual(prediction_id: UUID) -> Response:
    body = read_model(CounterfactualRequest, json_body.read(request))
    champion, database = services().champion(), services().database
    return once(lambda: _answer(champion, database, str(prediction_id), body))


def _answer(
    champion: Champion,
    database: Database,
    prediction_id: str,
    body: CounterfactualRequest,
) -> Reply:
    question = _question(champion, known_prediction(database, prediction_id))
    names = _names(champion, body)
    if counterfactual.granted_as_asked(champion, question):
        detail = "The model that serves now grants this as it is: decide again."
        raise Problem(HTTPStatus.CONFLICT, detail)
    found = counterfactual.smallest(champion, question, names)
    document = {"prediction_id": prediction_id, "found": found is not None}
    asked = {"asked": question.loan.asked.model_dump()}
    if found is None:
        none = {"detail": _NONE, **asked, "granted": None, "prediction": None}
        return Reply(HTTPStatus.OK, encode(document | none))
    changes = {**question.before, **found.moved.changes}
    simulated = predict(
        champion,
        database,
        services().policies.active(),
        {"client_id": question.client.client_id, "changes": changes},
    )
    granted = {"granted": found.moved.offer().model_dump()}
    document |= {"cost": found.cost, **asked, **granted}
    answer = encode(document)[:-1] + b',"prediction":' + simulated.answer + b"}"
    return replace(simulated, status=HTTPStatus.OK, answer=answer, location=None)


def _question(champion: Champion, stored: StoredPrediction) -> Question:
    if stored.client_id is None or stored.facts["decision"] != REFUSED:
        detail = "Only for a refusal of a known client there is something to look for."
        raise Problem(HTTPStatus.CONFLICT, detail)
    try:
        client = known_client(champion, stored.client_id)
    except Problem as problem:
        detail = f"{problem.message} It is not known any more."
        raise Problem(HTTPStatus.CONFLICT, detail) from problem
    question = counterfactual.question(champion, client, stored.changes or {})
    if question is None:
        detail = "The application asks for no amount, so no term of it can be moved."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return question


def _names(champion: Champion, body: CounterfactualRequest) -> list[str]:
    """The terms asked for, which must be some that the model lets move."""
    ours: list[str] = [term.name for term in champion.negotiable]
    if body.terms is None:
        return ours
    wrong = [at for at, name in enumerate(body.terms) if name not in ours]
    if wrong:
        detail = "is not negotiable: GET /v1/model says what is"
        raise invalid([FieldError(f"/terms/{at}", detail) for at in wrong])
    return [*body.terms]
