"""What analysts look for in the model, and its measures for a segment."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.bundle.inspection import FILE
from api.errors import Problem
from api.http import json_body
from api.http.lookups import population_of
from api.http.operations import ANALYST, OFFICER, Operation
from api.http.responses import answer
from api.schemas.analysis.inspection import Inspection
from api.schemas.analysis.segments import SegmentAnswer, SegmentRequest
from api.schemas.layout import EXAMPLES
from api.scoring.analysis.segments import FEWEST, measured
from api.scoring.request_forms import read_model
from api.services import services

blueprint = Blueprint("inspection", __name__, url_prefix="/v1/model")


@Operation(
    blueprint,
    "GET",
    "/inspection",
    "model",
    "Curves of all candidates; dependence, interactions and errors of inputs",
    {200: Inspection},
    problems=(404,),
    validated=True,
)
def get_inspection() -> Response:
    document = services().champion().bundle.documents.get(FILE)
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"The bundle holds no {FILE}.")
    return answer(document)


@Operation(
    blueprint,
    "POST",
    "/segments",
    "model",
    "How good the model is for clients chosen by what they have",
    {200: SegmentAnswer},
    roles=ANALYST | OFFICER,
    description="Over the population sample, by the risk that a model stated which had "
    "not seen the client, in steps of fifty on either side of the model's threshold. "
    f"Fewer than {FEWEST} clients are refused.",
    body=(SegmentRequest,),
    body_examples={
        "segment": {
            "filters": [{"feature": EXAMPLES["feature"], "between": [0.2, 0.6]}],
            "threshold": 0.1,
        }
    },
    problems=(404,),
)
def compute_segment() -> Response:
    champion = services().champion()
    population = population_of(champion)
    asked = read_model(SegmentRequest, json_body.read(request))
    return answer(measured(champion, population, asked))
