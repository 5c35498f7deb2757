"""The API's routes that monitoring uses, over real HTTP, for tests."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from tests.training.monitoring.world import MONITORED, NAMES, Events

PLACES = [NAMES.index(name) for name in MONITORED]


class FakeApi:
    """Serves events until closed; keeps reports and alerts, each token once.

    `trouble`: statuses to answer with first; 0 breaks off in the middle of a page.
    """

    def __init__(self, events: Events) -> None:
        self.events = events
        self.trouble: list[int] = []
        self.reports: list[dict[str, Any]] = []
        self.alerts: list[dict[str, Any]] = []
        self.replies: dict[str, tuple[int, Any]] = {}
        self.pages: list[int] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        ).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def page(self, after: int, limit: int, features: str, kind: str) -> bytes:
        chosen = [
            one
            for one in self.events.lines
            if one["sequence"] > after and kind in {"", one["kind"]}
        ][:limit]
        lines = [json.dumps(_with_features(one, features)) for one in chosen]
        return "".join(f"{line}\n" for line in lines).encode()

    def post(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, Any]:
        if token in self.replies:
            return self.replies[token]
        if path == "/v1/monitoring/reports":
            self.reports.append(body)
            reply = 201, {"id": f"report-{len(self.reports)}"}
        else:
            reply = self._alert(body)
        self.replies[token] = reply
        return reply

    def _alert(self, body: dict[str, Any]) -> tuple[int, Any]:
        found = [
            one
            for one in self.alerts
            if one["cause"] == body["cause"] and one["status"] == "open"
        ]
        if not found and body["status"] == "closed":
            return 404, {"detail": "none is open"}
        if found:
            found[0].update(body)
            return 200, found[0]
        self.alerts.append(dict(body))
        return 201, body


def _with_features(line: dict[str, Any], features: str) -> dict[str, Any]:
    if "features" not in line or features == "all":
        return line
    whole = np.frombuffer(base64.b64decode(line["features"]), "<f4")
    part = whole[PLACES].astype("<f4").tobytes()
    return {**line, "features": base64.b64encode(part).decode()}


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            api.pages.append(int(asked["after"]))
            content = api.page(
                int(asked["after"]),
                int(asked["limit"]),
                asked["features"],
                asked.get("kind", ""),
            )
            self._answer(200, content)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token = self.headers["Idempotency-Key"]
            status, answer = api.post(self.path, token, body)
            self._answer(status, json.dumps(answer).encode())

        def _answer(self, status: int, content: bytes) -> None:
            trouble = api.trouble.pop(0) if api.trouble else None
            self.send_response(trouble or status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if trouble == 0 else content)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler
