"""What people write of a client: notes, and that the applicant contests a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from api_client.answers import Contest, Note
from api_client.cache import OpenedClient, scoring_api
from api_client.meaning import ClientKey
from components import markup, say
from components.forms import (
    LONG_TEXT,
    form_key,
    has_been_recorded,
    is_on_record,
    signature,
)
from session.language import _
from session.namesakes import told_apart
from texts.formats import calendar_day, moment, today
from texts.work import due_text

NOTE, CONTEST = "note", "contest"


def waiting(opened: OpenedClient) -> Contest | None:
    """The contest that the next review of the client answers."""
    asked = opened.client.contest_id
    if asked is None:
        return None
    contests = scoring_api().contests(opened.client.client_id)
    return next((one for one in contests if one.contest_id == asked), None)


def tell_contest(contest: Contest | None) -> None:
    if contest is not None:
        say.warning(
            _(
                "The applicant contests this decision since {day}: {due}. The next "
                "review answers it.",
                day=calendar_day(contest.received_on),
                due=due_text(contest.due_on, today()),
            )
        )
        st.html(markup.remarks([(contest.text, _by(contest))]))


def show_notes(client_id: ClientKey, notes: Sequence[Note]) -> None:
    """All of them, newest first, and a form for another one."""
    st.html(markup.heading(_("Notes")))
    if notes:
        st.html(markup.remarks([(note.text, _by(note)) for note in notes]))
    else:
        say.caption(_("Nothing was noted on this client."))
    key = form_key(NOTE, client_id)
    typed = st.text_area(_("Another note (it stays on record)"), key=key, **LONG_TEXT)
    text, name = (typed or "").strip(), signature("note_author")
    if st.button(_("Put the note on record"), key=f"send_{key}"):
        api = scoring_api()
        if _sent(text, name, lambda: api.note(client_id, text, name)):
            has_been_recorded(NOTE, client_id)
            st.rerun()


def show_contest_form(client_id: ClientKey) -> None:
    say.caption(
        _(
            "Every applicant may, as the letter says. It waits on the work list, with "
            "a deadline, until the next review answers it."
        )
    )
    key = form_key(CONTEST, client_id)
    day = st.date_input(
        _("Received on"),
        value=today(),
        max_value=today(),
        format="DD/MM/YYYY",
        key=f"day_{key}",
        persist_state="session",
    )
    typed = st.text_area(
        _("What the applicant says (it stays on record)"), key=key, **LONG_TEXT
    )
    text, name = (typed or "").strip(), signature("contest_author")
    if st.button(_("Put on record that it is contested"), key=f"send_{key}"):
        api, at = scoring_api(), day or today()
        if _sent(text, name, lambda: api.contest(client_id, text, at, name)):
            has_been_recorded(CONTEST, client_id)
            st.rerun()


def _sent(text: str, name: str, record: Callable[[], object]) -> bool:
    """Whether it is on record now; the page says why not."""
    if not text or not name:
        say.error(_("Write something, and give your name: both stay on record."))
        return False
    return is_on_record(record, "remark_again")


def _by(remark: Note | Contest) -> str:
    name, at = told_apart(remark.author, remark.signer), moment(remark.created_at)
    return _("{name}, {moment}", name=name, moment=at)
