"""Forms that put something on record: who signs, and that each begins empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from api_client.errors import ApiError, Refused
from api_client.meaning import ClientKey
from components import say
from components.error_panel import details, show_error
from session.language import _
from session.user import person

LONGEST_NAME = 200
# What a text area is that is kept across pages.
LONG_TEXT: Mapping[str, Any] = {
    "max_chars": 2000,
    "height": 90,
    "persist_state": "session",
}
# The name that was typed last.
SIGNED = "signed"
# How often each form was recorded.
RECORDED = "forms_recorded"


def form_key(form: str, client_id: ClientKey) -> str:
    """What is typed belongs to the client, and is gone once it is recorded."""
    return f"{form}_{client_id}_{_recorded().get((form, client_id), 0)}"


def has_been_recorded(form: str, client_id: ClientKey) -> None:
    recorded = _recorded()
    recorded[form, client_id] = recorded.get((form, client_id), 0) + 1


def is_on_record(record: Callable[[], object], again: str) -> bool:
    """Whether it is now; the page says why not, with `again` as its button's key."""
    try:
        with st.spinner(_("Recording…")):
            record()
    except Refused as error:
        say.error(details(error))
    except ApiError as error:
        show_error(error, again)
    else:
        return True
    return False


def _recorded() -> dict[tuple[str, ClientKey], int]:
    recorded: dict[tuple[str, ClientKey], int]
    recorded = st.session_state.setdefault(RECORDED, {})
    return recorded


def choose(
    widget: Callable[..., str | None],
    key: str,
    label: str,
    options: Sequence[str],
    word: Callable[[str], str],
    first: str | None = None,
    **more: object,
) -> str | None:
    """The widget is another one in another language: what was chosen is kept.

    `first`: what is chosen before anybody does.
    """
    kept = st.session_state.get(f"kept_{key}", first)
    chosen = widget(
        label,
        options,
        index=options.index(kept) if kept in options else None,
        format_func=word,
        key=key,
        persist_state="session",
        **more,
    )
    st.session_state[f"kept_{key}"] = chosen
    return chosen


def signature(key: str) -> str:
    """Whoever is logged in, else the name that is typed: once for every form."""
    name = signed()
    someone = person()
    if someone and someone.name:
        say.caption(_("Recorded as {name}.", name=name))
        return name
    # Never to nothing: what is being typed just now would be taken away.
    if name and not st.session_state.get(key):
        st.session_state[key] = name
    typed = st.text_input(
        _("Your name"),
        key=key,
        max_chars=LONGEST_NAME,
        persist_state="session",
        on_change=_keep,
        args=(key,),
    )
    return (typed or "").strip()


def signed() -> str:
    """The name of this session's person as far as it is known."""
    someone = person()
    return (someone.name if someone else "") or str(st.session_state.get(SIGNED, ""))


def _keep(key: str) -> None:
    st.session_state[SIGNED] = str(st.session_state[key] or "").strip()
