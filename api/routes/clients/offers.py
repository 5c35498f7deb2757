"""What could be offered to a client, and what was."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, Operation
from api.schemas.layout import EXAMPLES
from api.schemas.offers import (
    CounterOffer,
    CounterOfferRequest,
    OffersAnswer,
    OffersQuery,
)

blueprint = Blueprint("offers", __name__, url_prefix="/v1/clients/<client_id>")
_CLIENT = {"client_id": 100001}


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
def offers(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


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
def made(client_id: str, offer_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")


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
def offer(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")
