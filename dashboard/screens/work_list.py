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
    View,
)
from texts.client.decision import decision_word
from texts.formats import whole
from texts.work import state_word


def show() -> None:
    say.title(_("Work list"))
    say.caption(
        _(
            "First what is contested, by its deadline; then what the model alone has "
            "decided, borderline clients first; then drafts, and what people decided. "
            "The address holds the filters: pass it on."
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
    def state(one: str) -> str:
        return _(
            "{state}: {number}",
            state=say.literal(state_word(one)),
            number=say.literal(whole(page.counts.get(one, 0))),
        )

    since = {
        "today": _("Decided today"),
        "week": _("Decided in 7 days"),
        "month": _("Decided in 30 days"),
    }
    with st.container(key="work_filters", horizontal=True, gap="small"):
        _pills(STATE, _("State"), state, view)
        _pills(BORDERLINE, _("The limit"), lambda _yes: _("Borderline"), view)
        _pills(MINE, _("By whom"), lambda _yes: _("Decided by me"), view)
        _pills(RESULT, _("Result"), lambda one: say.literal(decision_word(one)), view)
        _pills(SINCE_DAY, _("When it was decided"), since.__getitem__, view)


def _pills(name: str, label: str, word: Callable[[str], str], view: View) -> None:
    """The widget follows the address, and the address the widget."""
    key, several = f"work_{name}", name in work_view.SEVERAL
    chosen = view[name].split(",") if name in view else []
    st.session_state[key] = chosen if several else next(iter(chosen), None)
    st.pills(
        label,
        CHOICES[name],
        selection_mode="multi" if several else "single",
        format_func=word,
        key=key,
        on_change=_follow,
        args=(name, key),
        label_visibility="collapsed",
    )


def _follow(name: str, key: str) -> None:
    chosen = st.session_state[key] or []
    work_view.put(name, *([chosen] if isinstance(chosen, str) else chosen))


if __name__ == "__main__":
    show()
