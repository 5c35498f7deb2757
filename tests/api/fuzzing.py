"""Requests that Schemathesis makes up from the OpenAPI document, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

# What a schema cannot know: which columns a bundle has, which clients there are. And
# test_auth.py asks every route with every kind of key.
NOT_ASKED = {"positive_data_acceptance", "ignored_auth"}


@dataclass
class Findings:
    """How many requests were sent, by status; and each distinct failure once."""

    statuses: dict[int, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def fuzz(app: Flask, key: str, examples: int, seed: int = 0) -> Findings:
    """Send `examples` valid and as many invalid requests to every route."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    found = Findings()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            _explore(strategy, _sender(found, key), examples, seed)
    return found


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


def _sender(found: Findings, key: str) -> Callable[[Any], None]:
    names = [name for name in CHECKS.get_all_names() if name not in NOT_ASKED]
    checks = CHECKS.get_by_names(names)

    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}

    def send(case: Any) -> None:
        response = case.call(headers=headers)
        status = response.status_code
        found.statuses[status] = found.statuses.get(status, 0) + 1
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                label = f"{case.operation.label}: {failure.title}"
                found.failures.setdefault(label, f"{failure} {case.as_curl_command()}")

    return send
