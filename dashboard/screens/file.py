"""What the lender has on file of a client: the application and all records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from api_client.answers import ModelAnswer, RecordTable
from api_client.cache import current_model, scoring_api
from api_client.meaning import APPLICATION
from charts.axes import Table
from charts.time_line import time_line
from components import markup, say
from components.client.application_facts import show_application
from components.client.beside import show_beside
from components.client.client_picker import chosen_client
from components.layout import card, chart
from session.language import _, listed
from session.render_lock import RENDER_LOCK
from texts.client import records
from texts.client.records import Span
from texts.formats import days_from_application, whole

# Of a table; its file has them all.
ROWS = 50
SHOWN = "records_shown"


def show() -> None:
    opened = chosen_client(_("File of client"))
    show_beside(records.PAGE)
    if not opened:
        return
    model, client = current_model(), opened.client
    tables = scoring_api().records(client.client_id)
    titles = records.titles(model)
    with RENDER_LOCK, card("time_line"):
        st.html(markup.heading(_("Time line")))
        _time_line(tables, titles, model)
    chosen = _choose(tables, titles)
    with card("records"):
        if chosen is None:
            show_application(client, model)
        else:
            _records(chosen, titles, model)


def _time_line(
    tables: Sequence[RecordTable], titles: Mapping[str, str], model: ModelAnswer
) -> None:
    spans = {table.table: records.spans(table, model) for table in tables}
    dated = {titles.get(name, name): found for name, found in spans.items() if found}
    if not dated:
        say.caption(_("No record of this client has a date."))
        return
    oldest = min(span.first for found in dated.values() for span in found)
    sentence = _(
        "Each line is a record, from its first date to its last, up to the "
        "application. The oldest begins: {oldest}.",
        oldest=days_from_application(oldest),
    )
    chart(time_line(dated), "time_line", sentence, lambda: _numbers(dated))


def _numbers(dated: Mapping[str, Sequence[Span]]) -> Table:
    rows = []
    for title, spans in dated.items():
        first = min(span.first for span in spans)
        last = max(span.last for span in spans)
        words = [days_from_application(day) for day in (first, last)]
        rows.append([title, whole(len(spans)), *words])
    return [_("Table"), _("Records"), _("Oldest date"), _("Newest date")], rows


def _choose(
    tables: Sequence[RecordTable], titles: Mapping[str, str]
) -> RecordTable | None:
    """The table of the address, else the first with records, else the application."""
    known = {table.table: table for table in tables}
    names = [*known, APPLICATION]
    filled = [name for name, table in known.items() if table.rows]
    asked = st.query_params.get(records.TABLE, "")
    name = asked if asked in names else next(iter(filled), APPLICATION)
    st.session_state[SHOWN] = name

    def word(name: str) -> str:
        title = titles.get(name, name)
        return records.counted(known[name], title) if name in known else title

    st.pills(
        _("Table"),
        names,
        format_func=lambda name: say.literal(word(name)),
        key=SHOWN,
        required=True,
        on_change=_follow,
        label_visibility="collapsed",
    )
    return known.get(name)


def _follow() -> None:
    st.query_params[records.TABLE] = st.session_state[SHOWN]


def _records(table: RecordTable, titles: Mapping[str, str], model: ModelAnswer) -> None:
    title = titles.get(table.table, table.table)
    st.html(markup.heading(title))
    if not table.imported:
        say.info(
            _(
                "Not imported: the lender's data have no such table, so nothing is "
                "known of it."
            )
        )
        return
    if not table.rows:
        say.info(_("None: the client has no such record."))
        return
    say.caption(
        f"{records.origin_text(table.table, model)} "
        + _("Newest first; times are counted from the application.")
    )
    headers, rows, empty = records.rows_of(table, model)
    st.html(markup.table(headers, rows, title, ROWS))
    if len(rows) > ROWS:
        say.caption(
            _("The first {number} are shown; the file has all.", number=whole(ROWS))
        )
    if empty:
        say.caption(_("Never given: {columns}.", columns=listed(empty)))


if __name__ == "__main__":
    show()
