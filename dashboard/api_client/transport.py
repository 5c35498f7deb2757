"""How a question travels to the API: pooled connections, retries, typed errors."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import Retry

from api_client.answers import FieldProblem, ProblemAnswer
from api_client.errors import (
    ApiError,
    Conflict,
    Erased,
    Forbidden,
    LoggedOut,
    NoDelegate,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerError,
    Unauthorised,
    Unreachable,
)
from api_client.meaning import Shape, read
from config import Settings
from session.asker import Asker

RETRIES = 2
READY_SECONDS = 2.0
# Of the second retry; the first follows at once.
PAUSE_SECONDS = 0.4
TRANSIENT_STATUSES = {502, 503, 504}
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
POOL_SIZE = 32
READY = "/health/ready"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ON_BEHALF_OF, COUNTED = "On-Behalf-Of", "On-Behalf-Of-Roles"
# What the API answers only to a key, and so by somebody's roles, is below this.
GUARDED = "/v1/"


@dataclass(frozen=True)
class Bearer(AuthBase):
    """The key on each request; as an `auth`, so that no .netrc takes its place."""

    key: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.key}"
        return request


@dataclass(frozen=True)
class Transport:
    """One person's way to one address with one key. Safe to share between threads.

    `connections` makes the session: it tries again, a POST too, since its
    Idempotency-Key makes a second request replay the first answer.
    """

    settings: Settings
    session: requests.Session = field(repr=False)
    asker: Asker

    def get(
        self, kind: type[Shape], path: str, params: Mapping[str, str] | None = None
    ) -> Shape:
        return read(kind, self.checked("GET", path, params=params).content)

    def post(self, kind: type[Shape], path: str, body: object) -> Shape:
        return read(kind, self.checked("POST", path, body=body).content)

    def put(self, kind: type[Shape], path: str, body: object) -> Shape:
        return read(kind, self.checked("PUT", path, body=body).content)

    def page(self, path: str, kind: str) -> bytes:
        """What is no JSON: a page, a text or a document of the media type `kind`."""
        response = self.checked("GET", path)
        content_type = response.headers.get("Content-Type", "")
        if not content_type.startswith(kind):
            raise NonsenseAnswer(f"{path}: expected {kind}; found: {content_type}")
        return response.content

    def checked(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
    ) -> requests.Response:
        response = self.ask(method, path, params, body)
        if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise problem(response)
        return response

    def ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float | None = None,
    ) -> requests.Response:
        """`body`: sent as JSON; bytes are JSON already, and sent as they are."""
        headers = {ON_BEHALF_OF: json.dumps(asdict(self.asker))}
        as_it_is = body if isinstance(body, bytes) else None
        if as_it_is is not None:
            headers["Content-Type"] = "application/json"
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            response = self.session.request(
                method,
                self.settings.api_url + path,
                params=params,
                data=as_it_is,
                json=body if as_it_is is None else None,
                headers=headers,
                auth=Bearer(self.settings.api_key),
                timeout=timeout or self.settings.timeout_seconds,
                allow_redirects=False,
            )
        except requests.Timeout as error:
            raise Unreachable(self._silence()) from error
        except BROKEN as error:
            raise Unreachable(f"no API at {self.settings.api_url}") from error
        except requests.RequestException as error:
            raise NonsenseAnswer(f"{path}: {error}") from error
        self._check_decided_for_the_asker(path, response)
        return response

    def _check_decided_for_the_asker(
        self, path: str, response: requests.Response
    ) -> None:
        """A key that is no delegate's is refused, or does what it may for everybody."""
        logged_in = self.asker.sub is not None
        succeeded = response.status_code < HTTPStatus.MULTIPLE_CHOICES
        refused = response.status_code == HTTPStatus.FORBIDDEN
        guarded = path.startswith(GUARDED) and (refused or logged_in and succeeded)
        if guarded and COUNTED not in response.headers:
            raise NoDelegate(f"{path}: the answer has no {COUNTED}")

    def _silence(self) -> str:
        seconds = self.settings.timeout_seconds
        return f"no answer from {self.settings.api_url} in {seconds:g} seconds"


class _Retry(Retry):
    """Retries broken connections, but not after a time-out: somebody waits."""

    def increment(self, *args: Any, **more: Any) -> Self:
        if isinstance(error := more.get("error"), ReadTimeoutError):
            raise error
        return super().increment(*args, **more)


def connections(settings: Settings) -> requests.Session:
    """A pool of connections for everybody; nothing is sent yet.

    Refused or broken connections and 502, 503, 504 are tried again, sooner than the API
    asks for: somebody waits. Whether it is ready is asked once.
    """
    # A retry would be logged with its path, which names a client.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    session = requests.Session()
    # A proxy from the environment is not the way to a loopback address.
    session.trust_env = urlsplit(settings.api_url).hostname not in LOOPBACK
    retry = _Retry(
        RETRIES,
        allowed_methods=None,
        status_forcelist=TRANSIENT_STATUSES,
        backoff_factor=PAUSE_SECONDS / 2,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    session.mount(
        settings.api_url,
        HTTPAdapter(pool_connections=1, pool_maxsize=POOL_SIZE, max_retries=retry),
    )
    session.mount(settings.api_url + READY, HTTPAdapter())
    return session


def problem(response: requests.Response) -> ApiError:
    """The error that a bad answer stands for, with the API's own words in it."""
    detail, faults = _problem_document(response)
    by_status: dict[int, type[ApiError]] = {
        HTTPStatus.UNAUTHORIZED: Unauthorised,
        HTTPStatus.FORBIDDEN: Forbidden,
        HTTPStatus.NOT_FOUND: NotFound,
        HTTPStatus.METHOD_NOT_ALLOWED: NotFound,
        HTTPStatus.TOO_MANY_REQUESTS: ServerError,
    }
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED and COUNTED in response.headers:
        # It knows the key: it is the person who may not ask any more.
        return LoggedOut(detail)
    if status in by_status:
        return by_status[status](detail)
    if status == HTTPStatus.CONFLICT:
        return Conflict(detail, faults)
    if status == HTTPStatus.GONE:
        return Erased(detail, faults)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError(detail)
    if status >= HTTPStatus.BAD_REQUEST:
        return Refused(detail, faults)
    return NonsenseAnswer(f"expected an answer, found a redirection ({status})")


def _problem_document(
    response: requests.Response,
) -> tuple[str, Sequence[FieldProblem]]:
    try:
        document = read(ProblemAnswer, response.content)
    except NonsenseAnswer:
        return f"the API answered {response.status_code} {response.reason}", ()
    return document.detail, document.errors
