"""What could be offered to a client, and what was."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, Response, request

from api.errors import FieldError, Problem, invalid
from api.http import json_body
from api.http.auth import require_own_name, signer
from api.http.idempotency import once
from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.schemas.client_keys import ClientKey
from api.schemas.clients.offers import (
    MOST_CELLS,
    CounterOffer,
    CounterOfferRequest,
    OffersAnswer,
    OffersQuery,
)
from api.schemas.layout import EXAMPLES
from api.scoring.offer_grid import cells, usual_amounts, usual_numbers
from api.scoring.predict import predict
from api.scoring.request_forms import read_model
from api.scoring.terms import loan_of
from api.services import services
from api.store.database import Database
from api.store.events.record import OFFER, Event, Reply
from api.store.people import offers as store

if TYPE_CHECKING:
    from api.scoring.champion import Champion

blueprint = Blueprint("offers", __name__, url_prefix="/v1/clients/<client_id>")
_CLIENT = {"client_id": 100001}
_FACTS = ("valid_until", "simulation_id", "decision")
_NO_PRICES = "The lender's prices are not known here: SCORING_PRICES names their file."


@Operation(
    blueprint,
    "GET",
    "/offers",
    "clients",
    "Amounts and numbers of instalments at the lender's prices, and which are granted",
    {200: OffersAnswer},
    roles=OFFICER,
    query=OffersQuery,
    description="Nothing of it is stored: what is offered is, by POST. 409 without the "
    "lender's prices.",
    problems=(404, 409),
    path_examples=_CLIENT,
)
def compute_offers(client_id: str) -> Response:
    champion = services().champion()
    client = known_client(champion, client_key(champion, client_id))
    params = query(OffersQuery)
    if champion.prices is None:
        raise Problem(HTTPStatus.CONFLICT, _NO_PRICES)
    loan = loan_of(champion, client, client.application)
    if loan is None:
        raise Problem(HTTPStatus.CONFLICT, "The application asks for no amount.")
    database, ready = services().database, services().policies.newest()
    amounts = params.amounts or usual_amounts(champion, loan.asked.amount)
    numbers = params.instalments or usual_numbers(champion.prices, loan.instalments)
    if (count := len(amounts) * len(numbers)) > MOST_CELLS:
        detail = f"expected at most {MOST_CELLS} offers together, found {count}"
        raise invalid(
            [FieldError(name, detail) for name in params.model_dump(exclude_none=True)]
        )
    return answer(
        {
            "client_id": client.client_id,
            "threshold": champion.manifest.threshold,
            "asked": loan.asked.model_dump(),
            "amounts": amounts,
            "instalments": numbers,
            "cells": cells(champion, database, ready, client, loan, amounts, numbers),
        }
    )


@Operation(
    blueprint,
    "GET",
    "/offers/<uuid:offer_id>",
    "clients",
    "An offer that was made",
    {200: CounterOffer},
    roles=OFFICER,
    problems=(404, 410),
    path_examples={**_CLIENT, "offer_id": "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"},
)
def get_offer(client_id: str, offer_id: UUID) -> Response:
    key = client_key(services().champion(), client_id)
    found = store.find(services().database, key, str(offer_id))
    if found is None:
        detail = f"There is no offer {offer_id} to client {key}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return answer(found)


@Operation(
    blueprint,
    "POST",
    "/offers",
    "clients",
    "Offer other terms to a client, until a day",
    {201: CounterOffer},
    roles=OFFICER,
    description="Scored as any simulation is, and stored with it. It takes the place "
    "of the client's offer before, and stands in the letter while it is valid.",
    body=(CounterOfferRequest,),
    problems=(404, 409),
    path_examples=_CLIENT,
    body_examples={
        "offer": {
            "terms": EXAMPLES["terms"]["terms"],
            "valid_until": "2027-01-31",
            "reviewer": "A. Martin",
        }
    },
    replayable=True,
)
def make_offer(client_id: str) -> Response:
    body = read_model(CounterOfferRequest, json_body.read(request))
    require_own_name("/reviewer", body.reviewer)
    champion, database = services().champion(), services().database
    key = client_key(champion, client_id)
    return once(lambda: _offer(champion, database, key, body))


def _offer(
    champion: Champion, database: Database, key: ClientKey, body: CounterOfferRequest
) -> Reply:
    # A client that is not known is none of the body's faults.
    known_client(champion, key)
    terms = body.terms.model_dump(exclude_none=True)
    asked = {"client_id": key, "terms": terms}
    simulated = predict(champion, database, services().policies.active(), asked)
    simulation = json.loads(simulated.answer)
    offer = {
        "offer_id": uuid7(),
        "simulation_id": simulation["prediction_id"],
        "client_id": key,
        "offer": simulation["terms"],
        "probability": simulation["probability"],
        "decision": simulation["decision"],
        "valid_until": body.valid_until,
        "reviewer": body.reviewer,
        "signer": signer().id,
        "created_at": now(),
    }
    event = Event(
        event_id=offer["offer_id"],
        kind=OFFER,
        client_id=key,
        created_at=offer["created_at"],
        bundle_sha256=champion.bundle.sha256,
        answer=encode(offer),
        facts={name: offer[name] for name in _FACTS},
        subject_id=offer["simulation_id"],
    )
    events = (*simulated.events, event)
    return replace(simulated, answer=event.answer, location=None, events=events)
