"""What Prometheus is told."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from prometheus_client import generate_latest

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


def test_counts_requests_decisions_and_the_bundle(app: Flask, call: Any) -> None:
    services = app.extensions["scoring"]
    answered = call("POST", "/v1/predictions", json={"client_id": 100001}).json
    what_if = {"client_id": 100001, "changes": {"AMT_CREDIT": 90000}}
    call("POST", "/v1/predictions", json=what_if)
    call("GET", "/v1/clients/100001", "officer")
    call("GET", "/v1/clients/5", "officer")
    value = services.metrics.registry.get_sample_value
    decided = {"kind": "decision", "decision": answered["decision"]}
    assert value("scoring_events_total", decided) == 1
    assert value("scoring_probability_count", {"kind": "simulation"}) == 1
    assert value("scoring_probability_sum", {"kind": "decision"}) == pytest.approx(
        answered["probability"]
    )
    assert value("scoring_commit_seconds_count") == 2
    assert 0 < value("scoring_commit_seconds_sum") < 60
    one = {"method": "GET", "route": "/v1/clients/<client_id>"}
    assert value("scoring_request_seconds_count", {**one, "status": "200"}) == 1
    assert value("scoring_request_seconds_count", {**one, "status": "404"}) == 1
    serving = services.champion()
    model = serving.manifest.model
    labels = {"name": model.name, "version": model.version}
    labels["bundle_sha256"] = serving.bundle.sha256
    assert value("scoring_bundle_processes", labels) == 1
    services.metrics.serving("other", "9", "0")
    assert value("scoring_bundle_processes", labels) == 0
    assert "100001" not in generate_latest(services.metrics.registry).decode()
