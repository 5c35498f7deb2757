"""The model that serves."""

from __future__ import annotations

from flask import Blueprint, Response

from api.answering import answer
from api.operations import Operation, route
from api.schemas.answers import Importance, ModelAnswer
from api.services import services

blueprint = Blueprint("model", __name__, url_prefix="/v1/model")
_PASSED_ON = (
    "threshold",
    "threshold_interval",
    "costs",
    "calibration",
    "metrics",
    "data",
    "features",
    "tables",
    "libraries",
)


@route(
    blueprint,
    "GET",
    "",
    Operation(
        "model",
        "Name, version, threshold, costs, metrics, and what every column means",
        {200: ModelAnswer},
    ),
)
def describe() -> Response:
    champion = services().champion()
    document = champion.bundle.document
    identity = ("name", "version", "mlflow_run_id", "created_at")
    return answer(
        {
            **{name: document["model"][name] for name in identity},
            "bundle_sha256": champion.bundle.sha256,
            **{name: document[name] for name in _PASSED_ON},
            **champion.bundle.json("reasons.json"),
        }
    )


@route(
    blueprint,
    "GET",
    "/importance",
    Operation(
        "model", "What weighs in general, by feature and group", {200: Importance}
    ),
)
def importance() -> Response:
    return answer(services().champion().importance)
