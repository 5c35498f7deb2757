"""Alerts arrive at a real HTTP server and at a real mail server."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
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
    """A mail server; `unknown`: an address that it refuses."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.unknown = ""

    async def handle_RCPT(
        self, server: object, session: object, envelope: Any, address: str, _: object
    ) -> str:
        if address == self.unknown:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        content = envelope.content.replace(b"\r\n", b"\n")
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server(port: int) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield mailbox
    finally:
        server.stop()


def mailing(port: int, **others: Any) -> Settings:
    asked = {
        "alert_smtp_url": f"smtp://127.0.0.1:{port}?from=monitor@lender.example",
        "alert_to": "risk@lender.example, it@lender.example",
    }
    return Settings(**asked | others)


@pytest.fixture
def state(reference: Reference, tmp_path: Path) -> Iterator[State]:
    columns = len(reference.columns)
    with open_state(tmp_path, reference.bundle_sha256, columns, 100) as opened:
        yield opened


def send(
    fake: FakeApi,
    state: State,
    reference: Reference,
    settings: Settings,
    changes: Sequence[AlertChange] = (OPENED,),
) -> list[str]:
    """Tell of what changed in one run; what the run said."""
    with state.transaction():
        for change in changes:
            outbox.put_alert(state, reference, change, settings, fake.url)
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


# What one run found, in the order in which it found it: one cause went up and down.
SCORE = AlertChange("score", "open", "critical", "opened", EVIDENCE)
THIRD = AlertChange("feature:THIRD", "open", "info", "opened", EVIDENCE)
RUN = (
    replace(OPENED, status="closed", what="closed"),
    AlertChange("missing:SECOND", "open", "warning", "updated", EVIDENCE),
    replace(OPENED, cause="feature:KIND", evidence=EVIDENCE | {"shift": -0.4}),
    replace(SCORE, severity="warning"),
    THIRD,
    replace(SCORE, what="updated"),
    replace(THIRD, status="closed", what="closed"),
)


def test_a_run_is_one_mail_to_each_with_the_worst_first(
    fake: FakeApi, state: State, reference: Reference
) -> None:
    port = free_port()
    url = "https://dashboard.lender.example/"
    settings = mailing(port, alert_dashboard_url=url)
    with mail_server(port) as mailbox:
        assert send(fake, state, reference, settings, RUN) == []
        unchanged = [replace(OPENED, what="refreshed")]
        assert send(fake, state, reference, settings, unchanged) == []
    risk, it = mailbox.messages
    assert (risk["To"], it["To"]) == ("risk@lender.example", "it@lender.example")
    assert (
        risk["Subject"] == "1 critical, 2 warnings, 2 ended: The scores have shifted, …"
    )
    assert risk["From"] == "monitor@lender.example"
    assert risk["Auto-Submitted"] == "auto-generated"
    assert risk["Date"].datetime is not None
    overview, *alerts = risk.get_content().split("\n\n----\n\n")
    assert overview.splitlines() == [
        "1 critical, 2 warnings, 2 ended",
        "1. The scores have shifted (critical, new)",
        "2. “Kind” has shifted (warning, new)",
        "3. “Second” is missing at another rate"
        " (warning, goes on, its severity changed)",
        "4. “First” has shifted (warning, ended)",
        "5. “Third” has shifted (for information, ended)",
    ]
    assert len(alerts) == 5
    head, what, certainty, action, link = alerts[1].split("\n\n")
    assert "0.40 standard deviations lower" in what
    assert certainty.startswith("How sure: From the newest 400 decisions")
    assert action.startswith("What to do: Ask whether the clients")
    assert link == f"{url}alerts?cause=feature%3AKIND&lang=en"
    assert "What to do: nothing more." in alerts[3]


