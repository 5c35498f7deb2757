"""What is answered from the bundle's sample of pseudonymised clients."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.answers import Answer, Share
from api.schemas.client_keys import ClientKey, OptionalKey
from api.schemas.layout import EXAMPLES
from api.schemas.requests import Query

Value = float | str | None


class ComparedFeature(Answer):
    """A client against a group; of a category, the group's most frequent one."""

    feature: str
    client: Value
    median: Value


class Sample(Answer):
    """All clients that the group was taken from."""

    size: int
    observed_default_rate: Share


class SimilarClients(Answer):
    """The nearest group; `interval` is the 95 % Wilson interval of its rate.

    `matched_on`: the features that nearness is measured on, weightiest first.
    """

    client_id: ClientKey
    size: int
    observed_default_rate: Share
    interval: Annotated[list[Share], Field(min_length=2, max_length=2)]
    matched_on: list[str]
    features: list[ComparedFeature]
    population: Sample


class Scatter(Answer):
    """Clients of whom both features are known, and where one client is."""

    x: str
    y: str
    # Lists, not tuples: few tools read JSON Schema's prefixItems.
    points: Annotated[
        list[Annotated[list[float | str], Field(min_length=3, max_length=3)]],
        Field(description="x, y, and 1 of a client who defaulted, else 0."),
    ]
    client: Annotated[list[float | str], Field(min_length=2, max_length=2)] | None


class ScatterQuery(Query):
    """What to draw a feature against, and whose values to show on it."""

    other: Annotated[
        str,
        Field(
            alias="with",
            description="The feature on the y axis.",
            examples=EXAMPLES["other"],
        ),
    ]
    client_id: Annotated[
        OptionalKey, Field(description="Add where this client is.")
    ] = None
