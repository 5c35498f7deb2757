"""A page of the work list as a table, and the ways to the others."""

from __future__ import annotations

import streamlit as st

from api_client.answers import WorkPage
from api_client.cache import current_model, scoring_api
from components import markup, say
from components.forms import signed
from components.layout import card
from session.address import address
from session.language import _
from session.work_view import CURSOR, View, question
from texts import work
from texts.formats import today

ITEMS = 50
PAGE = "work_list"


def page_of(view: View) -> WorkPage:
    """The one that the address names, or the first."""
    asked = question(view, signed(), today())
    return scoring_api().work(ITEMS, asked, st.query_params.get(CURSOR, ""))


def show_work(page: WorkPage, view: View) -> None:
    with card("work"):
        _table(page, view)


def _table(page: WorkPage, view: View) -> None:
    if not page.items:
        say.success(_("Nobody is on this part of the list."))
    else:
        label = current_model().key_label(_("Client number"))
        rows = [work.row(item, view, today()) for item in page.items]
        st.html(markup.table(work.headers(label), rows, _("Work list")))
    links = []
    if CURSOR in st.query_params:
        links.append((address(PAGE, **view), _("First page")))
    if page.next_cursor is not None:
        following = {CURSOR: page.next_cursor}
        links.append((address(PAGE, **view, **following), _("Next page")))
    if links:
        st.html(markup.ways(_("Pages of the work list"), links))
