"""What a run has to tell others: kept with what it found, sent until it has arrived.

Everything carries a token by which the receiver knows a repetition, since a run may be
killed between sending and noting that it did.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from training.config import Settings
from training.language import SOURCE, Labels
from training.monitoring.alerts import texts
from training.monitoring.alerts.delivery import (
    DeliveryFailed,
    ServerUnreachable,
    recipients,
    send_mail,
    send_webhook,
)
from training.monitoring.alerts.digest import digest
from training.monitoring.alerts.lifecycle import AlertChange
from training.monitoring.events.api_client import Api, ApiError
from training.monitoring.events.state import State
from training.monitoring.statistics.reference import Reference

REPORT, ALERT, WEBHOOK, MAIL = "report", "alert", "webhook", "mail"
ATTEMPTS = 5


def put_report(
    state: State,
    kind: str,
    conclusion: Labels,
    report: Mapping[str, object],
    html: str | None,
    token: str,
) -> None:
    """Inside a transaction."""
    body = {
        "kind": kind,
        "conclusion": conclusion[SOURCE],
        # The same in every language, for pages that speak another one.
        "report": {**report, "conclusion": conclusion},
        "html": html,
    }
    _put(state, REPORT, f"{state.fact('id')}-{token}", body)


def put_alert(
    state: State,
    reference: Reference,
    change: AlertChange,
    settings: Settings,
    api_url: str,
) -> None:
    """Inside a transaction: for the API and, unless a mere refresh, for people."""
    number = state.fact("alert_number", 0)
    state.keep(alert_number=number + 1)
    token = f"{state.fact('id')}-alert-{number}"
    alert = _alert(state, reference, change)
    _put(state, ALERT, token, alert)
    if change.what == "refreshed":
        return
    notice = {"event": change.what, "alert": alert, "api": api_url}
    if settings.alert_webhook_url:
        _put(state, WEBHOOK, token, notice)
    if settings.alert_smtp_url:
        _put(state, MAIL, token, notice)


def _alert(state: State, reference: Reference, change: AlertChange) -> dict[str, Any]:
    cause, evidence = change.cause, change.evidence
    words = texts.words(reference, cause, evidence, state.window)
    return {
        "cause": cause,
        "status": change.status,
        "severity": change.severity,
        **{name: labels[SOURCE] for name, labels in words.items()},
        # The same in every language, for pages that speak another one.
        "evidence": {**evidence, "texts": words},
        "report_id": None,
    }


def _put(state: State, channel: str, token: str, body: object) -> None:
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    state.connection.execute(
        "INSERT INTO outbox (channel, token, body) VALUES (?, ?, ?)",
        [channel, token, text.encode()],
    )


def deliver(
    state: State,
    api: Api,
    settings: Settings,
    *,
    progress: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Send what waits, in order; mail last, all that waits for a recipient as one.

    A webhook or mail server that does not answer keeps its messages for the next run.

    Raises:
        ApiError: the API refused, or gave no answer.
    """
    webhook_failed = False
    waiting = state.connection.execute(
        "SELECT id, channel, token, body FROM outbox WHERE channel != ? ORDER BY id",
        [MAIL],
    ).fetchall()
    for number, channel, token, body in waiting:
        if channel == WEBHOOK and webhook_failed:
            continue
        facts: dict[str, object] = {}
        try:
            if channel == REPORT:
                path = "/v1/monitoring/reports"
                facts["report_id"] = api.post(path, body, token)["id"]
            elif channel == ALERT:
                _post_alert(api, state, body, token)
            else:
                _patiently(partial(send_webhook, settings, body, token), sleep)
        except DeliveryFailed as error:
            webhook_failed = True
            progress(f"{channel}: {error}; kept for the next run")
            continue
        with state.transaction() as connection:
            state.keep(**facts)
            connection.execute("DELETE FROM outbox WHERE id = ?", [number])
    _mail(state, settings, progress, sleep)


def _mail(
    state: State,
    settings: Settings,
    progress: Callable[[str], None],
    sleep: Callable[[float], None],
) -> None:
    """To each recipient all that waits for them, as one.

    It is kept until the last of them has it, and up to where each has, beside it.
    """
    query = "SELECT id, token, body FROM outbox WHERE channel = ? ORDER BY id"
    rows = state.connection.execute(query, [MAIL]).fetchall()
    if not rows:
        return
    to, reached = recipients(settings), dict(state.fact("mailed", {}))
    for address in to:
        waiting = [row for row in rows if row[0] > reached.get(address, 0)]
        if not waiting:
            continue
        told = digest(
            [json.loads(body) for _, _, body in waiting],
            settings.alert_language,
            settings.alert_dashboard_url,
        )
        token = f"{waiting[0][1]}-{len(waiting)}"
        try:
            _patiently(partial(send_mail, settings, address, told, token), sleep)
        except DeliveryFailed as error:
            progress(f"mail to {address}: {error}; kept for the next run")
            if isinstance(error, ServerUnreachable):
                return
            continue
        reached[address] = rows[-1][0]
        with state.transaction():
            state.keep(mailed=reached)
    if all(reached.get(address) == rows[-1][0] for address in to):
        with state.transaction() as connection:
            state.keep(mailed={})
            connection.execute("DELETE FROM outbox WHERE channel = ?", [MAIL])


def _post_alert(api: Api, state: State, body: bytes, token: str) -> None:
    alert = json.loads(body) | {"report_id": state.fact("report_id")}
    try:
        api.post("/v1/alerts", alert, token)
    except ApiError as error:
        # Somebody closed it, or the API's database is a new one: it is not open.
        if not (error.status == 404 and alert["status"] == "closed"):
            raise


def _patiently(send: Callable[[], None], sleep: Callable[[float], None]) -> None:
    for attempt in range(ATTEMPTS):
        try:
            return send()
        except DeliveryFailed:
            if attempt == ATTEMPTS - 1:
                raise
            sleep(0.5 * 2**attempt)
