"""What came to stand reaches the lender's own system, whatever happens between."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask

from api import webhook
from api.config import Config
from api.errors import ConfigurationError
from api.store.work import deliveries
from api.store.work.deliveries import Lease, LeaseLost
from api.webhook import Deliverer, receiver

SECRET = "s3cret"
# What the page tells receivers to check.
PAGE = Path(__file__).parents[2] / "docs" / "integration.md"
RECEIVING = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]


@dataclass
class Lender:
    """A real little server; `answer` says with which status, and may take its time."""

    received: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], int] = lambda decision: 204
    url: str = ""

    def sequences(self) -> list[int]:
        return [one["sequence"] for one in self.received]


@pytest.fixture
def lender() -> Iterator[Lender]:
    there = Lender()
    documented: dict[str, Any] = {}
    exec(RECEIVING, documented)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert documented["is_ours"](self.headers, body, SECRET.encode())
            assert not documented["is_ours"](self.headers, body + b" ", SECRET.encode())
            decision = json.loads(body)
            event_id = decision["review_id"] or decision["prediction_id"]
            assert self.headers["Idempotency-Key"] == event_id
            status = there.answer(decision)
            if status == 204:
                there.received.append(decision)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", there.url)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not to be read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_port}/decisions"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield there
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(webhook, "LONGEST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(webhook, "LONGEST_REST_SECONDS", 0.01)
    monkeypatch.setattr(webhook, "IDLE_SECONDS", 0.01)


@pytest.fixture
def decided(call: Any) -> list[int]:
    """Two clients in turns: events 1 to 6, the even ones of the second client."""
    for client_id in (100001, 100002) * 3:
        asked = {"client_id": client_id, "explain": False}
        assert call("POST", "/v1/predictions", json=asked).status_code == 201
    return [1, 2, 3, 4, 5, 6]


@pytest.fixture
def deliverer(app: Flask, lender: Lender) -> Callable[..., Deliverer]:
    def make(stopped: threading.Event | None = None) -> Deliverer:
        config = Config(webhook_url=lender.url, webhook_secret=SECRET)
        database = app.extensions["scoring"].database
        stopped = stopped or threading.Event()
        return Deliverer(database, receiver(config).send, stopped, lambda _: None)

    return make


def test_each_is_delivered_once_in_order(
    deliverer: Any, lender: Lender, decided: list[int]
) -> None:
    deliverer().run(follow=False)
    deliverer().run(follow=False)
    assert lender.sequences() == decided


def test_one_that_fails_holds_back_its_client_alone(
    app: Flask, deliverer: Any, lender: Lender, decided: list[int]
) -> None:
    failures = iter(["first", "again"])
    lender.answer = lambda one: (
        500 if one["sequence"] == 1 and next(failures, None) else 204
    )
    deliverer().run(follow=False)
    assert lender.sequences()[:3] == [2, 4, 6]
    for _ in range(10):
        sleep(0.03)
        deliverer().run(follow=False)
    assert lender.sequences() == [2, 4, 6, 1, 3, 5]
    assert deliveries.count(app.extensions["scoring"].database) == 0


def late(seconds: float, status: int) -> Callable[[dict[str, Any]], int]:
    def answer(one: dict[str, Any]) -> int:
        sleep(seconds)
        return status

    return answer


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_receiver_that_fails_is_left_alone_a_while_and_nothing_is_lost(
    app: Flask, call: Any, deliverer: Any, lender: Lender, status: int
) -> None:
    for client_id in range(100001, 100013):
        call("POST", "/v1/predictions", json={"client_id": client_id})
    tries: list[int] = []

    def fail(one: dict[str, Any]) -> int:
        tries.append(one["sequence"])
        return status

    lender.answer = fail
    deliverer().run(follow=False)
    assert tries == [1, 2, 3, 4, 5]
    lender.answer = lambda one: 204
    sleep(0.03)
    deliverer().run(follow=False)
    assert sorted(lender.sequences()) == list(range(1, 13))


def test_goes_on_where_it_was_stopped(
    deliverer: Any, lender: Lender, decided: list[int]
) -> None:
    stopped = threading.Event()

    def stop_at_the_second(one: dict[str, Any]) -> int:
        if one["sequence"] == 2:
            stopped.set()
        return 204

    lender.answer = stop_at_the_second
    deliverer(stopped).run(follow=True)
    assert lender.sequences() == [1, 2]
    deliverer().run(follow=False)
    assert lender.sequences() == decided


def test_what_was_not_recorded_before_it_broke_off_is_delivered_again(
    deliverer: Any, lender: Lender, decided: list[int], monkeypatch: Any
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Lease, "passed", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliverer().run(follow=False)
    deliverer().run(follow=False)
    assert lender.sequences() == [1, *decided]


def test_two_processes_do_not_deliver_at_once(
    app: Flask, deliverer: Any, lender: Lender, decided: list[int]
) -> None:
    database = app.extensions["scoring"].database
    other = Lease(database, "another")
    other.take()
    with pytest.raises(LeaseLost):
        deliverer().run(follow=False)
    other.give_back()
    lender.answer = late(0.01, 204)
    stopped = threading.Event()
    threads = [
        threading.Thread(target=deliverer(stopped).run, args=(True,)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for _ in range(200):
        if len(lender.received) >= len(decided):
            break
        sleep(0.01)
    stopped.set()
    for thread in threads:
        thread.join()
    assert lender.sequences() == decided


def test_who_answers_a_byte_at_a_time_is_hung_up_on(
    deliverer: Any, lender: Lender, decided: list[int], monkeypatch: Any
) -> None:
    monkeypatch.setattr(webhook, "WHOLE_SECONDS", 0.1)
    lender.answer = late(0.3, 500)
    made = deliverer()
    fault = made._send({"review_id": None, "prediction_id": "x", "sequence": 1})
    assert fault is not None and "status" not in fault


def test_the_command_delivers_until_sigterm(
    world: Any, url: str, lender: Lender, decided: list[int]
) -> None:
    from api import create_app

    config = Config(
        bundle=world.bundle,
        database_url=url,
        webhook_url=lender.url,
        webhook_secret=SECRET,
    )
    app = create_app(config)
    run = app.test_cli_runner().invoke

    def answer(one: dict[str, Any]) -> int:
        if one["sequence"] == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return 204

    lender.answer = answer
    done = run(args=["decisions", "deliver", "--follow"])
    assert (done.exit_code, lender.sequences()) == (0, [1, 2, 3])
    assert "3 delivered, 0 wait" in done.stderr
    lender.answer = lambda one: 500
    done = run(args=["decisions", "deliver"])
    assert done.exit_code == 1
    assert "are not delivered" in done.stderr
    app.extensions["scoring"].database.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://lender.example/decisions",
        "ftp://localhost/",
        "https://user:word@lender.example/",
        "https://",
        "https://lender.example:port/",
    ],
)
def test_refuses_to_deliver_where_others_could_read_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SCORING_WEBHOOK_URL"):
        receiver(Config(webhook_url=url, webhook_secret=SECRET))


def test_refuses_to_deliver_unsigned() -> None:
    with pytest.raises(ConfigurationError, match="SCORING_WEBHOOK_SECRET"):
        receiver(Config(webhook_url="https://lender.example/x"))
