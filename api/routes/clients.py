"""Known clients."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from api.answering import answer, query
from api.errors import Problem
from api.operations import Operation, route
from api.predictions import feature_set_problem
from api.schemas.answers import ClientAnswer, ClientPage
from api.schemas.requests import ClientSearch
from api.services import services
from api.store import clients
from api.store.clients import LARGEST_ID, Client
from api.store.keys import Role

if TYPE_CHECKING:
    from api.champion import Champion

blueprint = Blueprint("clients", __name__, url_prefix="/v1/clients")
_OFFICER = frozenset({Role.OFFICER})


def known_client(champion: Champion, client_id: int) -> Client:
    """Raises Problem 404, or 503 when the import does not fit the bundle."""
    found = {}
    if client_id <= LARGEST_ID:
        found = clients.find(services().database, [client_id])
    if client_id not in found:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no client {client_id}.")
    if found[client_id].feature_set != champion.manifest.feature_set:
        raise feature_set_problem()
    return found[client_id]


@route(
    blueprint,
    "GET",
    "",
    Operation(
        "clients",
        "Ids of known clients, by their first digits",
        {200: ClientPage},
        roles=_OFFICER,
        query=ClientSearch,
    ),
)
def search() -> Response:
    asked = query(ClientSearch)
    after = min(int(asked.cursor), LARGEST_ID)
    page = clients.search(services().database, asked.prefix, after, asked.limit)
    return answer(
        {
            "clients": [{"client_id": client_id} for client_id in page.ids],
            "total": page.total,
            "next_cursor": str(page.ids[-1]) if page.following else None,
        }
    )


@route(
    blueprint,
    "GET",
    "/<int:client_id>",
    Operation(
        "clients",
        "A client's raw application, with labels and units",
        {200: ClientAnswer},
        roles=_OFFICER,
        problems=(404,),
        path_examples={"client_id": 100001},
    ),
)
def application(client_id: int) -> Response:
    champion = services().champion()
    client = known_client(champion, client_id)
    facts = [
        {
            "name": column.name,
            "labels": {"en": column.labels.en, "fr": column.labels.fr},
            "type": column.type,
            "unit": column.unit,
            "value": client.application.get(column.name),
        }
        for column in champion.manifest.tables["application"].columns
    ]
    return answer(
        {
            "client_id": client_id,
            "application": facts,
            "imported_at": client.imported_at,
        }
    )
