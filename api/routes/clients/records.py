"""A client's records, as they were imported or entered."""

from __future__ import annotations

from flask import Blueprint, Response

from api.http.lookups import client_key, known_client
from api.http.operations import OFFICER, Operation
from api.http.responses import answer
from api.schemas.clients.records import RecordsAnswer
from api.scoring.record_tables import record_tables
from api.services import services

blueprint = Blueprint("records", __name__, url_prefix="/v1/clients")


@Operation(
    blueprint,
    "GET",
    "/<client_id>/records",
    "clients",
    "A client's earlier loans, repayments, cards and credits elsewhere",
    {200: RecordsAnswer},
    roles=OFFICER,
    problems=(404,),
    path_examples={"client_id": 100001},
)
def get_records(client_id: str) -> Response:
    champion = services().champion()
    client = known_client(champion, client_key(champion, client_id))
    tables = record_tables(champion.manifest, services().database, client)
    return answer({"client_id": client.client_id, "tables": tables})
