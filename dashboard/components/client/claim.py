"""Who alone works on a client: told, claimed and left to others again."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from api_client.answers import Claim
from api_client.cache import OpenedClient, scoring_api
from api_client.errors import ApiError, Refused
from components import say
from components.error_panel import details, show_error
from session.language import _
from session.namesakes import told_apart
from session.user import is_senior
from texts.formats import clock

FAILED = "claim_failed"


def claimed_text(claim: Claim) -> str:
    until = clock(claim.until)
    if claim.mine:
        return _("You work on this client, until {time}.", time=until)
    name = told_apart(claim.by, claim.signer)
    return _("{name} works on this client, until {time}.", name=name, time=until)


def claim_bar(opened: OpenedClient) -> None:
    """A line on who works on them, and the button that is of use to who looks."""
    claim, client, api = opened.client.claim, opened.client.client_id, scoring_api()
    if error := st.session_state.pop(FAILED, None):
        _tell(error)
    if claim is None and opened.standing.reviewed and opened.client.contest_id is None:
        return  # Nobody waits for anything.
    with st.container(key="claim", horizontal=True, vertical_alignment="center"):
        say.caption(claimed_text(claim) if claim else _("Nobody works on it yet."))
        if claim is None:
            _button("claim", _("Claim this client"), lambda: api.claim(client))
        elif claim.mine or is_senior():
            _button("release", _("Leave it to others"), lambda: api.release(client))


def _button(key: str, label: str, ask: Callable[[], object]) -> None:
    def act() -> None:
        try:
            ask()
        except ApiError as error:
            st.session_state[FAILED] = error

    st.button(label, key=f"{key}_client", type="tertiary", on_click=act)


def _tell(error: ApiError) -> None:
    if isinstance(error, Refused):
        say.warning(details(error))
    else:
        show_error(error, "claim_again")
