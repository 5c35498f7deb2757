"""How a client's risk moves with one input."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.schemas.clients.dependence import ClientDependence, DependenceQuery
from api.scoring.analysis.dependence import dependence
from api.services import services

blueprint = Blueprint("dependence", __name__, url_prefix="/v1/clients")


@Operation(
    blueprint,
    "GET",
    "/<client_id>/dependence",
    "clients",
    "The client's risk over the values of an input, all else as it is",
    {200: ClientDependence},
    roles=OFFICER,
    description="Inputs that belong together do not move together: it says how the "
    "model sees this input, not what would become of the client.",
    query=DependenceQuery,
    problems=(404,),
    path_examples={"client_id": 100001},
)
def get_dependence(client_id: str) -> Response:
    champion = services().champion()
    name = query(DependenceQuery).feature
    client = known_client(champion, client_key(champion, client_id))
    found = dependence(champion, client.features, name)
    if found is None:
        detail = f"There is no dependence on {name}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return answer({"client_id": client.client_id, **found})
