"""Offers to a client: a grid of terms, and the one that was made."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.schemas.answers import Answer, Moment, Offer, Recommendation, Share, Signer
from api.schemas.client_keys import ClientKey
from api.schemas.events import ComingDay
from api.schemas.requests import (
    LARGEST,
    MOST_INSTALMENTS,
    Query,
    Strict,
    Terms,
    between_commas,
)
from api.schemas.reviews import PredictionId, ReviewerName
from api.schemas.values import INTEGER, NUMBER

MOST_CELLS = 240
_Amount = Annotated[float, Field(gt=0, le=LARGEST), NUMBER]
_Number = Annotated[int, Field(ge=1, le=MOST_INSTALMENTS), INTEGER]
# The least as a word of the document alone: pydantic counts those that are no numbers.
_SOME = Field(max_length=MOST_CELLS, json_schema_extra={"minItems": 1})


class OffersQuery(Query):
    """Which amounts and numbers of instalments; some around what was asked for."""

    amounts: Annotated[
        Annotated[tuple[_Amount, ...], _SOME] | None,
        BeforeValidator(between_commas),
        Field(description="Between commas; around the amount that was asked for."),
    ] = None
    instalments: Annotated[
        Annotated[tuple[_Number, ...], _SOME] | None,
        BeforeValidator(between_commas),
        Field(description="Between commas; those of the lender's prices."),
    ] = None


class OfferCell(Answer):
    """One offer, and what is decided on it; null where the lender has no price."""

    amount: float
    instalments: int
    offer: Offer | None
    probability: Share | None
    decision: Literal["granted", "refused"] | None
    recommendation: Recommendation | None = None


class OffersAnswer(Answer):
    """Every amount with every number of instalments, row by row.

    `asked` is the loan of the application.
    """

    client_id: ClientKey
    threshold: Share
    asked: Offer
    amounts: list[float]
    instalments: list[int]
    cells: list[OfferCell]


class CounterOfferRequest(Strict):
    """What is offered instead, until when, and by whom."""

    terms: Terms
    valid_until: Annotated[ComingDay, Field(examples=["2027-01-31"])]
    reviewer: ReviewerName


class CounterOffer(Answer):
    """An offer that was made; the newest of a client stands until `valid_until`.

    `simulation_id`: the prediction of these terms, which is stored with it.
    """

    offer_id: PredictionId
    simulation_id: PredictionId
    client_id: ClientKey
    offer: Offer
    probability: Share
    decision: Literal["granted", "refused"]
    valid_until: str
    reviewer: str
    signer: Signer = None
    created_at: Moment
