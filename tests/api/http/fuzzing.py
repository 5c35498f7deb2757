"""Requests that Schemathesis makes up from the OpenAPI document, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.openapi.checks import RejectedPositiveData

# test_auth.py asks every route with every kind of key.
NOT_ASKED = {"ignored_auth"}
# What no schema says: which day it is, what is stored, what two values are together,
# what a policy means, and which facts of whom a bundle's sample has.
BEYOND = re.compile(
    "is in the (future|past)|no decision has this id"
    "|This Idempotency-Key was used with another request"
    "|must be left out or be the application's|at most 240 offers together"
    "|the values (are too large|make feature)|^line [0-9]+: "
    "|^/filters(/[0-9]+/[a-z]+)?: (expected|.* is )"
    "|terms/.*: (cannot be|needs |must be below"
    "|.* not among the prices|.* would be )"
)
BATCH = "POST /v1/predictions/batch"


@dataclass
class Findings:
    """How many requests were sent, by status; and each distinct failure once."""

    statuses: dict[int, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def fuzz(app: Flask, key: str, examples: int, seed: int = 0) -> Findings:
    """Send `examples` valid and as many invalid requests to every route."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    # The key is always sent, so a case cannot be wrong for having none.
    schema.config.generation.with_security_parameters = False
    found = Findings()
    items = Items(schema.raw_schema)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        for mode in GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            _explore(strategy, _sender(found, key, items), examples, seed)
    return found


class Items:
    """What a batch says of its items: 200 as a whole, each bad one its own problem."""

    def __init__(self, document: Any) -> None:
        schemas = document["components"]["schemas"]
        body = schemas["Batch"]
        places = {**body["properties"]["predictions"], "items": {}}
        properties = {**body["properties"], "predictions": places}
        self._around = jsonschema_rs.validator_for({**body, "properties": properties})
        item = body["properties"]["predictions"]["items"]
        self._item = jsonschema_rs.validator_for(
            {**item, "components": document["components"]}
        )

    def bad(self, body: Any) -> list[int]:
        """Places of items that break the schema; none if more than items break it."""
        if not self._around.is_valid(body):
            return []
        items = enumerate(body["predictions"])
        return [at for at, item in items if not self._item.is_valid(item)]

    @staticmethod
    def accepted(places: list[int], answer: Any) -> list[int]:
        """Those of `places` that were answered without a problem."""
        answers = answer["predictions"]
        return [at for at in places if not 400 <= answers[at].get("status", 0) < 500]

    @staticmethod
    def refused(answer: Any) -> list[Any]:
        """Problems of items that a schema could have told."""
        problems = [one for one in answer["predictions"] if one.get("status") == 422]
        return [problem for problem in problems if not beyond(problem)]


def beyond(problem: Any) -> bool:
    """Whether a refusal is for nothing that a schema could tell."""
    told = [f"{one['path']}: {one['detail']}" for one in problem.get("errors", ())]
    return all(BEYOND.search(one) for one in told or [problem["detail"]])


def _explore(
    strategy: Any, send: Callable[[Any], None], examples: int, seed: int
) -> None:
    bounded = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # A route that takes nothing cannot be asked wrongly.
    with suppress(Unsatisfiable):
        seeded(seed)(bounded(given(case=strategy)(lambda case: send(case))))()


def _sender(found: Findings, key: str, items: Items) -> Callable[[Any], None]:
    names = [name for name in CHECKS.get_all_names() if name not in NOT_ASKED]
    checks = CHECKS.get_by_names(names)
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}

    def send(case: Any) -> None:
        response = case.call(headers=headers)
        status = response.status_code
        found.statuses[status] = found.statuses.get(status, 0) + 1
        bad = []
        if case.operation.label == BATCH and status == 200:
            bad = items.bad(case.body)
            if items.accepted(bad, response.json()):
                label = f"{BATCH}: a bad item was accepted"
                found.failures.setdefault(label, case.as_curl_command())
            if case.meta.generation.mode.is_positive:
                for problem in items.refused(response.json()):
                    label = f"{BATCH}: a good item was refused"
                    found.failures.setdefault(label, f"{problem}")
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                if bad and isinstance(failure, AcceptedNegativeData):
                    continue  # The bad items were refused, each at its place.
                if isinstance(failure, RejectedPositiveData) and beyond(
                    response.json()
                ):
                    continue
                label = f"{case.operation.label}: {failure.title}"
                found.failures.setdefault(label, f"{failure} {case.as_curl_command()}")

    return send
