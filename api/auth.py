"""Bearer keys and roles, as each route declares them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, g, request

from api import operations
from api.errors import Problem
from api.services import services
from api.store import keys
from api.store.keys import ApiKey


def register(app: Flask) -> None:
    """Let no request of `app` through that its route does not allow."""
    app.before_request(_guard)


def current_key() -> ApiKey:
    """The key of the current request, on a route that needs one."""
    key: ApiKey = g.key
    return key


def _guard() -> None:
    operation = operations.current()
    if operation is None:
        return
    request.max_content_length = services().config.max_body_bytes * (
        operation.body_factor
    )
    if operation.roles is None:
        return
    services().require_store()
    g.key = _authenticate()
    if operation.roles and not operation.roles & g.key.roles:
        needed = " or ".join(sorted(operation.roles))
        raise Problem(HTTPStatus.FORBIDDEN, f"This needs a key with the role {needed}.")
    seconds = services().rate_limit.wait(g.key.id)
    if seconds:
        headers = {"Retry-After": str(seconds)}
        detail = f"This key asks too often. Try again in {seconds} s."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=headers)


def _authenticate() -> ApiKey:
    header = request.headers.get("Authorization", "")
    scheme, _, secret = header.partition(" ")
    if not header:
        raise _unauthorized("Send a key: Authorization: Bearer <key>.", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise _unauthorized("Expected: Authorization: Bearer <key>.", "invalid_request")
    key = keys.find(services().database, secret.strip())
    if key is None:
        raise _unauthorized("This key is not valid.", "invalid_token")
    return key


def _unauthorized(detail: str, error: str) -> Problem:
    """RFC 6750, section 3."""
    challenge = 'Bearer realm="scoring"' + (f', error="{error}"' if error else "")
    headers = {"WWW-Authenticate": challenge}
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers=headers)
