"""A scoring API that knows three invented clients, for tests and for a look by hand.

By hand: `python tests/dashboard/fake_api.py --port 5055`, then start the dashboard with
DASHBOARD_API_URL=http://127.0.0.1:5055 DASHBOARD_API_KEY=fake-key.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import fake_answers

KEY = "fake-key"
Answer = tuple[int, str, bytes]


class FakeApi:
    """Serves on a free port of the loopback address, from `start` to `stop`.

    `replies` replaces the answer of a path; `requests` lists what was asked, as
    (method, path, headers, body).
    """

    def __init__(self, port: int = 0, drift_html: str = fake_answers.DRIFT_HTML):
        self.replies: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.drift_html = drift_html
        self.version = "3"
        self.scored = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> None:
        poll = {"poll_interval": 0.01}
        threading.Thread(
            target=self.server.serve_forever, kwargs=poll, daemon=True
        ).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def asked(self, method: str, path: str) -> int:
        """How often a path was asked."""
        return sum(seen[:2] == (method, path) for seen in self.requests)

    def answer(self, method: str, target: str, key: str, body: Any) -> Answer:
        parts = urlsplit(target)
        reply = self.replies.get(parts.path)
        if reply is not None:
            return reply() if callable(reply) else reply
        if parts.path == "/health/ready":
            return document({"status": "ready"})
        if key != f"Bearer {KEY}":
            return problem(401, "this key is not known")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._route(method, parts.path, query, body)

    def _route(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> Answer:
        if (method, path) == ("POST", "/v1/predictions"):
            return self._predict(body["client_id"])
        if path == "/v1/model":
            return document(fake_answers.model(self.version))
        if path == "/v1/model/importance":
            return document(fake_answers.importance())
        if path == "/v1/clients":
            return document(fake_answers.search(query.get("prefix", "")))
        if path.startswith("/v1/clients/"):
            return self._client(path.rsplit("/", 1)[1])
        if path == "/v1/monitoring/reports/latest":
            return document(fake_answers.DRIFT)
        if path == "/v1/monitoring/reports/latest/html":
            return 200, "text/html; charset=utf-8", self.drift_html.encode()
        return problem(404, f"no such route: {path}")

    def _client(self, client_id: str) -> Answer:
        if not client_id.isdigit() or int(client_id) not in fake_answers.CLIENTS:
            return problem(404, f"client {client_id} is not known")
        return document(fake_answers.client(int(client_id)))

    def _predict(self, client_id: int) -> Answer:
        if client_id not in fake_answers.CLIENTS:
            return problem(404, f"client {client_id} is not known")
        self.scored += 1
        answer = fake_answers.prediction(client_id, self.version, self.scored)
        return document(answer, 201)


def document(content: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(content).encode()


def problem(status: int, detail: str, **more: object) -> Answer:
    content = {"type": "about:blank", "title": "Problem", "status": status}
    body = json.dumps(content | {"detail": detail} | more).encode()
    return status, "application/problem+json", body


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply("GET", None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._reply("POST", json.loads(self.rfile.read(length)))

        def _reply(self, method: str, body: Any) -> None:
            seen = (method, urlsplit(self.path).path, dict(self.headers), body)
            api.requests.append(seen)
            key = self.headers.get("Authorization", "")
            status, kind, content = api.answer(method, self.path, key, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Say nothing: the tests look at `requests`."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    parser.add_argument("--drift-html", type=Path, help="another report to serve")
    arguments = parser.parse_args()
    html = arguments.drift_html
    api = FakeApi(
        arguments.port, html.read_text("utf-8") if html else fake_answers.DRIFT_HTML
    )
    api.server.serve_forever()


if __name__ == "__main__":
    main()
