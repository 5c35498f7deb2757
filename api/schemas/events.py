"""Outcomes, and the export of events."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.errors import short
from api.schemas.answers import Answer
from api.schemas.requests import Query, Strict
from api.schemas.reviews import PredictionId
from api.schemas.values import INTEGER, Form, refusal

LARGEST_POST = 10_000
LARGEST_EXPORT = 100_000


_DAY = "a day, YYYY-MM-DD"


def _a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refusal(f"expected {_DAY}, found {short(text)}") from None
    return text


def _past(text: str) -> str:
    if date.fromisoformat(text) > date.today():
        raise refusal("is in the future")
    return text


def _to_come(text: str) -> str:
    if date.fromisoformat(text) < date.today():
        raise refusal("is in the past")
    return text


Date = Annotated[
    str,
    Field(json_schema_extra={"format": "date"}, examples=["2026-10-31"]),
    Form("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", _DAY),
    AfterValidator(_a_day),
]
Day = Annotated[Date, AfterValidator(_past)]
ComingDay = Annotated[Date, AfterValidator(_to_come)]


class Outcome(Strict):
    """Whether the loan that was decided on defaulted."""

    prediction_id: PredictionId
    defaulted: bool
    observed_on: Day


class Outcomes(Strict):
    """Up to 10,000; all of them are recorded, or none is."""

    outcomes: Annotated[list[Outcome], Field(min_length=1, max_length=LARGEST_POST)]


class OutcomesAnswer(Answer):
    """How many were recorded, and how many had been before."""

    accepted: int
    duplicates: int


class EventsQuery(Query):
    """Which events, and how many."""

    kind: Annotated[
        Literal["decision", "simulation", "review", "outcome"] | None,
        Field(description="Only these; all when left out."),
    ] = None
    after: Annotated[
        int, Field(ge=0, le=2**63 - 1, description="The last `sequence` seen."), INTEGER
    ] = 0
    limit: Annotated[
        int, Field(ge=1, le=LARGEST_EXPORT, description="At most so many."), INTEGER
    ] = 1000
    features: Annotated[
        Literal["none", "monitored", "all"],
        Field(
            description="The model's inputs: none, those the bundle monitors, or all; "
            "all as well for events of a bundle that does not serve any more."
        ),
    ] = "none"
