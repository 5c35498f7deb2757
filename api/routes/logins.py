"""Logins of people at a delegate's, which end for good."""

from __future__ import annotations

from flask import Blueprint, Response

from api.http.auth import current_key, current_login, signer
from api.http.operations import Operation
from api.http.responses import answer
from api.schemas.answers import EndedLogin, LoginAnswer
from api.services import services

blueprint = Blueprint("logins", __name__, url_prefix="/v1/login")


@Operation(
    blueprint,
    "GET",
    "",
    "logins",
    "Who asks, and by which roles",
    {200: LoginAnswer},
)
def get_login() -> Response:
    return answer({"name": signer().name, "roles": sorted(current_key().roles)})


@Operation(
    blueprint,
    "POST",
    "/end",
    "logins",
    "End the login of the person who asks, wherever it is used",
    {200: EndedLogin},
    description="By a delegate, which names it as `login` in On-Behalf-Of: whatever "
    "names it from then on is answered 401. Null where the request names none.",
)
def end_login() -> Response:
    login = current_login()
    if login is not None:
        services().ended_logins.add(login)
    return answer({"login": login})
