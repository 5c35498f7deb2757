"""How the values of a feature are spread."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from api.answering import answer, query
from api.errors import Problem
from api.operations import Operation, route
from api.routes.clients import known_client
from api.schemas.answers import Distribution
from api.schemas.requests import DistributionQuery
from api.services import services

if TYPE_CHECKING:
    from api.champion import Champion

blueprint = Blueprint("features", __name__, url_prefix="/v1/features")


@route(
    blueprint,
    "GET",
    "/<name>/distribution",
    Operation(
        "model",
        "Histogram of a feature, and where a client is on it",
        {200: Distribution},
        query=DistributionQuery,
        problems=(404,),
        path_examples={"name": "EXT_SOURCE_MEAN"},
    ),
)
def distribution(name: str) -> Response:
    champion = services().champion()
    asked = query(DistributionQuery)
    if name not in champion.distributions or name not in champion.places:
        detail = f"There is no distribution of {name}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    document = {"feature": name, **champion.distributions[name]}
    if asked.client_id is not None:
        document["client"] = _client_value(champion, name, asked.client_id)
    return answer(document)


def _client_value(champion: Champion, name: str, client_id: int) -> dict[str, Any]:
    client = known_client(champion, client_id)
    value = champion.scorer.values(client.features)[champion.places[name]]
    return {"client_id": client_id, "value": value}
