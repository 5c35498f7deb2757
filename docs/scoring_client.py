"""A client of the scoring API for Python programs: copy this file, it needs requests.

client = ScoringClient("https://scoring.bank.example", key)
decision = client.decide(100001)
if decision.decision == "refused":
    print(decision.reasons[0].text)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3.util import Retry

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Asked again, when the API says, with the same Idempotency-Key, so nothing is decided
# twice: not now, no connection, or no answer in time.
RETRY = Retry(
    3,
    allowed_methods=None,
    status_forcelist=(429, 503),
    backoff_factor=1,
    raise_on_status=False,
)

Shape = TypeVar("Shape", bound="DataclassInstance")


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


@dataclass(frozen=True)
class Review:
    """What a person decided; `action`: confirmed or overridden."""

    review_id: str
    prediction_id: str
    action: str
    decision: str
    model_decision: str
    reason: str
    reviewer: str
    replaces: str | None
    created_at: str


@dataclass(frozen=True)
class Standing:
    """What holds for a client: the newest review, else the newest decision.

    `by`: person or model; `prediction_id`: what was reviewed, or stands by itself.
    """

    result: str
    by: str
    reviewer: str | None
    decided_at: str
    review_id: str | None
    prediction_id: str
    model_decision: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class PastPrediction:
    """As it was made, and its reviews, oldest first: the last stands."""

    prediction_id: str
    kind: str
    probability: float
    threshold: float
    decision: str
    created_at: str
    changes: Mapping[str, Any] | None
    reviews: tuple[Review, ...]


@dataclass(frozen=True)
class SimilarClients:
    """The nearest group; `interval` is the 95 % interval of its rate."""

    size: int
    observed_default_rate: float
    interval: tuple[float, float]
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Counterfactual:
    """What would be granted: amounts by column, and the simulation; or nothing."""

    amounts: Mapping[str, float]
    prediction: Decision | None


@dataclass(frozen=True)
class Outcome:
    """Whether the loan that was decided on defaulted."""

    prediction_id: str
    defaulted: bool
    observed_on: date


@dataclass(frozen=True)
class Recorded:
    """How many outcomes were new, and how many had been recorded before."""

    accepted: int
    duplicates: int


class ScoringClient:
    """One API and one key; keeps its connection, for one thread."""

    def __init__(self, url: str, key: str, timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.mount(self._url, HTTPAdapter(max_retries=RETRY))
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
        for page in self._pages(f"/v1/clients?limit=100&prefix={prefix}"):
            yield from (one["client_id"] for one in page["clients"])

    def standing(self, client_id: int) -> Standing | None:
        """What was decided on a client and holds; None before the first decision."""
        found = self._send("GET", f"/v1/clients/{client_id}").json()["standing"]
        return None if found is None else _read(Standing, found, document=found)

    def similar(self, client_id: int) -> SimilarClients:
        """The clients most like this one, and how many of them defaulted."""
        found = self._send("GET", f"/v1/clients/{client_id}/similar").json()
        interval = tuple(found["interval"])
        return _read(SimilarClients, found, interval=interval, document=found)

    def history(self, client_id: int) -> Iterator[PastPrediction]:
        """Every decision and simulation of a client, newest first."""
        for page in self._pages(f"/v1/clients/{client_id}/predictions?limit=100"):
            for one in page["predictions"]:
                reviews = tuple(_read(Review, review) for review in one["reviews"])
                yield _read(PastPrediction, one, reviews=reviews)

    def counterfactual(
        self, prediction_id: str, levers: Sequence[str] | None = None
    ) -> Counterfactual:
        """The smallest change that would be granted, of all levers or of these."""
        body = {"levers": None if levers is None else list(levers)}
        path = f"/v1/predictions/{prediction_id}/counterfactual"
        found = self._send("POST", path, body).json()
        if not found["found"]:
            return Counterfactual({}, None)
        amounts = {
            one["name"]: one["to"] for one in found["levers"] if one["to"] is not None
        }
        return Counterfactual(amounts, _decision(found["prediction"]))

    def review(
        self,
        prediction_id: str,
        decision: str,
        reason: str,
        reviewer: str,
        replaces: str | None = None,
    ) -> Review:
        """A person decides: granted or refused.

        `replaces`: the client's review that stands, of whatever prediction; 409 when
        another one does.
        """
        path = f"/v1/predictions/{prediction_id}/review"
        body = {"decision": decision, "reason": reason, "reviewer": reviewer}
        made = self._send("POST", path, {**body, "replaces": replaces})
        return _read(Review, made.json())

    def outcomes(self, observed: Sequence[Outcome]) -> Recorded:
        """Record up to 10,000, or none of them; the last for a prediction counts."""
        told = [
            {**vars(one), "observed_on": one.observed_on.isoformat()}
            for one in observed
        ]
        made = self._send("POST", "/v1/outcomes", {"outcomes": told})
        return _read(Recorded, made.json())

    def letter(self, prediction_id: str, language: str = "en") -> bytes:
        """The letter to the applicant, as PDF; `language`: en or fr."""
        path = f"/v1/predictions/{prediction_id}/letter?lang={language}"
        return self._send("GET", path).content

    def model(self) -> dict[str, Any]:
        """Version, threshold, and what every column means."""
        return dict(self._send("GET", "/v1/model").json())

    def _predict(self, body: Mapping[str, Any]) -> Decision:
        return _decision(self._send("POST", "/v1/predictions", body).json())

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        page = self._send("GET", path).json()
        yield page
        while page["next_cursor"] is not None:
            page = self._send("GET", f"{path}&cursor={page['next_cursor']}").json()
            yield page

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> requests.Response:
        """Raises ScoringError, or requests.RequestException when there is no answer."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        ask = partial(self._session.request, method, self._url + path, json=body)
        try:
            response = ask(headers=headers, timeout=self._timeout)
        except ChunkedEncodingError:
            # It broke off in the middle, where the adapter does not look any more.
            response = ask(headers=headers, timeout=self._timeout)
        if not response.ok:
            raise ScoringError(response.json(), response.headers["X-Request-ID"])
        return response


def _decision(document: Mapping[str, Any]) -> Decision:
    reasons = tuple(_read(Reason, one) for one in document.get("reasons") or [])
    return _read(Decision, document, reasons=reasons, document=document)


def _read(kind: type[Shape], answer: Mapping[str, Any], /, **parts: Any) -> Shape:
    """The fields of `kind` from an answer, those in `parts` aside."""
    names = [field.name for field in fields(kind) if field.name not in parts]
    return kind(**{name: answer[name] for name in names}, **parts)
