"""What would have to change for a refused loan to be granted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.answers import Answer, Offer, Prediction
from api.schemas.requests import Strict
from api.schemas.reviews import PredictionId


class CounterfactualRequest(Strict):
    """Which of the terms may move; all that the model names when left out."""

    terms: (
        Annotated[
            list[Literal["amount", "instalments", "down_payment"]],
            Field(min_length=1, max_length=3, json_schema_extra={"uniqueItems": True}),
        ]
        | None
    ) = None


class Counterfactual(Answer):
    """`asked`: the loan as it was refused; `granted`: as it would be granted.

    `cost`: the sum of the relative changes. `prediction`: the simulation that was
    stored. Without any of them, `detail` says why.
    """

    prediction_id: PredictionId
    found: bool
    cost: float | None = None
    detail: str | None = None
    asked: Offer
    granted: Offer | None
    prediction: Prediction | None
