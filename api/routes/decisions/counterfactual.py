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
from api.features.online import Revision
from api.http import json_body
from api.http.idempotency import once
from api.http.lookups import known_client, known_prediction
from api.http.operations import OFFICER, Operation
from api.json_encoding import encode
from api.schemas.counterfactual import Counterfactual, CounterfactualRequest
from api.schemas.layout import EXAMPLES
from api.scoring import counterfactual
from api.scoring.counterfactual import Amounts, Lever, Terms
from api.scoring.decision import GRANTED, REFUSED, decide, probability
from api.scoring.predict import predict
from api.scoring.request_forms import read_model
from api.services import services
from api.store.database import Database
from api.store.events.record import Reply
from api.store.people.clients import Client
from api.store.people.predictions import StoredPrediction

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("counterfactual", __name__, url_prefix="/v1/predictions")
_NONE = "No change of these amounts within their bounds would be granted."


@Operation(
    blueprint,
    "POST",
    "/<uuid:prediction_id>/counterfactual",
    "predictions",
    "The smallest change of the loan's terms that would be granted",
    {200: Counterfactual},
    roles=OFFICER,
    description="Only what an applicant can negotiate moves: the loan amount (down "
    "to 30 %), the instalment (half to one and a half times), the price of the "
    "goods (down to 30 %). Credit over annuity stays as usual in the population, "
    "and the loan no larger a part of the price than was asked for, or than all "
    "of it. The cost of a change is the sum of its relative changes, those of the "
    "instalment and of the price counted half. What is answered was scored as any "
    "simulation is, and is stored as one.",
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
    levers = [
        counterfactual.lever(column, term, question.terms.amounts[column.role])
        for column, term in champion.levers
        if column.name in names and column.role in question.terms.amounts
    ]
    grants = _grants(champion, question, levers)
    if grants(np.array([[lever.value for lever in levers]]))[0]:
        detail = "The model that serves now grants this as it is: decide again."
        raise Problem(HTTPStatus.CONFLICT, detail)
    amounts = counterfactual.search(question.terms, levers, grants) if levers else None
    common = {"prediction_id": prediction_id, "found": amounts is not None}
    if amounts is None:
        levers_told = [_moved_lever(name, levers, None) for name in names]
        none = {**common, "detail": _NONE, "levers": levers_told, "prediction": None}
        return Reply(HTTPStatus.OK, encode(none))
    simulated = _simulated(champion, database, question, levers, amounts)
    cost = counterfactual.costs(levers, np.array([amounts])).item()
    document = {
        **common,
        "cost": cost,
        "levers": [_moved_lever(n, levers, amounts) for n in names],
    }
    answer = encode(document)[:-1] + b',"prediction":' + simulated.answer + b"}"
    return replace(simulated, status=HTTPStatus.OK, answer=answer, location=None)


@dataclass(frozen=True)
class _Question:
    """A refused loan: of whom, and what it was simulated to be, if it was."""

    client: Client
    before: Mapping[str, Any]
    terms: Terms

    @property
    def application(self) -> dict[str, Any]:
        return {**self.client.application, **self.before}


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
    application = {**client.application, **before}
    amounts = {
        column.role: float(application[column.name])
        for column, _ in champion.levers
        if application.get(column.name)
    }
    return _Question(client, before, Terms(amounts, champion.usual_durations))


def _names(champion: Champion, body: CounterfactualRequest) -> list[str]:
    """The levers asked for, which must be some of the model's."""
    ours = [column.name for column, _ in champion.levers]
    if body.levers is None:
        return ours
    wrong = [at for at, name in enumerate(body.levers) if name not in ours]
    if wrong:
        detail = "is not a lever of the model that serves"
        raise invalid([FieldError(f"/levers/{at}", detail) for at in wrong])
    return [name for name in ours if name in body.levers]


def _grants(
    champion: Champion, question: _Question, levers: Sequence[Lever]
) -> counterfactual.Grants:
    client, application = question.client, question.application
    names = [lever.name for lever in levers]
    changed = frozenset({*question.before, *names})
    calibration, threshold = champion.manifest.calibration, champion.manifest.threshold

    def grants(candidates: Amounts) -> NDArray[np.bool_]:
        revisions = [
            Revision(
                {**application, **dict(zip(names, amounts, strict=True))},
                client.history,
                client.features,
                changed,
            )
            for amounts in candidates.tolist()
        ]
        margins = champion.model.margins(champion.online.revise(revisions)).tolist()
        probabilities = (probability(margin, calibration) for margin in margins)
        return np.array(
            [decide(value, threshold) == GRANTED for value in probabilities]
        )

    return grants


def _simulated(
    champion: Champion,
    database: Database,
    question: _Question,
    levers: Sequence[Lever],
    amounts: Sequence[float],
) -> Reply:
    """Score what was found as any simulation is."""
    moved = {
        lever.name: amount
        for lever, amount in zip(levers, amounts, strict=True)
        if amount != lever.value
    }
    changes = {**question.before, **moved}
    body = {"client_id": question.client.client_id, "changes": changes}
    return predict(champion, database, body)


def _moved_lever(
    name: str, levers: Sequence[Lever], amounts: Sequence[float] | None
) -> dict[str, Any]:
    for at, lever in enumerate(levers):
        if lever.name == name:
            return {
                "name": name,
                "from": lever.value,
                "to": None if amounts is None else amounts[at],
                "lowest": lever.lowest,
                "highest": lever.highest,
            }
    return {"name": name, "from": None, "to": None, "lowest": None, "highest": None}
