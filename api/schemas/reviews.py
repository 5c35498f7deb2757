"""A person's decision, and the history of a client's decisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.answers import (
    Answer,
    ModelRef,
    Moment,
    PolicyRef,
    Recommendation,
    Share,
    Signer,
)
from api.schemas.client_keys import ClientKey
from api.schemas.requests import CURSOR, PAGE, Query, Row, Strict
from api.schemas.values import INTEGER, VISIBLE, Form

Decision = Literal["granted", "refused"]
Result = Literal["granted", "refused", "withdrawn", "lapsed"]
StandingResult = Literal["granted", "referred", "refused", "withdrawn", "lapsed"]
# Results of which nothing is left to decide.
CLOSING = ("withdrawn", "lapsed")
Category = Literal[
    "income", "charges", "identity", "data_error", "commercial", "policy", "other"
]
PredictionId = Annotated[
    str,
    Field(examples=["019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"]),
    Form("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "an id, a UUID"),
]


ReviewerName = Annotated[str, Field(min_length=1, max_length=200), VISIBLE]


class ReviewRequest(Strict):
    """What a person decided, and why; `replaces`: the final review that stands.

    `withdrawn`: by the applicant; `lapsed`: what was offered was not taken in time.
    """

    decision: Result
    category: Category | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000), VISIBLE]
    reviewer: ReviewerName
    replaces: PredictionId | None = None


class Review(Answer):
    """`confirmed` when the person decides as the model did, `overridden` when not.

    `closed` when nobody decides any more: it was withdrawn or lapsed. `final`: it
    stands; not so of the first of two signatures, which `signs` names in the second.
    `signer` tells namesakes apart: `sub:` and what the login's provider knows them by,
    or `key:` and which key it was.
    """

    review_id: PredictionId
    prediction_id: PredictionId
    client_id: ClientKey | None
    action: Literal["confirmed", "overridden", "closed"]
    decision: Result
    model_decision: Decision
    category: Category | None = None
    reason: str
    reviewer: str
    signer: Signer = None
    replaces: PredictionId | None
    final: bool = True
    signs: PredictionId | None = None
    created_at: Moment


class PastPrediction(Answer):
    """A prediction as it was made, and its reviews, oldest first: the last stands.

    Of a what-if the `changes`, and what it `asked` where that was by terms. `terms`:
    the application's own, as they were then; null where they were not noted. `policy`:
    null where none of its rules fired, and it did not fail.
    """

    prediction_id: PredictionId
    kind: Literal["decision", "simulation"]
    probability: Share
    threshold: Share
    decision: Decision
    recommendation: Recommendation | None = None
    policy: PolicyRef | None = None
    created_at: Moment
    model: ModelRef
    changes: Row | None
    asked: dict[str, float] | None
    terms: Row | None
    reviews: list[Review]


class History(Answer):
    """Newest first."""

    client_id: ClientKey
    predictions: list[PastPrediction]
    next_cursor: str | None


class HistoryQuery(Query):
    """Which predictions of the client, and how many."""

    kind: Annotated[
        Literal["decision", "simulation"] | None,
        Field(description="Only these; both when left out."),
    ] = None
    limit: Annotated[
        int, Field(ge=1, le=100, description="Predictions per page."), INTEGER
    ] = 20
    cursor: Annotated[str, Field(description=PAGE), Form("^[0-9]{1,18}$", CURSOR)] = (
        "999999999999999999"
    )
