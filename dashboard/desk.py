"""The client on the desk: chosen by search, by address or from the recent ones.

The choice belongs to the session and stands in the address, so that every page speaks
of the same client and two tabs never mix theirs.
"""

from __future__ import annotations

import streamlit as st

import say
import words
from errors import NotFound
from language import _
from loading import Opened, current_model, open_client, opened, scoring_api

PARAMETER = "client"
CHOSEN, RECENT, SHOWN = "client_number", "recent_clients", "shown_prediction"
SEARCH, OFFERED = "search", "suggestion"
SUGGESTIONS, RECENT_KEPT = 10, 6
PAUSE = "200ms"


def choose() -> None:
    """Take the client that the address asks for, or put the chosen one into it."""
    asked = st.query_params.get(PARAMETER)
    if asked is not None:
        st.session_state[CHOSEN] = asked.strip()
    elif CHOSEN in st.session_state:
        st.query_params[PARAMETER] = st.session_state[CHOSEN]


def chosen() -> str:
    return str(st.session_state.get(CHOSEN, ""))


def client_on_the_desk(title: str) -> Opened | None:
    """The heading with its search, and the client that is open, if one is.

    `title` is the page's; the client's number is put after it.
    """
    number = chosen()
    with st.container(key="desk", horizontal=True, vertical_alignment="center"):
        heading = st.container(width="content")
        typed = st.text_input(
            _("Client number"),
            key=SEARCH,
            type="search",
            placeholder=_("Client number, or its first digits"),
            label_visibility="collapsed",
            live=PAUSE,
            max_chars=18,
            width=300,
        )
        text = (typed or "").strip()
        if not text:
            others = tuple(one for one in _recent() if str(one) != number)
            _offer(_("Recent clients"), others)
    if text:
        number = _search(text) or number
    with heading:
        say.title(f"{title} {number}".strip())
    if number:
        return _open(number)
    if not text:
        say.info(_("Type a client's number to see the decision and what it rests on."))
    return None


def take(client_id: int) -> None:
    """Put a client on the desk and clear the search."""
    st.session_state[CHOSEN] = str(client_id)
    st.session_state[SEARCH] = ""
    st.session_state[OFFERED] = None
    st.query_params[PARAMETER] = str(client_id)


def _take_offered() -> None:
    client_id = st.session_state.get(OFFERED)
    if client_id is not None:
        take(client_id)


def _offer(label: str, client_ids: tuple[int, ...]) -> None:
    if client_ids:
        st.pills(
            label,
            client_ids,
            format_func=str,
            key=OFFERED,
            on_change=_take_offered,
            label_visibility="collapsed",
        )


def _search(text: str) -> str:
    """Offer the clients that fit; the number itself when it is the only one."""
    if not (text.isascii() and text.isdigit()):
        say.warning(
            _(
                "A client's number has only digits; “{text}” has others. "
                "Correct it above.",
                text=text,
            )
        )
        return ""
    matches = scoring_api().search(text, SUGGESTIONS)
    if not matches.client_ids:
        _nobody(text)
    elif matches.client_ids == (int(text),):
        st.session_state[CHOSEN] = text
        st.query_params[PARAMETER] = text
        return text
    else:
        say.caption(words.clients_begin(matches.total, text))
        _offer(_("Clients that match"), matches.client_ids)
    return ""


def _nobody(text: str) -> None:
    say.warning(
        _(
            "No client's number is or begins with {text}. "
            "Check the number on the application, then type it again.",
            text=text,
        )
    )


def _open(number: str) -> Opened | None:
    """The client and their decision.

    What an earlier run left on the screen goes first, so that no decision is ever
    seen under another client's number.
    """
    if not (number.isascii() and number.isdigit()):
        _nobody(number)
        return None
    screen = st.empty()
    found = opened(int(number), current_model())
    if not found:
        with screen.container():
            say.caption(_("Scoring client {number}…", number=number))
            st.skeleton(240)
        try:
            found = open_client(int(number))
        except NotFound:
            with screen.container():
                _nobody(number)
            return None
    screen.empty()
    st.session_state[SHOWN] = found.prediction.prediction_id
    _remember(found.client.client_id)
    return found


def _remember(client_id: int) -> None:
    others = [one for one in _recent() if one != client_id]
    st.session_state[RECENT] = (client_id, *others)[:RECENT_KEPT]


def _recent() -> tuple[int, ...]:
    return tuple(st.session_state.get(RECENT, ()))
