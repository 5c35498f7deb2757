"""Is the process up, and can it decide?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus

from flask import Blueprint, Response

from api.errors import FieldError, Problem, ScoringError
from api.http.operations import Operation
from api.http.responses import answer
from api.schemas.answers import Liveness, Readiness
from api.scoring.applicants.known_clients import feature_set_problem
from api.services import services
from api.store.people import imports

blueprint = Blueprint("health", __name__)


@Operation(
    blueprint,
    "GET",
    "/health/live",
    "health",
    "The process answers",
    {200: Liveness},
    roles=None,
)
def get_liveness() -> Response:
    return answer({"status": "live"})


@Operation(
    blueprint,
    "GET",
    "/health/ready",
    "health",
    "It can decide: bundle loaded, schema right, database writable, not stopping",
    {200: Readiness},
    roles=None,
    problems=(503,),
)
def get_readiness() -> Response:
    if services().draining:
        detail = "It is about to stop. Send requests elsewhere."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail)
    failures = [_failure("bundle", _bundle)]
    # Where the database does not answer, who waited once does not wait again.
    with services().database.slot():
        failures += [_failure("database", _database), _failure("clients", _clients)]
    errors = [error for error in failures if error is not None]
    if errors:
        detail = "; ".join(error.detail for error in errors)
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, errors)
    served = services().champion().bundle.sha256
    release = asdict(services().release)
    return answer({"status": "ready", **release, "bundle_sha256": served})


def _failure(name: str, check: Callable[[], None]) -> FieldError | None:
    try:
        check()
    except ScoringError as error:
        logging.getLogger("api").error("not ready: %s", error.message)
        return FieldError(f"/{name}", error.public or error.message)
    return None


def _bundle() -> None:
    services().champion()


def _database() -> None:
    services().database.require_schema()
    services().database.probe()
    services().chain_end.probe()
    services().chain_end.require_whole(services().database)


def _clients() -> None:
    """None imported yet is fine: new applicants can be scored."""
    feature_set = services().champion().manifest.feature_set
    if imports.lacking(services().database, feature_set):
        raise feature_set_problem()
