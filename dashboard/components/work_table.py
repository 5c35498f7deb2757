"""A page of the work list as a table, and the ways to the others.

Above it what who looks has claimed; each row can be claimed or left to others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import streamlit as st

from api_client.answers import WorkItem, WorkPage
from api_client.cache import current_model, scoring_api
from api_client.errors import ApiError, Refused
from components import markup, say
from components.error_panel import details, show_error
from components.forms import signed
from components.layout import card
from session.address import address
from session.language import _
from session.namesakes import LOGIN, told_apart
from session.user import colleagues, is_senior
from session.work_view import CURSOR, View, question
from texts import work
from texts.formats import today

SCRIPT = Path(__file__).parents[1] / "row_actions.js"
ITEMS = 50
PAGE, CHOICE = "work_list", "work_choice"
FAILED = "work_failed"


def page_of(view: View) -> WorkPage:
    """The one that the address names, or the first."""
    asked = question(view, signed(), today())
    return scoring_api().work(ITEMS, asked, st.query_params.get(CURSOR, ""))


def show_work(page: WorkPage, view: View) -> None:
    with card("work"):
        if error := st.session_state.pop(FAILED, None):
            _tell(error)
        if page.mine:
            st.html(
                markup.heading(_("Yours"))
                + _rows(page.mine, view, _("Yours"))
                + markup.heading(_("The others"))
            )
        _table(page, view)
        _buttons()(key=CHOICE, on_pressed_change=lambda: _act(page))
    if is_senior() and page.items:
        _assignment(page)


def _table(page: WorkPage, view: View) -> None:
    others = [one for one in page.items if not one.mine]
    if others:
        st.html(_rows(others, view, _("Work list")))
    else:
        say.success(_("Nobody is on this part of the list."))
    links = []
    if CURSOR in st.query_params:
        links.append((address(PAGE, **view), _("First page")))
    if page.next_cursor is not None:
        following = {CURSOR: page.next_cursor}
        links.append((address(PAGE, **view, **following), _("Next page")))
    if links:
        st.html(markup.ways(_("Pages of the work list"), links))


def _rows(items: Sequence[WorkItem], view: View, named: str) -> str:
    label = current_model().key_label(_("Client number"))
    rows = [work.row(item, view, today(), is_senior()) for item in items]
    return markup.table(work.headers(label), rows, named)


@cache
def _buttons() -> Callable[..., object]:
    return st.components.v2.component(
        "row_actions", js=SCRIPT.read_text("utf-8"), isolate_styles=False
    )


def _act(page: WorkPage) -> None:
    """Before the page is drawn anew, so that it shows what came of it."""
    act, _colon, key = str(st.session_state[CHOICE]["pressed"]).partition(":")
    items = {str(one.client_id): one for one in (*page.mine, *page.items)}
    api = scoring_api()
    ask = {work.CLAIM: api.claim, work.RELEASE: api.release}.get(act)
    if ask is not None and key in items:
        _try(lambda: ask(items[key].client_id))


def _try(ask: Callable[[], object]) -> None:
    try:
        ask()
    except ApiError as error:
        st.session_state[FAILED] = error


def _tell(error: ApiError) -> None:
    if isinstance(error, Refused):
        say.warning(details(error))
    else:
        show_error(error, "work_again")


def _assignment(page: WorkPage) -> None:
    """A senior has somebody work on a client: of the people who were here."""
    known = colleagues()
    with st.expander(_("Have somebody work on a client"), key="assignment"):
        if not known:
            say.caption(_("Whoever has logged in to this dashboard can be chosen."))
            return
        waiting = [one.client_id for one in page.items if one.state != "done"]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            client = st.selectbox(
                _("Client"),
                waiting,
                format_func=say.literal,
                index=None,
                key="assign_client",
                placeholder=_("Choose"),
            )
            sub = st.selectbox(
                _("Who is to work on it"),
                list(known),
                format_func=lambda one: say.literal(
                    told_apart(known[one], f"{LOGIN}{one}")
                ),
                index=None,
                key="assign_sub",
                placeholder=_("Choose"),
            )
            st.button(
                _("Have them work on it"),
                key="assign",
                disabled=client is None or sub is None,
                on_click=_assign,
                args=(client, sub),
            )


def _assign(client: str | int, sub: str) -> None:
    api = scoring_api()
    _try(lambda: api.assign(client, colleagues()[sub], sub))
