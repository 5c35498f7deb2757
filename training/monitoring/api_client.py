"""The scoring API over HTTP, as monitoring uses it: patient, and safe to repeat."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from training.errors import TrainingError

# A restart, an overload or a proxy between: try again. Everything else is an answer.
TEMPORARY = {429, 500, 502, 503, 504}
TIMEOUT = (5, 120)


class ApiError(TrainingError):
    """The API refused with a status, or did not answer for too long (None)."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Api:
    """`patience`: seconds to go on trying when the API does not answer."""

    url: str
    key: str
    patience: float = 300.0
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def events(self, after: int, limit: int, features: str, kind: str = "") -> bytes:
        """A whole page of NDJSON events after a sequence number; empty at the end."""
        asked: dict[str, Any] = {"after": after, "limit": limit, "features": features}
        if kind:
            asked["kind"] = kind
        return self._ask("GET", "/v1/events", params=asked).content

    def get(self, path: str, **query: object) -> Any:
        return self._ask("GET", path, params=query).json()

    def post(self, path: str, body: bytes | object, token: str | None = None) -> Any:
        """Post JSON; `token` makes repeating it harmless (Idempotency-Key)."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Idempotency-Key"] = token
        return self._ask("POST", path, data=content, headers=headers).json()

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask until it is answered.

        Raises:
            ApiError: it refused, or gave no answer within the patience.
        """
        given: Mapping[str, str] = options.pop("headers", {})
        headers = {**given, "Authorization": f"Bearer {self.key}"}
        deadline, pause = time.monotonic() + self.patience, 0.2
        while True:
            try:
                answer = self.session.request(
                    method, self.url + path, headers=headers, timeout=TIMEOUT, **options
                )
                if answer.status_code not in TEMPORARY:
                    return _accepted(answer, method, path)
                trouble = f"status {answer.status_code}"
            except requests.RequestException as error:
                # Also when a page breaks off in the middle: none of it is used.
                trouble = str(error)
            if time.monotonic() + pause > deadline:
                raise ApiError(f"{self.url}{path}: {trouble}; gave up") from None
            self.sleep(pause)
            pause = min(2 * pause, 10.0)


def _accepted(answer: requests.Response, method: str, path: str) -> requests.Response:
    if answer.ok:
        return answer
    try:
        problem = answer.json()
        detail = str(problem.get("detail") or problem.get("title"))
        for one in problem.get("errors", [])[:3]:
            detail += f"; {one.get('path')}: {one.get('detail')}"
    except (ValueError, AttributeError):
        detail = answer.text[:200]
    said = f"{method} {path}: status {answer.status_code}: {detail}"
    raise ApiError(said, answer.status_code)
