"""What Prometheus is told."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
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
    assert value("scoring_requests_in_flight") == 0
    assert value("scoring_request_threads") == services.config.threads
    assert value("scoring_denied_total", {"reason": "revoked"}) == 0
    assert "100001" not in generate_latest(services.metrics.registry).decode()


def test_counts_how_long_who_comes_second_waits_for_the_database(app: Flask) -> None:
    services = app.extensions["scoring"]
    value = services.metrics.registry.get_sample_value
    threads = services.config.threads - 1
    entered = threading.Barrier(threads + 1)

    def hold() -> None:
        with services.database.slot():
            entered.wait(10)
            time.sleep(0.2)

    with ThreadPoolExecutor(threads) as pool:
        for _ in range(threads):
            pool.submit(hold)
        entered.wait(10)
        with services.database.slot(), services.database.slot():
            pass
    assert value("scoring_database_wait_seconds_count") == threads + 1
    assert 0.1 < value("scoring_database_wait_seconds_sum") < 10
