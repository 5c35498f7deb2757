"""How one client's risk moves with one input."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.answers import Answer, Share
from api.schemas.client_keys import ClientKey
from api.schemas.layout import EXAMPLES
from api.schemas.requests import Query

Value = float | str | None


class ClientDependence(Answer):
    """The client's risk with each of these values, all else as it is; and as it is.

    A null value is a missing one.
    """

    client_id: ClientKey
    feature: str
    values: list[Value]
    risk: list[Share]
    value: Value
    probability: Share


class DependenceQuery(Query):
    """Which input to move."""

    feature: Annotated[
        str,
        Field(
            description="One of the inputs of GET /v1/model/inspection.",
            examples=[EXAMPLES["feature"]],
        ),
    ]
