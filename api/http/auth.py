"""Bearer keys and roles, as each route declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from flask import Flask, Response, g, request
from pydantic import Field

from api.errors import FieldError, Problem, invalid
from api.http import operations
from api.schemas.requests import Strict
from api.schemas.values import VISIBLE
from api.services import services
from api.store.keys import ApiKey, Role

ON_BEHALF_OF = "On-Behalf-Of"
# In the answer: it was believed, and these of the roles counted.
COUNTED = "On-Behalf-Of-Roles"
_EXPECTED = (
    'a JSON object in ASCII such as {"name": "Ada", "sub": "248289", "roles": '
    f'["officer"]}}, with any of the roles {", ".join(sorted(Role))}'
)
_LONGEST_SHOWN = 200


class Person(Strict):
    """Whom a delegate asks for; `sub` is what the login's provider knows them by.

    `login`: a hash of theirs that tells this one login, until it is ended.
    """

    name: Annotated[str, Field(min_length=1, max_length=200), VISIBLE]
    sub: Annotated[str, Field(min_length=1, max_length=255), VISIBLE] | None = None
    roles: frozenset[Role]
    login: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True)
class Signer:
    """Who asks: `id` tells two people apart; None of a person whom no login knows."""

    id: str | None
    name: str

    @property
    def holder(self) -> str:
        """As whom they claim clients, which whom no login knows may, too."""
        return self.id or f"name:{self.name}"


def register(app: Flask) -> None:
    """Let no request of `app` through that its route does not allow."""
    app.before_request(_guard)
    app.after_request(_confirm)


def current_key() -> ApiKey:
    """The key of the current request, on a route that needs one.

    A delegate's has the roles that count for the person it asks for.
    """
    key: ApiKey = g.key
    return key


def signer() -> Signer:
    """The person whom a delegate asks for, else the one who has the key."""
    key = current_key()
    person: Person | None = g.get("person")
    if person is None:
        return Signer(f"key:{key.id}", key.name)
    return Signer(person.sub and f"sub:{person.sub}", person.name)


def current_login() -> str | None:
    """That of the person whom a delegate asks for, if it tells one."""
    person: Person | None = g.get("person")
    return None if person is None else person.login


def require_own_name(path: str, given: str) -> None:
    """Refuse a name in the body that is not of whom the login knows; Problem 422."""
    person: Person | None = g.get("person")
    if person is not None and person.sub is not None and given != person.name:
        detail = f"expected the name of who is logged in, {person.name}; found {given}"
        raise invalid([FieldError(path, detail)])


def require(roles: frozenset[Role]) -> None:
    """Refuse the current request unless it has one of `roles`."""
    has = current_key().roles
    if not roles & has:
        needed, held = " or ".join(sorted(roles)), ", ".join(sorted(has)) or "none"
        detail = f"This needs the role {needed}; this request has {held}."
        raise _denied(HTTPStatus.FORBIDDEN, "role", detail)


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
    _require_rate("This key asks", g.key.id)
    if Role.DELEGATE in g.key.roles:
        g.key = replace(g.key, roles=_delegated_roles(g.key.roles))
        _require_login()
    elif ON_BEHALF_OF in request.headers:
        detail = f"{ON_BEHALF_OF}: this key asks for nobody else: it is no delegate's."
        raise _denied(HTTPStatus.FORBIDDEN, "no_delegate", detail)
    if operation.roles:
        require(operation.roles)


def _require_rate(who: str, bucket: int | str, takes: int = 1) -> None:
    """Refuse the current request when others of theirs came just before."""
    seconds = services().rate_limit.wait(bucket, takes)
    if seconds:
        headers = {"Retry-After": str(seconds)}
        detail = f"{who} too often. Try again in {seconds} s."
        raise _denied(HTTPStatus.TOO_MANY_REQUESTS, "rate", detail, headers)


def _delegated_roles(roles: frozenset[Role]) -> frozenset[Role]:
    """Of a delegate's roles those that the person has: none without a person."""
    header = request.headers.get(ON_BEHALF_OF)
    if header is None:
        return frozenset()
    try:
        if not header.isascii():
            raise ValueError
        person = Person.model_validate_json(header)
    except ValueError as error:
        shown = header[:_LONGEST_SHOWN].encode("ascii", "backslashreplace")
        detail = f"{ON_BEHALF_OF}: expected {_EXPECTED}; found: {shown.decode()}"
        raise Problem(HTTPStatus.BAD_REQUEST, detail) from error
    g.person = person
    return (roles & person.roles) - {Role.DELEGATE}


def _require_login() -> None:
    login = current_login()
    if login is not None and services().ended_logins.has(login):
        raise _unauthorized("login_ended", "This login was ended.", "invalid_token")


def _confirm(response: Response) -> Response:
    if "person" in g:
        response.headers[COUNTED] = ", ".join(sorted(current_key().roles))
    return response


def _authenticate() -> ApiKey:
    header = request.headers.get("Authorization", "")
    scheme, _, rest = header.partition(" ")
    secret = rest.strip() if scheme.lower() == "bearer" else ""
    if not services().keys.has_met(secret):
        # So that nobody tries keys faster than a key may ask, and yet cannot hold up
        # those behind the same address who come by one that is known.
        _require_rate("This address asks without a valid key", _address(), takes=0)
    if not header:
        raise _unauthorized("none", "Send a key: Authorization: Bearer <key>.", "")
    if not secret:
        detail = "Expected: Authorization: Bearer <key>."
        raise _unauthorized("malformed", detail, "invalid_request")
    key = services().keys.find(secret)
    fault = key.fault() if key else "unknown"
    if key is not None:
        g.key = key
    if key is None or fault is not None:
        raise _unauthorized(str(fault), "This key is not valid.", "invalid_token")
    return key


def _unauthorized(reason: str, detail: str, error: str) -> Problem:
    """RFC 6750, section 3. Why a key is not valid is for the log alone."""
    services().rate_limit.wait(_address())
    challenge = 'Bearer realm="scoring"' + (f', error="{error}"' if error else "")
    headers = {"WWW-Authenticate": challenge}
    return _denied(HTTPStatus.UNAUTHORIZED, reason, detail, headers)


def _denied(
    status: HTTPStatus,
    reason: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """What logs and metrics tell by its reason."""
    g.denied = reason
    return Problem(status, detail, headers=headers)


def _address() -> str:
    return request.remote_addr or ""
