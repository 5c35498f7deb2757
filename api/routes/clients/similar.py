"""Clients like a client, of the bundle's population sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response
from numpy.typing import NDArray

from api.http.lookups import client_key, known_client, population_of, vector_of
from api.http.operations import OFFICER, Operation
from api.http.responses import answer
from api.schemas.clients.population import SimilarClients
from api.scoring.facts import shown
from api.services import services

if TYPE_CHECKING:
    from api.scoring.similar_clients import Neighbours, Population

blueprint = Blueprint("similar", __name__, url_prefix="/v1/clients")


@Operation(
    blueprint,
    "GET",
    "/<client_id>/similar",
    "clients",
    "The clients most like this one, and how many of them defaulted",
    {200: SimilarClients},
    roles=OFFICER,
    description="The nearest 2 % of the population sample, from 200 to 500 clients "
    "and at most a tenth of it, by Gower's distance over the ranks of the features "
    "in `matched_on`, each weighted by its mean absolute contribution. No "
    "identifier is in the sample.",
    problems=(404,),
    path_examples={"client_id": 100001},
)
def get_similar_clients(client_id: str) -> Response:
    champion = services().champion()
    population = population_of(champion)
    client = known_client(champion, client_key(champion, client_id))
    vector = vector_of(champion, population, client)
    group = population.nearest(vector)
    return answer(
        {
            "client_id": client.client_id,
            "size": len(group.rows),
            "observed_default_rate": group.observed_default_rate,
            "interval": group.interval,
            "matched_on": population.matched_on,
            "features": _compared(population, vector, group),
            "population": {
                "size": population.size,
                "observed_default_rate": float(population.defaulted.mean()),
            },
        }
    )


def _compared(
    population: Population, vector: NDArray[np.float32], group: Neighbours
) -> list[dict[str, Any]]:
    typical = population.typical(group.rows)
    return [
        {
            "feature": feature.name,
            "client": shown(value, feature),
            "median": shown(median, feature),
        }
        for feature, value, median in zip(
            population.features, vector.tolist(), typical, strict=True
        )
    ]
