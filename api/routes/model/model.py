"""The model that serves."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus

from flask import Blueprint, Response

from api.bundle import scorecard
from api.errors import BundleError, Problem
from api.http.operations import ADMIN, MARKDOWN, Operation
from api.http.responses import answer, query
from api.schemas.answers import ModelRef
from api.schemas.language import LanguageQuery
from api.schemas.model import Importance, ModelAnswer, Scorecard
from api.services import services

blueprint = Blueprint("model", __name__, url_prefix="/v1/model")
_CARD, _CARD_IN = "model-card.md", "model-card.{}.md"


@Operation(
    blueprint,
    "GET",
    "",
    "model",
    "Name, version, threshold, costs, metrics, and what every column means",
    {200: ModelAnswer},
    validated=True,
)
def get_model() -> Response:
    champion = services().champion()
    negotiable = [term.model_dump() for term in champion.negotiable]
    release = asdict(services().release)
    told = champion.bundle.told
    return answer({**told, "negotiable": negotiable, "release": release})


@Operation(
    blueprint,
    "GET",
    "/importance",
    "model",
    "What weighs in general, by feature and group",
    {200: Importance},
    validated=True,
)
def get_importance() -> Response:
    return answer(services().champion().importance)


@Operation(
    blueprint,
    "GET",
    "/scorecard",
    "model",
    "The table of points, where the model is one",
    {200: Scorecard},
    description="Of a model whose `form` is `scorecard`: the points of each feature "
    "and the base points add up to a score, and `scale` says which risk it is.",
    problems=(404,),
    validated=True,
)
def get_scorecard() -> Response:
    bundle = services().champion().bundle
    if bundle.scorecard is None:
        raise Problem(HTTPStatus.NOT_FOUND, "The model that serves is no scorecard.")
    return answer(bundle.json(scorecard.FILE))


@Operation(
    blueprint,
    "GET",
    "/card",
    "model",
    "What the model is for, how good it is and where it is not",
    {200: MARKDOWN},
    query=LanguageQuery,
    description="English where the bundle has none in the language.",
    problems=(404,),
    validated=True,
)
def get_model_card() -> Response:
    files = services().champion().bundle.files
    content = files.get(_CARD_IN.format(query(LanguageQuery).lang), files.get(_CARD))
    if content is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"The bundle holds no {_CARD}.")
    return Response(content, content_type=f"{MARKDOWN}; charset=utf-8")


@Operation(
    blueprint,
    "POST",
    "/reload",
    "model",
    "Serve the bundle that is in the server's folder now",
    {200: ModelRef},
    roles=ADMIN,
    description="The process that answers serves it at once, the others within "
    "seconds. Requests that are under way end on the model they began with. A "
    "bundle that cannot be served is refused, and the one before serves on.",
    problems=(409,),
)
def reload_model() -> Response:
    try:
        champion = services().reload()
    except BundleError as error:
        raise Problem(HTTPStatus.CONFLICT, error.message) from error
    services().announce()
    model = champion.manifest.model
    return answer(
        {
            "name": model.name,
            "version": model.version,
            "bundle_sha256": champion.bundle.sha256,
        }
    )
