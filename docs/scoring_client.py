"""A client of the scoring API for Python programs: copy this file, it needs requests.

client = ScoringClient("https://scoring.bank.example", key)
decision = client.decide(100001)
if decision.decision == "refused":
    print(decision.reasons[0].text)
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

# Asked again with the same Idempotency-Key, so nothing is decided twice.
TEMPORARY = (429, 503)
ATTEMPTS = 4


class ScoringError(Exception):
    """The API refused; `errors` names each bad field by its JSON pointer."""

    def __init__(self, problem: Mapping[str, Any], request_id: str) -> None:
        super().__init__(f"{problem['status']} {problem['title']}: {problem['detail']}")
        self.status: int = problem["status"]
        self.errors: dict[str, str] = {
            one["path"]: one["detail"] for one in problem.get("errors", [])
        }
        self.request_id = request_id


@dataclass(frozen=True)
class Reason:
    """A group of features that moved the risk; `direction`: raises or lowers it."""

    code: str
    direction: str
    text: str


@dataclass(frozen=True)
class Decision:
    """`decision` is granted below the threshold, else refused."""

    prediction_id: str
    kind: str
    client_id: int | None
    probability: float
    threshold: float
    decision: str
    reasons: tuple[Reason, ...]
    document: Mapping[str, Any]


class ScoringClient:
    """One API and one key; keeps its connection, for one thread."""

    def __init__(self, url: str, key: str, timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"

    def decide(self, client_id: int, explain: bool = True) -> Decision:
        """Decide on a known client's own application."""
        return self._predict({"client_id": client_id, "explain": explain})

    def what_if(self, client_id: int, changes: Mapping[str, Any]) -> Decision:
        """Simulate it with some columns changed."""
        return self._predict({"client_id": client_id, "changes": dict(changes)})

    def decide_on(
        self,
        application: Mapping[str, Any],
        history: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> Decision:
        """Decide on a new application; `history`: its records by table."""
        return self._predict({"application": dict(application), **(history or {})})

    def decide_many(
        self, client_ids: Sequence[int], explain: bool = False
    ) -> list[Decision | ScoringError]:
        """Up to 1,000 known clients, in the order asked."""
        asked = [{"client_id": client_id} for client_id in client_ids]
        body = {"predictions": asked, "explain": explain}
        response = self._send("POST", "/v1/predictions/batch", body)
        request_id = response.headers["X-Request-ID"]
        return [
            _decision(one) if "decision" in one else ScoringError(one, request_id)
            for one in response.json()["predictions"]
        ]

    def clients(self, prefix: str = "") -> Iterator[int]:
        """Every known client whose id begins with these digits."""
        page: dict[str, Any] = {"next_cursor": "0"}
        while page["next_cursor"] is not None:
            query = f"prefix={prefix}&limit=100&cursor={page['next_cursor']}"
            page = self._send("GET", f"/v1/clients?{query}").json()
            yield from (one["client_id"] for one in page["clients"])

    def letter(self, prediction_id: str, language: str = "en") -> bytes:
        """The letter to the applicant, as PDF; `language`: en or fr."""
        path = f"/v1/predictions/{prediction_id}/letter?lang={language}"
        return self._send("GET", path).content

    def model(self) -> dict[str, Any]:
        """Version, threshold, and what every column means."""
        return dict(self._send("GET", "/v1/model").json())

    def _predict(self, body: Mapping[str, Any]) -> Decision:
        return _decision(self._send("POST", "/v1/predictions", body).json())

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> requests.Response:
        """Raises ScoringError, or requests.RequestException when there is no answer."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._session.request(
                    method,
                    self._url + path,
                    json=body,
                    headers=headers,
                    timeout=self._timeout,
                )
            except requests.ConnectionError:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(attempt)
                continue
            if response.status_code not in TEMPORARY or attempt == ATTEMPTS:
                break
            time.sleep(float(response.headers.get("Retry-After", attempt)))
        if not response.ok:
            raise ScoringError(response.json(), response.headers["X-Request-ID"])
        return response


def _decision(document: Mapping[str, Any]) -> Decision:
    reasons = document.get("reasons") or []
    return Decision(
        prediction_id=document["prediction_id"],
        kind=document["kind"],
        client_id=document["client_id"],
        probability=document["probability"],
        threshold=document["threshold"],
        decision=document["decision"],
        reasons=tuple(
            Reason(one["code"], one["direction"], one["text"]) for one in reasons
        ),
        document=document,
    )
