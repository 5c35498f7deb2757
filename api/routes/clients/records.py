"""A client's records, as they were imported or entered."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import Problem
from api.http.operations import OFFICER, Operation
from api.schemas.records import RecordsAnswer

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
def records(client_id: str) -> Response:
    raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not yet")
