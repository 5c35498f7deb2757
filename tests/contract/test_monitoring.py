"""Clients drift through the real API, the monitor sees it, and sees it end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import House, Served
from tests.contract.http import call

pytestmark = pytest.mark.xdist_group("house")


def test_a_simulated_drift_opens_an_alert_and_its_end_closes_it(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TRAINING_API_KEY", served.key)
    house = served.house
    simulate(house, served, 1.0, 500)
    watch(house, served, tmp_path)
    alerts = {one["cause"]: one for one in listed(served)}
    moved = [cause for cause in alerts if cause.startswith("feature:EXT_SOURCE")]
    assert moved
    alert = alerts[moved[0]]
    assert alert["status"] == "open"
    assert "standard deviations higher" in alert["what"]
    _, report = call(served, "/v1/monitoring/reports/latest?kind=production")
    assert report["id"] == alert["report_id"]
    assert report["report"]["series"]["psi"]["score"]
    simulate(house, served, 0.0, 900)
    watch(house, served, tmp_path)
    again = {one["id"]: one for one in listed(served)}
    assert again[alert["id"]]["status"] == "closed"
    assert [one["status"] for one in again[alert["id"]]["history"]][-1] == "closed"


def simulate(house: House, served: Served, strength: float, events: int) -> None:
    options = [f"--api={served.url}", f"--data={house.data}", f"--events={events}"]
    options += ["--kind=covariate", f"--strength={strength}"]
    said = house.run("training", "simulate-drift", *options)
    assert f"{events} decisions" in said


def watch(house: House, served: Served, state: Path) -> None:
    options = [f"--api={served.url}", f"--bundle={house.bundle}"]
    options += [f"--state={state}", "--window=100"]
    house.run("training", "monitor", *options)


def listed(served: Served) -> list[dict[str, Any]]:
    status, found = call(served, "/v1/alerts?status=all")
    assert status == 200
    return list(found["alerts"])