def test_a_mail_about_one_alert_says_it_in_the_language_of_its_readers(
    fake: FakeApi, state: State, reference: Reference
) -> None:
    port = free_port()
    settings = mailing(port, alert_to="it@lender.example", alert_language="fr")
    with mail_server(port) as mailbox:
        send(fake, state, reference, settings)
    (mail,) = mailbox.messages
    assert mail["Subject"] == "1 avertissement\u202f: «\u202fFirst\u202f» a bougé"
    text = mail.get_content()
    assert text.startswith("1. «\u202fFirst\u202f» a bougé (avertissement, nouvelle)")
    assert "0,31 écarts-types plus haut" in text
    assert text.endswith(f"\n\n{fake.url}/v1/alerts (feature:FIRST)\n")


def test_a_mail_that_failed_is_sent_with_what_came_since(
    fake: FakeApi, state: State, reference: Reference
) -> None:
    port = free_port()
    settings = mailing(port)
    (said,) = send(fake, state, reference, settings)
    assert said.startswith("mail to risk@lender.example: ")
    assert said.endswith("; kept for the next run")
    with mail_server(port) as mailbox:
        mailbox.unknown = "risk@lender.example"
        (said,) = send(fake, state, reference, settings, [SCORE])
        assert "nobody of that name" in said
        resend(fake, state, settings)
        (only,) = mailbox.messages
        assert only["To"] == "it@lender.example"
        assert only["Subject"] == "1 critical, 1 warning: The scores have shifted, …"
        mailbox.unknown = ""
        assert send(fake, state, reference, settings, [THIRD]) == []
        assert resend(fake, state, settings) == []
    late, new = mailbox.messages[1:]
    assert late["Subject"].startswith("1 critical, 1 warning, 1 for information: ")
    assert new["Subject"] == "1 for information: “Third” has shifted"
    assert (late["To"], new["To"]) == ("risk@lender.example", "it@lender.example")
    assert state.scalar("SELECT count(*) FROM outbox") == 0
    assert len({one["Message-ID"] for one in mailbox.messages}) == 3


def test_a_mail_that_is_sent_again_after_a_crash_has_the_same_id(
    fake: FakeApi, state: State, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    settings = mailing(port, alert_to="it@lender.example")

    keep = State.keep

    def killed(state: State, **facts: object) -> None:
        if "mailed" in facts:
            raise KeyboardInterrupt
        keep(state, **facts)

    with mail_server(port) as mailbox:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(State, "keep", killed)
            send(fake, state, reference, settings, RUN)
        assert resend(fake, state, settings) == []
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()


def test_a_mail_that_waits_since_an_earlier_version_is_sent_in_english(
    fake: FakeApi, state: State
) -> None:
    told = dict.fromkeys(("title", "what", "certainty", "action"), "Incomes fell")
    alert = {"cause": "score", "severity": "critical", "evidence": {}, **told}
    notice = json.dumps({"event": "opened", "api": fake.url, "alert": alert})
    row = "INSERT INTO outbox (channel, token, body) VALUES ('mail', '1', ?)"
    state.connection.execute(row, [notice.encode()])
    port = free_port()
    settings = mailing(port, alert_to="it@lender.example", alert_language="fr")
    with mail_server(port) as mailbox:
        assert resend(fake, state, settings) == []
    assert mailbox.messages[0]["Subject"] == "1 critique\u202f: Incomes fell"


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(alert_webhook_url="http://x"), "WEBHOOK_SECRET"),
        (Settings(alert_smtp_url="http://x", alert_to="a@b"), "SMTP_URL"),
        (Settings(alert_smtp_url="smtp://x"), "ALERT_TO"),
        (Settings(alert_language="de"), "ALERT_LANGUAGE: expected en or fr, not de"),
        (Settings(alert_dashboard_url="dashboard"), "ALERT_DASHBOARD_URL"),
        (Settings(), "TRAINING_API_KEY"),
    ],
)
def test_settings_that_deliver_nothing_are_refused(
    settings: Settings, names: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        delivery.check(settings)
        monitor.monitor("http://x", tmp_path, tmp_path, settings, progress=print)
