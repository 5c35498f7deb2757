"""The one way to the scoring API: typed questions, typed answers, typed errors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from answers import (
    Client,
    Matches,
    Prediction,
    read_client,
    read_matches,
    read_prediction,
)
from config import Settings
from errors import (
    ApiError,
    Fault,
    Forbidden,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerTrouble,
    Unauthorised,
    Unreachable,
)
from model_answers import (
    DriftReport,
    Importance,
    Model,
    read_drift_report,
    read_importance,
    read_model,
)
from reading import Node, parse

ATTEMPTS = 3
READY_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.2
PASSING_TROUBLE = {502, 503, 504}
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
POOL_SIZE = 32
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Bearer(AuthBase):
    """The key on each request; as an `auth`, so that no .netrc takes its place."""

    key: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.key}"
        return request


@dataclass(frozen=True)
class ScoringApi:
    """The API at one address with one key. Safe to share between threads.

    Every question raises an ApiError when it gets no good answer. Refused connections
    and 502, 503, 504 are tried again; scoring is too, since its Idempotency-Key makes
    a second request replay the first answer instead of deciding twice.
    """

    settings: Settings
    session: requests.Session = field(repr=False)

    def ready(self) -> bool:
        """Whether the API says it can serve now; asked once, never retried."""
        patience = min(READY_SECONDS, self.settings.timeout_seconds)
        response = self._ask("GET", "/health/ready", attempts=1, timeout=patience)
        return response.status_code == HTTPStatus.OK

    def model(self) -> Model:
        return read_model(self._get("/v1/model"))

    def importance(self) -> Importance:
        return read_importance(self._get("/v1/model/importance"))

    def search(self, prefix: str, limit: int) -> Matches:
        params = {"prefix": prefix, "limit": str(limit)}
        return read_matches(self._get("/v1/clients", params))

    def client(self, client_id: int) -> Client:
        client = read_client(self._get(f"/v1/clients/{client_id}"))
        _same_client(client_id, client.client_id)
        return client

    def score(self, client_id: int) -> Prediction:
        """A new decision for a known client; the API records it."""
        response = self._checked(
            "POST", "/v1/predictions", body={"client_id": client_id}
        )
        prediction = read_prediction(parse(response.content))
        _same_client(client_id, prediction.client_id)
        return prediction

    def drift_report(self) -> DriftReport:
        return read_drift_report(self._get("/v1/monitoring/reports/latest"))

    def drift_html(self) -> str:
        path = "/v1/monitoring/reports/latest/html"
        response = self._checked("GET", path)
        if "html" not in response.headers.get("Content-Type", ""):
            raise NonsenseAnswer(f"{path}: expected an HTML page")
        return response.content.decode("utf-8", errors="replace")

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Node:
        return parse(self._checked("GET", path, params=params).content)

    def _checked(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
    ) -> requests.Response:
        response = self._ask(method, path, params, body)
        if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise problem(response)
        return response

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
        attempts: int = ATTEMPTS,
        timeout: float | None = None,
    ) -> requests.Response:
        once = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else None
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            try:
                response = self.session.request(
                    method,
                    self.settings.api_url + path,
                    params=params,
                    json=body,
                    headers=once,
                    auth=Bearer(self.settings.api_key),
                    timeout=timeout or self.settings.timeout_seconds,
                    allow_redirects=False,
                )
            except requests.Timeout as error:
                raise Unreachable(self._silence()) from error
            except BROKEN as error:
                if last:
                    raise Unreachable(f"no API at {self.settings.api_url}") from error
            except requests.RequestException as error:
                raise NonsenseAnswer(f"{path}: {error}") from error
            else:
                if last or response.status_code not in PASSING_TROUBLE:
                    return response
            time.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        raise Unreachable(f"no API at {self.settings.api_url}")

    def _silence(self) -> str:
        seconds = self.settings.timeout_seconds
        return f"no answer from {self.settings.api_url} in {seconds:g} seconds"


def connect(settings: Settings) -> ScoringApi:
    """An API client with its own pool of connections; nothing is sent yet."""
    session = requests.Session()
    # A proxy from the environment is not the way to a loopback address.
    session.trust_env = urlsplit(settings.api_url).hostname not in LOOPBACK
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=POOL_SIZE)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return ScoringApi(settings, session)


def problem(response: requests.Response) -> ApiError:
    """The error that a bad answer stands for, with the API's own words in it."""
    detail, faults = _problem_document(response)
    by_status: dict[int, type[ApiError]] = {
        HTTPStatus.UNAUTHORIZED: Unauthorised,
        HTTPStatus.FORBIDDEN: Forbidden,
        HTTPStatus.NOT_FOUND: NotFound,
        HTTPStatus.TOO_MANY_REQUESTS: ServerTrouble,
    }
    status = response.status_code
    if status in by_status:
        return by_status[status](detail)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerTrouble(detail)
    if status >= HTTPStatus.BAD_REQUEST:
        return Refused(detail, faults)
    return NonsenseAnswer(f"expected an answer, found a redirection ({status})")


def _problem_document(response: requests.Response) -> tuple[str, tuple[Fault, ...]]:
    try:
        document = parse(response.content)
        detail = document["detail"].text()
        faults = tuple(
            Fault(item["path"].text(), item["detail"].text())
            for item in document.get("errors") or ()
        )
    except NonsenseAnswer:
        return f"the API answered {response.status_code} {response.reason}", ()
    return detail, faults


def _same_client(asked: int, answered: int | None) -> None:
    if asked != answered:
        raise NonsenseAnswer(f"asked for client {asked}, answered for {answered}")
