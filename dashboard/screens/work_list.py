"""The day's work: who waits for a person, and who was decided by whom."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from api_client.answers import WorkPage
from components import say
from components.forms import signature
from components.work_table import page_of, show_work
from session import work_view
from session.language import _
from session.work_view import (
    BORDERLINE,
    CHOICES,
    MINE,
    RESULT,
    SINCE_DAY,
    STATE,
    STATES,
    View,
)
from texts.client.decision import decision_word
from texts.formats import whole
from texts.work import state_word

# The control of the states; every one of them is no state of the API's.
TABS, ALL = "work_tabs", "all"


def show() -> None:
    say.title(_("Work list"))
    say.caption(
        _(
            "First what is contested, by its deadline; then what waits for a second "
            "signature, for evidence, or for somebody to examine it; then what nobody "
            "has decided yet, borderline clients first; then drafts, and what people "
            "decided. The address holds the filters: pass it on."
        )
    )
    view = work_view.of_address()
    filters = st.container()
    named = MINE not in view or signature("work_reviewer")
    page = page_of(view)
    with filters:
        _filters(view, page)
    if named:
        show_work(page, view)
    else:
        say.info(_("Type your name to see what you decided."))


def _filters(view: View, page: WorkPage) -> None:
    since = {
        "today": _("Decided today"),
        "week": _("Decided in 7 days"),
        "month": _("Decided in 30 days"),
    }
    _tabs(view, page)
    with st.container(key="work_filters", horizontal=True, gap="small"):
        _pills(BORDERLINE, _("The limit"), lambda _yes: _("Borderline"), view)
        _pills(MINE, _("By whom"), lambda _yes: _("Decided by me"), view)
        _pills(RESULT, _("Result"), lambda one: say.literal(decision_word(one)), view)
        _pills(SINCE_DAY, _("When it was decided"), since.__getitem__, view)


def _tabs(view: View, page: WorkPage) -> None:
    """One state at a time, or all; an address may name several."""

    def told(state: str) -> str:
        number = page.counts.get(state, 0)
        if state == ALL:
            number = sum(page.counts.values())
        return _(
            "{state}: {number}",
            state=say.literal(state_word(state) if state != ALL else _("All")),
            number=say.literal(whole(number)),
        )

    named = view.get(STATE, ALL)
    st.session_state[TABS] = named if named in (ALL, *STATES) else None
    st.segmented_control(
        _("State"),
        [ALL, *STATES],
        format_func=told,
        key=TABS,
        on_change=_turn,
        label_visibility="collapsed",
    )


def _turn() -> None:
    chosen = st.session_state[TABS]
    work_view.put(STATE, *([] if chosen in (None, ALL) else [chosen]))


def _pills(name: str, label: str, word: Callable[[str], str], view: View) -> None:
    """The widget follows the address, and the address the widget."""
    key = f"work_{name}"
    st.session_state[key] = view.get(name)
    st.pills(
        label,
        CHOICES[name],
        format_func=word,
        key=key,
        on_change=_follow,
        args=(name, key),
        label_visibility="collapsed",
    )


def _follow(name: str, key: str) -> None:
    chosen = st.session_state[key]
    work_view.put(name, *([] if chosen is None else [chosen]))


if __name__ == "__main__":
    show()
