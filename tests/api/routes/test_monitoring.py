"""Reports and alerts that monitoring posts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from api.schemas.monitoring import Alert, Report, ReportList

REPORTS = "/v1/monitoring/reports"
ALERT = {
    "cause": "feature:AMT_CREDIT",
    "status": "open",
    "severity": "warning",
    "title": "AMT_CREDIT has moved",
    "what": "Its median rose.",
    "certainty": "Seen twice.",
    "action": "Ask the branch.",
    "evidence": {"psi": 0.3},
}


def report(call: Any, kind: str, html: str | None = None, **more: Any) -> Any:
    body = {"kind": kind, "conclusion": f"# {kind}", "report": {"n": 1}, "html": html}
    return call("POST", REPORTS, "analyst", json=body, **more)


def test_a_report_is_kept_and_read_back(call: Any) -> None:
    page = "<p>é</p>" * 200_000
    made = report(call, "production", page)
    assert made.status_code == 201
    assert made.headers["Location"] == f"{REPORTS}/{made.json['id']}"
    read = call("GET", made.headers["Location"], "analyst").json
    Report.model_validate(read)
    assert read == {**made.json, "conclusion": "# production", "report": {"n": 1}}
    for path in (made.json["id"], "latest"):
        shown = call("GET", f"{REPORTS}/{path}/html", "analyst")
        assert shown.text == page
        assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_the_bundle_has_the_train_test_report_until_one_is_posted(call: Any) -> None:
    def kinds() -> list[str]:
        listed = call("GET", REPORTS, "analyst").json
        ReportList.model_validate(listed)
        return [entry["kind"] for entry in listed["reports"]]

    (own,) = call("GET", f"{REPORTS}?kind=train_test", "analyst").json["reports"]
    assert call("GET", f"{REPORTS}/{own['id']}", "analyst").json["report"] == {
        "metrics": []
    }
    report(call, "performance")
    assert kinds() == ["performance", "train_test"]
    made = report(call, "train_test")
    assert kinds() == ["train_test", "performance"]
    latest = call("GET", f"{REPORTS}/latest?kind=train_test", "analyst").json
    assert latest["id"] == made.json["id"]


def test_a_report_that_is_not_there_is_not_found(call: Any) -> None:
    without_page = report(call, "challenger").json["id"]
    for path in ("nonsense", "%00", f"{without_page}/html", "latest?kind=production"):
        assert call("GET", f"{REPORTS}/{path}", "analyst").status_code == 404


def test_a_report_that_is_none_is_refused(call: Any) -> None:
    body = {"kind": "other", "conclusion": "\0", "report": [], "html": 3}
    refused = call("POST", REPORTS, "analyst", json=body)
    assert refused.status_code == 422
    paths = [error["path"] for error in refused.json["errors"]]
    assert paths == ["/kind", "/conclusion", "/report", "/html"]


def test_a_retried_report_is_kept_once(call: Any) -> None:
    key = {"Idempotency-Key": "report-1"}
    first, again = (report(call, "production", headers=key) for _ in range(2))
    assert first.data == again.data
    listed = call("GET", f"{REPORTS}?kind=production", "analyst").json["reports"]
    assert len(listed) == 1


@pytest.fixture
def raise_alert(call: Any) -> Any:
    def post(**more: Any) -> Any:
        return call("POST", "/v1/alerts", "analyst", json={**ALERT, **more})

    return post


def test_an_alert_is_opened_updated_acknowledged_and_closed(
    call: Any, raise_alert: Any
) -> None:
    assert raise_alert(status="closed").status_code == 404
    opened = raise_alert()
    assert opened.status_code == 201
    updated = raise_alert(severity="critical", title="Worse")
    assert (updated.status_code, updated.json["id"]) == (200, opened.json["id"])
    assert updated.json["opened_at"] == opened.json["opened_at"]
    path = f"/v1/alerts/{opened.json['id']}/acknowledge"
    seen = call("POST", path, "analyst", json={"by": "A. Martin", "note": "On it"})
    assert seen.json["acknowledged_by"] == "A. Martin"
    closed = raise_alert(status="closed")
    Alert.model_validate(closed.json)
    assert closed.json["closed_at"] == closed.json["updated_at"]
    assert closed.json["note"] == "On it"
    steps = [(one["status"], one["severity"]) for one in closed.json["history"]]
    assert steps == [("open", "warning"), ("open", "critical"), ("closed", "warning")]
    assert raise_alert().json["id"] != opened.json["id"]
    unknown = "/v1/alerts/019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01/acknowledge"
    assert call("POST", unknown, "analyst", json={"by": "A"}).status_code == 404


def test_an_alert_is_acknowledged_by_ones_own_name(call: Any, raise_alert: Any) -> None:
    path = f"/v1/alerts/{raise_alert().json['id']}/acknowledge"
    ada = {"name": "Ada", "sub": "248289", "roles": ["analyst"]}
    asked = partial(call, "POST", path, "desk")
    headers = {"On-Behalf-Of": json.dumps(ada)}
    refused = asked(json={"by": "Bo"}, headers=headers)
    assert [one["path"] for one in refused.json["errors"]] == ["/by"]
    seen = asked(json={"by": "Ada"}, headers=headers)
    assert (seen.json["acknowledged_by"], seen.json["signer"]) == ("Ada", "sub:248289")


def test_alerts_are_listed_by_urgency(call: Any, raise_alert: Any) -> None:
    for cause, severity in (("a", "info"), ("b", "critical"), ("c", "critical")):
        raise_alert(cause=cause, severity=severity)
    raise_alert(cause="b", status="closed", severity="critical")

    def causes(status: str) -> list[str]:
        found = call("GET", f"/v1/alerts{status}", "analyst").json["alerts"]
        return [alert["cause"] for alert in found]

    assert causes("") == ["c", "a"]
    assert causes("?status=closed") == ["b"]
    assert causes("?status=all") == ["c", "a", "b"]


def test_of_alerts_at_the_same_time_none_is_lost(call: Any, raise_alert: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(raise_alert, title=str(at)) for at in range(4)]
        done = [one.result().status_code for one in asked]
    (alert,) = call("GET", "/v1/alerts", "analyst").json["alerts"]
    stored = sum(status in (200, 201) for status in done)
    assert len(alert["history"]) == stored
    assert done.count(201) == 1
