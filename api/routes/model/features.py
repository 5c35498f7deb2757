"""How the values of a feature are spread, alone and against another one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response

from api.errors import FieldError, Problem, invalid
from api.http.auth import require
from api.http.lookups import known_client, population_of, vector_of
from api.http.operations import OFFICER, Operation
from api.http.responses import answer, query
from api.schemas.answers import Distribution
from api.schemas.clients.population import Scatter, ScatterQuery
from api.schemas.layout import EXAMPLES
from api.schemas.requests import DistributionQuery
from api.scoring.facts import shown
from api.services import services

if TYPE_CHECKING:
    from api.scoring.champion import Champion
    from api.store.people.clients import Client

blueprint = Blueprint("features", __name__, url_prefix="/v1/features")


@Operation(
    blueprint,
    "GET",
    "/<name>/distribution",
    "model",
    "Histogram of a feature, and where a client is on it",
    {200: Distribution},
    description="With `client_id` it needs the role officer.",
    query=DistributionQuery,
    problems=(403, 404),
    path_examples={"name": EXAMPLES["feature"]},
    validated=True,
)
def get_distribution(name: str) -> Response:
    champion = services().champion()
    params = query(DistributionQuery, champion.manifest.key_type)
    if name not in champion.distributions or name not in champion.places:
        detail = f"There is no distribution of {name}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    document = {"feature": name, **champion.distributions[name]}
    if params.client_id is not None:
        require(OFFICER)
        client = known_client(champion, params.client_id)
        value = champion.scorer.values(client.features)[champion.places[name]]
        document["client"] = {"client_id": params.client_id, "value": value}
        document |= _similar(champion, client, document)
    response = answer(document)
    if params.client_id is not None:
        response.cache_control.no_store = True
    return response


def _similar(
    champion: Champion, client: Client, document: Mapping[str, Any]
) -> dict[str, list[int]]:
    """How many of the client's nearest group are in each bin; the outer bins are open.

    Nothing when the population sample does not have the feature.
    """
    population, name = champion.population, document["feature"]
    if population is None or name not in population.names:
        return {}
    group = population.nearest(vector_of(champion, population, client))
    edges = document.get("edges")
    if edges is None:
        edges = np.arange(len(document["categories"]) + 1) - 0.5
    values = np.clip(population.values(name, group.rows), edges[0], edges[-1])
    return {"similar": np.histogram(values, edges)[0].tolist()}


@Operation(
    blueprint,
    "GET",
    "/<name>/scatter",
    "model",
    "A feature against another one, over clients of the population sample",
    {200: Scatter},
    roles=OFFICER,
    description="At most 1,000 clients, without identifiers; those of whom one of "
    "the two is missing are left out.",
    query=ScatterQuery,
    problems=(404,),
    path_examples={"name": EXAMPLES["feature"]},
)
def get_scatter(name: str) -> Response:
    champion = services().champion()
    params = query(ScatterQuery, champion.manifest.key_type)
    for wanted in (name, params.other):
        if wanted not in champion.places:
            raise Problem(HTTPStatus.NOT_FOUND, f"There is no feature {wanted}.")
    population = population_of(champion)
    outside = [f for f in (name, params.other) if f not in population.names]
    if outside:
        detail = "is not in the population sample"
        raise invalid([FieldError(wanted, detail) for wanted in outside])
    axes = [
        champion.manifest.features[champion.places[f]] for f in (name, params.other)
    ]
    points = [
        [shown(x, axes[0]), shown(y, axes[1]), defaulted]
        for x, y, defaulted in population.points(name, params.other)
    ]
    client = None
    if params.client_id is not None:
        values = champion.scorer.values(
            known_client(champion, params.client_id).features
        )
        both = [values[champion.places[axis.name]] for axis in axes]
        client = None if None in both else both
    return answer({"x": name, "y": params.other, "points": points, "client": client})
