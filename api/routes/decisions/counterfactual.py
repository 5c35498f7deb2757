"""What would have to change for a refused loan to be granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from api.errors import FieldError, Problem, invalid
from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import known_client, known_prediction
from api.http.operations import OFFICER, Operation
from api.json_encoding import encode
from api.schemas.counterfactual import Counterfactual, CounterfactualRequest
from api.schemas.layout import EXAMPLES
from api.schemas.requests import Terms
from api.scoring import counterfactual
from api.scoring.counterfactual import Movable, Values
from api.scoring.decision import GRANTED, REFUSED, decide, probability
from api.scoring.predict import predict
from api.scoring.request_forms import read_model
from api.scoring.terms import Loan, Moved, loan_of, on_terms, revised
from api.services import services
from api.store.database import Database
from api.store.events.record import Reply
from api.store.people.clients import Client
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
def create(prediction_id: UUID) -> Response:
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
    movable = counterfactual.movable(champion, question.loan, names)
    if _granted(champion, question, movable, [[one.value for one in movable]])[0]:
        detail = "The model that serves now grants this as it is: decide again."
        raise Problem(HTTPStatus.CONFLICT, detail)

    def grants(candidates: Values) -> NDArray[np.bool_]:
        return _granted(champion, question, movable, candidates.tolist())

    found = counterfactual.search(movable, grants) if movable else None
    document = {"prediction_id": prediction_id, "found": found is not None}
    asked = {"asked": question.loan.asked.model_dump()}
    if found is None:
        none = {"detail": _NONE, **asked, "granted": None, "prediction": None}
        return Reply(HTTPStatus.OK, encode(document | none))
    moved = on_terms(champion, question.loan, _terms(movable, found))
    changes = {**question.before, **moved.changes}
    simulated = predict(
        champion,
        database,
        {"client_id": question.client.client_id, "changes": changes},
    )
    document |= {
        "cost": counterfactual.costs(movable, np.array([found])).item(),
        **asked,
        "granted": moved.offer().model_dump(),
    }
    answer = encode(document)[:-1] + b',"prediction":' + simulated.answer + b"}"
    return replace(simulated, status=HTTPStatus.OK, answer=answer, location=None)


@dataclass(frozen=True)
class _Question:
    """A refused loan: of whom, and what it was simulated to be, if it was."""

    client: Client
    before: Mapping[str, Any]
    loan: Loan


def _question(champion: Champion, stored: StoredPrediction) -> _Question:
    if stored.client_id is None or stored.facts["decision"] != REFUSED:
        detail = "Only for a refusal of a known client there is something to look for."
        raise Problem(HTTPStatus.CONFLICT, detail)
    try:
        client = known_client(champion, stored.client_id)
    except Problem as problem:
        detail = f"{problem.message} It is not known any more."
        raise Problem(HTTPStatus.CONFLICT, detail) from problem
    before = stored.changes or {}
    loan = loan_of(champion, client, {**client.application, **before})
    if loan is None:
        detail = "The application asks for no amount, so no term of it can be moved."
        raise Problem(HTTPStatus.CONFLICT, detail)
    return _Question(client, before, loan)


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


def _granted(
    champion: Champion,
    question: _Question,
    movable: Sequence[Movable],
    candidates: Sequence[Sequence[float]],
) -> NDArray[np.bool_]:
    """Which of the candidates are offers to ask for, and would be granted."""
    offers = [_smaller(champion, question.loan, movable, one) for one in candidates]
    granted = np.zeros(len(candidates), dtype=bool)
    kept = [at for at, moved in enumerate(offers) if moved is not None]
    if not kept:
        return granted
    revisions = [
        revised(champion, question.client, {**question.before, **moved.changes})
        for moved in offers
        if moved is not None
    ]
    manifest = champion.manifest
    margins = champion.model.margins(champion.online.revise(revisions)).tolist()
    chances = (probability(margin, manifest.calibration) for margin in margins)
    granted[kept] = [decide(one, manifest.threshold) == GRANTED for one in chances]
    return granted


def _smaller(
    champion: Champion, loan: Loan, movable: Sequence[Movable], values: Sequence[float]
) -> Moved | None:
    """The loan on these terms, unless it has no price or is not the smaller one."""
    try:
        moved = on_terms(champion, loan, _terms(movable, values))
    except Problem:
        return None
    limits = (
        (moved.instalment, loan.asked.instalment),
        (moved.amount, loan.asked.amount),
        (moved.price, loan.price),
    )
    higher = (new > old for new, old in limits if new is not None and old is not None)
    return None if any(higher) else moved


def _terms(movable: Sequence[Movable], values: Sequence[float]) -> Terms:
    """Those that are other than was asked for."""
    moved: dict[str, Any] = {
        term.name: int(value) if term.name == "instalments" else value
        for term, value in zip(movable, values, strict=True)
        if value != term.value
    }
    return Terms.model_construct(**moved)
