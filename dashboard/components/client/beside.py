"""From one client to the next, in the order of the work list."""

from __future__ import annotations

import streamlit as st

from api_client.answers import Beside
from api_client.cache import current_model, scoring_api
from api_client.errors import ApiError
from api_client.meaning import ClientKey
from components import markup
from components.client.client_picker import PARAMETER, chosen, read_key
from components.forms import signed
from components.work_table import PAGE
from session import work_view
from session.address import address
from session.language import _
from session.work_view import View
from texts.formats import today

KEPT = "beside"


def show_beside(page: str) -> None:
    """Ways to the same page of who is before and after, and back to the list."""
    view, client_id = work_view.of_address(), read_key(chosen(), current_model())
    found = None if client_id is None else _beside(client_id, view)
    if found is None:
        return
    links = [(address(PAGE, **view), _("Work list"))]
    if (before := found.previous) is not None:
        links.insert(0, _way(page, before, _("‹ Previous: {client}", client=before)))
    if (after := found.next) is not None:
        links.append(_way(page, after, _("Next: {client} ›", client=after)))
    st.html(markup.ways(_("In the work list"), links))


def _way(page: str, client_id: ClientKey, text: str) -> tuple[str, str]:
    view = work_view.of_address()
    return address(page, **{PARAMETER: client_id}, **view), text


def _beside(client_id: ClientKey, view: View) -> Beside | None:
    """As it was when the client was opened: once decided they stand elsewhere."""
    asked = (client_id, tuple(view.items()))
    kept: tuple[object, Beside | None] | None = st.session_state.get(KEPT)
    if kept is None or kept[0] != asked:
        kept = st.session_state[KEPT] = (asked, _ask(client_id, view))
    return kept[1]


def _ask(client_id: ClientKey, view: View) -> Beside | None:
    try:
        return scoring_api().beside(
            client_id, work_view.question(view, signed(), today())
        )
    except ApiError:
        return None  # The page is about the client, and tells what is wrong with it.
