"""What a request names, or the problem that there is no such thing."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from api.errors import Problem
from api.http.slashes import with_slashes
from api.schemas.client_keys import DRAFT_PATTERN, LARGEST, ClientKey, fault_of
from api.scoring.applicants import known_clients
from api.services import services
from api.store.people import predictions
from api.store.people.clients import Client

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from api.scoring.champion import Champion
    from api.scoring.similar_clients import Population
    from api.store.database import Database
    from api.store.people.predictions import StoredPrediction


def client_key(champion: Champion, named: str) -> ClientKey:
    """The key that an address names; raises Problem 404 where no client can have it."""
    named = with_slashes(named)
    if re.fullmatch(DRAFT_PATTERN, named):
        return named
    if champion.manifest.key_type == "category":
        fault = fault_of(named)
        if fault is None:
            return named
    elif re.fullmatch("[0-9]{1,19}", named) and 1 <= int(named) <= LARGEST:
        return int(named)
    else:
        fault = f"expected an integer from 1 to {LARGEST}"
    raise Problem(HTTPStatus.NOT_FOUND, f"There is no client {named}: {fault}.")


def known_client(champion: Champion, client_id: ClientKey) -> Client:
    """Raises Problem 404, or 503 when the import does not fit the bundle."""
    known = known_clients.find(champion, services().database, [client_id])
    if client_id not in known:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no client {client_id}.")
    return known[client_id]


def vector_of(
    champion: Champion, population: Population, client: Client
) -> NDArray[np.float32]:
    """A client's values of the population's features."""
    return client.features[[champion.places[name] for name in population.names]]


def population_of(champion: Champion) -> Population:
    """The population; raises Problem 404 when the bundle has none."""
    if champion.population is None:
        detail = "The bundle holds no population.parquet: nothing to compare with."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return champion.population


def known_prediction(database: Database, prediction_id: str) -> StoredPrediction:
    """Raises Problem 404, or Gone."""
    stored = predictions.find(database, prediction_id)
    if stored is None:
        detail = f"There is no prediction {prediction_id}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return stored
