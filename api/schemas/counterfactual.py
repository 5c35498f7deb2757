"""What would have to change for a refused loan to be granted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from api.schemas.answers import Answer, Prediction
from api.schemas.layout import TERMS
from api.schemas.requests import Strict
from api.schemas.reviews import PredictionId

LeverName = Annotated[str, WithJsonSchema({"enum": list(TERMS), "type": "string"})]


class CounterfactualRequest(Strict):
    """Which of the levers may move; all of them when left out."""

    levers: (
        Annotated[
            list[LeverName],
            Field(min_length=1, max_length=3, json_schema_extra={"uniqueItems": True}),
        ]
        | None
    ) = None


class MovedLever(Answer):
    """An amount as asked for, as it would be granted, and how far was looked.

    `to` equals `from` when it need not move. All but the name are null when the
    application does not have the amount.
    """

    name: str
    from_: Annotated[float | None, Field(alias="from")]
    to: float | None
    lowest: float | None
    highest: float | None


class Counterfactual(Answer):
    """`prediction` is the simulation that was stored; null when nothing was found."""

    prediction_id: PredictionId
    found: bool
    cost: float | None = None
    detail: str | None = None
    levers: list[MovedLever]
    prediction: Prediction | None
