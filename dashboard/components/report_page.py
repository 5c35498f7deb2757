"""A report's page at an address of its own, for whoever may see it.

Browsers hold no key of the API. So each session has an address that nobody can guess:
it ends with the session, and answers only the browser that is logged in as the session
is.
"""

from __future__ import annotations

import gzip
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from secrets import token_urlsafe
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api_client.cache import scoring_api
from api_client.errors import ApiError, NotFound
from api_client.scoring_api import ScoringApi
from components import markup
from session.user import person

TICKET = "report_ticket"
LOGIN = "_streamlit_user"
# The report is a page with its own scripts: let it reach nothing else.
HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-downloads; frame-ancestors "
    "'self'; default-src 'unsafe-inline' 'unsafe-eval' data: blob:",
    "Cache-Control": "no-store",
    # Here, in a thread: the server would do it while everybody waits.
    "Content-Encoding": "gzip",
}
FIT = Path(__file__).parents[1] / "report.js"


@dataclass(frozen=True, eq=False)
class Ticket:
    """What a session may fetch, until when, and the cookies that it logged in with."""

    api: ScoringApi
    login: Mapping[str, str]
    until: float = math.inf
    token: str = field(default_factory=token_urlsafe)


TICKETS: WeakValueDictionary[str, Ticket] = WeakValueDictionary()


def address(report_id: str) -> str:
    """Where this session's browser finds the page of a report."""
    someone = person()
    until = someone.until if someone else 0
    ticket = Ticket(scoring_api(), _login(st.context.cookies), until)
    ticket = st.session_state.setdefault(TICKET, ticket)
    TICKETS[ticket.token] = ticket
    return _path(ticket.token, report_id)


def route() -> Route:
    return Route(_path("{token}", "{report_id}"), _answer)


def _path(token: str, report_id: str) -> str:
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return "/".join(["", *([base] if base else []), "reports", token, report_id])


def _answer(request: Request) -> Response:
    ticket = TICKETS.get(request.path_params["token"])
    here = ticket is not None and ticket.login == _login(request.cookies)
    if ticket is None or not here or time.time() >= ticket.until:
        return PlainTextResponse("Open this page from Drift.", HTTPStatus.NOT_FOUND)
    try:
        html = ticket.api.report_html(request.path_params["report_id"])
    except NotFound as error:
        return PlainTextResponse(str(error), HTTPStatus.NOT_FOUND)
    except ApiError as error:
        return PlainTextResponse(str(error), HTTPStatus.BAD_GATEWAY)
    packed = gzip.compress(html + markup.script(FIT).encode(), compresslevel=3)
    return Response(packed, headers=HEADERS, media_type="text/html")


def _login(cookies: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text for name, text in cookies.items() if name.startswith(LOGIN)}
