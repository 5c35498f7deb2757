"""Alerts arrive at a real HTTP server and at a real mail server."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import free_port
from tests.training.monitoring.fake_api import FakeApi
from training.config import Settings
from training.errors import ConfigurationError
from training.monitoring import monitor
from training.monitoring.alerts import delivery, outbox
from training.monitoring.alerts.lifecycle import AlertChange
from training.monitoring.events.api_client import Api
from training.monitoring.events.state import State, open_state
from training.monitoring.statistics.reference import Reference

SECRET = "not so secret"
EVIDENCE = {
    "effect": 0.31,
    "p": 1e-9,
    "windows": 4,
    "shift": 0.31,
    "distance": 0.1,
    "missing": 0.0,
    "psi": 0.12,
    "importance": 0.5,
}
OPENED = AlertChange("feature:FIRST", "open", "warning", "opened", EVIDENCE)


class Hook:
    """A receiver: `statuses` are answered first, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.received: list[tuple[dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.received.append((dict(self.headers), body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"
        poll = {"poll_interval": 0.01}
        threading.Thread(target=self.server.serve_forever, kwargs=poll).start()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.messages.append(
            message_from_bytes(envelope.content, policy=policy.default)
        )
        return "250 OK"


@pytest.fixture
def state(reference: Reference, tmp_path: Path) -> Iterator[State]:
    columns = len(reference.columns)
    with open_state(tmp_path, reference.bundle_sha256, columns, 100) as opened:
        yield opened


def send(
    fake: FakeApi, state: State, reference: Reference, settings: Settings
) -> list[str]:
    """Tell of an opened alert; what the run said."""
    with state.transaction():
        outbox.put_alert(state, reference, OPENED, settings, fake.url)
    return resend(fake, state, settings)


def resend(fake: FakeApi, state: State, settings: Settings) -> list[str]:
    said: list[str] = []
    outbox.deliver(
        state,
        Api(fake.url, "key"),
        settings,
        progress=said.append,
        sleep=lambda _: None,
    )
    return said


def test_the_webhook_is_signed_and_retried_with_the_same_token(
    fake: FakeApi, state: State, reference: Reference, hook: Hook
) -> None:
    settings = Settings(alert_webhook_url=hook.url, alert_webhook_secret=SECRET)
    hook.statuses += [500, 503]
    assert send(fake, state, reference, settings) == []
    assert len(hook.received) == 3
    headers, body = hook.received[-1]
    signed = headers["X-Timestamp"].encode() + b"." + body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Signature-256"] == f"sha256={digest}"
    assert len({one["Idempotency-Key"] for one, _ in hook.received}) == 1
    notice = json.loads(body)
    assert notice["event"] == "opened"
    assert notice["alert"]["cause"] == "feature:FIRST"
    assert fake.alerts[0]["cause"] == "feature:FIRST"


def test_what_a_dead_receiver_missed_is_sent_at_the_next_run(
    fake: FakeApi, state: State, reference: Reference, hook: Hook
) -> None:
    settings = Settings(alert_webhook_url=hook.url, alert_webhook_secret=SECRET)
    hook.statuses += [500] * outbox.ATTEMPTS
    said = send(fake, state, reference, settings)
    assert said == ["webhook: status 500; kept for the next run"]
    assert resend(fake, state, settings) == []
    assert len({body for _, body in hook.received}) == 1
    assert len(hook.received) == outbox.ATTEMPTS + 1
    assert len(fake.alerts) == 1


def test_the_mail_says_what_happened_how_sure_and_what_to_do(
    fake: FakeApi, state: State, reference: Reference
) -> None:
    mailbox = Mailbox()
    port = free_port()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings = Settings(
            alert_smtp_url=f"smtp://127.0.0.1:{port}?from=monitor@lender.example",
            alert_to="risk@lender.example,it@lender.example",
        )
        assert send(fake, state, reference, settings) == []
    finally:
        server.stop()
    (mail,) = mailbox.messages
    assert mail["Subject"] == "[warning] “First” has shifted (opened)"
    assert mail["From"] == "monitor@lender.example"
    assert mail["To"] == "risk@lender.example, it@lender.example"
    text = mail.get_content()
    assert "0.31 standard deviations higher" in text
    assert "How sure: From the newest 400 decisions" in text
    assert "What to do: " in text


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(alert_webhook_url="http://x"), "WEBHOOK_SECRET"),
        (Settings(alert_smtp_url="http://x", alert_to="a@b"), "SMTP_URL"),
        (Settings(alert_smtp_url="smtp://x"), "ALERT_TO"),
        (Settings(), "TRAINING_API_KEY"),
    ],
)
def test_settings_that_deliver_nothing_are_refused(
    settings: Settings, names: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        delivery.check(settings)
        monitor.monitor("http://x", tmp_path, tmp_path, settings, progress=print)
