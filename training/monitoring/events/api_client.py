"""The scoring API over HTTP, as monitoring uses it: patient, and safe to repeat."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3.util import Retry

from training.errors import TrainingError

# A restart, an overload or a proxy between: try again. Everything else is an answer.
TEMPORARY = {429, 500, 502, 503, 504}
TIMEOUT = (5, 120)


class ApiError(TrainingError):
    """The API refused with a status, or did not answer for too long (None)."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Api:
    """`retries`: how often to ask again one that gives no answer; 12 take 5 minutes."""

    url: str
    key: str
    retries: int = 12

    @cached_property
    def session(self) -> requests.Session:
        retry = Retry(
            self.retries,
            # Each waits for an answer as long as TIMEOUT says.
            read=2,
            allowed_methods=None,
            status_forcelist=TEMPORARY,
            backoff_factor=0.2,
            backoff_max=60,
            raise_on_status=False,
        )
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        session.mount(self.url, HTTPAdapter(max_retries=retry))
        return session

    def events(self, after: int, limit: int, features: str, kind: str = "") -> bytes:
        """A whole page of NDJSON events after a sequence number; empty at the end."""
        params: dict[str, Any] = {"after": after, "limit": limit, "features": features}
        if kind:
            params["kind"] = kind
        return self._ask("GET", "/v1/events", params=params).content

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
            ApiError: it refused, or gave no answer however often it was asked.
        """
        url = self.url + path
        ask = partial(self.session.request, method, url, timeout=TIMEOUT, **options)
        try:
            try:
                answer = ask()
            except ChunkedEncodingError:
                # It broke off in the middle, where the adapter does not look any more.
                answer = ask()
        except requests.RequestException as error:
            raise ApiError(f"{url}: {error}; gave up") from None
        if answer.status_code in TEMPORARY:
            raise ApiError(f"{url}: status {answer.status_code}; gave up")
        return _accepted(answer, method, path)


def _accepted(answer: requests.Response, method: str, path: str) -> requests.Response:
    if answer.ok:
        return answer
    try:
        problem = answer.json()
        detail = str(problem.get("detail") or problem.get("title"))
        for error in problem.get("errors", [])[:3]:
            detail += f"; {error.get('path')}: {error.get('detail')}"
    except (ValueError, AttributeError):
        detail = answer.text[:200]
    message = f"{method} {path}: status {answer.status_code}: {detail}"
    raise ApiError(message, answer.status_code)
