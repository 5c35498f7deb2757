"""An applicant who is in no data base: entered here, step by step, until decided."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.cache import current_model, importance_of, score_again, scoring_api
from api_client.errors import ApiError, NotFound
from api_client.meaning import ClientKey, is_draft
from components import markup, say
from components.client import client_picker
from components.client.client_picker import PARAMETER, client_search
from components.client.evidence import show_declaration
from components.entry.draft import NONE_YET, Entry, collect, entry_of, forget_entry
from components.entry.form import reference_field, step_fields
from components.entry.record_drop import record_drop
from components.error_panel import show_error
from components.layout import card
from session.language import PARAMETER as LANGUAGE
from session.language import _, code
from texts.entry.missing_facts import asked_next, needed_by_step
from texts.entry.steps import Step, steps_of
from texts.formats import day, moment

SHOWN = 8


def show() -> None:
    chosen, model = client_picker.chosen(), current_model()
    draft = chosen if is_draft(chosen) else NONE_YET
    try:
        entry = entry_of(draft)
    except NotFound:
        client_search(_("New application"))
        _unknown(chosen)
        return
    if not entry.decided:
        collect(entry)
    if entry.draft is not None and entry.draft.client_id != draft:
        # The sidebar's links have to carry it too.
        client_picker.select(entry.draft.client_id)
        st.rerun()
    client_search(" ".join([_("New application"), draft]).strip())
    if entry.decided:
        _decided(draft)
    else:
        _desk(entry, model)


def _desk(entry: Entry, model: ModelAnswer) -> None:
    steps = steps_of(model, importance_of(model))
    # There from the first run on: what is added would have the fields made anew.
    with st.container(key="entry_news"):
        if entry.told:
            say.warning(entry.told)
        if entry.trouble:
            show_error(entry.trouble, "keep_again")
    form, panel = st.columns([1.7, 1], gap="small")
    with form, card("entry"):
        _form(entry, steps, model)
    with panel, card("ask_next"):
        _ask_next(entry, steps, model)
        _kept(entry)


def _form(entry: Entry, steps: Sequence[Step], model: ModelAnswer) -> None:
    reference_field(entry)
    _choose_step(entry, steps)
    step = steps[entry.step]
    st.html(markup.heading(step.title))
    say.caption(_("* needed for a decision. What is not known can be left out."))
    step_fields(entry, step)
    last = entry.step == len(steps) - 1
    if last:
        record_drop(entry, model)
        if entry.draft is not None:
            show_declaration(entry.draft.client_id)
    with st.container(horizontal=True):
        _go(entry, -1, _("Back"), disabled=entry.step == 0)
        if not last:
            _go(entry, 1, _("Next"))


def _choose_step(entry: Entry, steps: Sequence[Step]) -> None:
    key = f"step_{entry.name}_{code()}"
    if st.session_state.get(key) != entry.step:
        st.session_state[key] = entry.step
    st.segmented_control(
        _("Steps"),
        list(range(len(steps))),
        format_func=lambda number: _(
            "{number}. {title}",
            number=say.literal(number + 1),
            title=say.literal(steps[number].title),
        ),
        key=key,
        required=True,
        on_change=_go_to,
        args=(entry, key),
        label_visibility="collapsed",
    )


def _go_to(entry: Entry, key: str) -> None:
    entry.step = int(st.session_state[key])


def _go(entry: Entry, by: int, label: str, disabled: bool = False) -> None:
    def move() -> None:
        entry.step += by

    key = f"{'next' if by > 0 else 'back'}_{entry.name}"
    st.button(label, key=key, on_click=move, disabled=disabled)


def _ask_next(entry: Entry, steps: Sequence[Step], model: ModelAnswer) -> None:
    """What is needed first, then what could change most; and the decision."""
    st.html(markup.heading(_("What to ask for next")))
    if entry.needed:
        say.text(_("Needed for a decision:"))
        st.html(markup.terms(needed_by_step(entry.needed, steps)))
    elif entry.draft is not None:
        _could_move(entry, model)
    ready = entry.draft is not None and not entry.needed and not entry.mistyped
    decide = st.button(
        _("Decide now"), key="decide_now", type="primary", disabled=not ready
    )
    if decide and entry.draft is not None:
        _decide(entry.draft.client_id)


def _could_move(entry: Entry, model: ModelAnswer) -> None:
    """Asked for once of each revision."""
    if entry.draft is None:
        return
    revision = entry.draft.revision
    if entry.missing is None or entry.missing[0] != revision:
        try:
            with st.spinner(_("Looking what is missing…")):
                missing = scoring_api().missing(entry.draft.client_id)
        except ApiError as error:
            show_error(error, "missing_again")
            return
        entry.missing = (revision, missing)
    told = asked_next(entry.missing[1], model)
    if told:
        st.html(markup.notes(told[:SHOWN]))
    else:
        say.text(_("Nothing that is missing could move the risk noticeably."))


def _decide(client_id: str) -> None:
    try:
        with st.spinner(_("Deciding…")):
            score_again(client_id)
    except ApiError as error:
        show_error(error, "decide_again")
        return
    forget_entry(client_id)
    st.switch_page("screens/client.py", query_params=_address(client_id))


def _kept(entry: Entry) -> None:
    draft = entry.draft
    if draft is None:
        return
    told = _(
        "Kept as {client}, last changed on {moment}.",
        client=draft.client_id,
        moment=moment(draft.updated_at),
    )
    if draft.expires_at is not None:
        until = day(draft.expires_at)
        told += " " + _("Erased on {day}, unless it is decided on.", day=until)
    say.caption(told)
    if draft.same_person:
        say.warning(_("Other applications seem to be of the same person:"))
        for client in draft.same_person:
            _link(client, _("See client {client}", client=say.literal(client)))
    _begin_another()


def _decided(draft: str) -> None:
    say.info(_("This application is decided on, and cannot be changed any more."))
    _link(draft, _("See client {client}", client=say.literal(draft)))
    _begin_another()


def _unknown(draft: str) -> None:
    say.warning(
        _(
            "There is no application {client}: it was erased, or never begun.",
            client=draft,
        )
    )
    _begin_another()


def _begin_another() -> None:
    st.button(
        _("Begin another application"),
        key="begin_another",
        icon=":material/add:",
        on_click=_leave,
        type="tertiary",
    )


def _leave() -> None:
    client_picker.leave()
    forget_entry(NONE_YET)


def _link(client: ClientKey, label: str) -> None:
    st.page_link(
        "screens/client.py",
        label=label,
        icon=":material/person:",
        query_params=_address(client),
    )


def _address(client: ClientKey) -> dict[str, str]:
    return {PARAMETER: str(client), LANGUAGE: code()}


if __name__ == "__main__":
    show()
