"""From one client to the next, in the order of the work list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

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


@contextmanager
def ways_beside(page: str) -> Iterator[None]:
    """Room for the ways, which are asked for after the block has drawn its part."""
    room = st.container(key="beside")
    # What stands there is of the client before, unless they were found for this one.
    question, found = _kept()
    place = room if found and question == _question() else room.empty()
    yield
    with place:
        show_beside(page)


def show_beside(page: str) -> None:
    """Ways to the same page of who is before and after, and back to the list."""
    view, found = work_view.of_address(), _beside()
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


def _beside() -> Beside | None:
    """As it was when the client was opened: once decided they stand elsewhere."""
    client_id, view = question = _question()
    if client_id is None:
        return None
    if _kept()[0] != question:
        st.session_state[KEPT] = (question, _ask(client_id, view))
    return _kept()[1]


def _question() -> tuple[ClientKey | None, View]:
    return read_key(chosen(), current_model()), work_view.of_address()


def _kept() -> tuple[tuple[ClientKey | None, View] | None, Beside | None]:
    """What was asked last, and the answer."""
    kept = st.session_state.get(KEPT, (None, None))
    return cast(tuple[tuple[ClientKey | None, View] | None, Beside | None], kept)


def _ask(client_id: ClientKey, view: View) -> Beside | None:
    try:
        return scoring_api().beside(
            client_id, work_view.question(view, signed(), today())
        )
    except ApiError:
        return None  # The page is about the client, and tells what is wrong with it.
