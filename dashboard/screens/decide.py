"""The person's decision: confirm or override the model, hand over the letter."""

from __future__ import annotations

import streamlit as st

import markup
import say
import words
from decision_answers import History, Review
from desk import client_on_the_desk
from errors import ApiError, Conflict, Refused
from language import LANGUAGES, _, code
from loading import Opened, current_model, letter_of, scoring_api
from model_answers import Model
from parts import card
from people import person
from record import review_text, show_history
from trouble import details, show_trouble

LONGEST_REASON, LONGEST_NAME = 2000, 200
SAID, CONFLICT, SEEN = "decision_said", "decision_conflict", "decision_seen"


def show() -> None:
    found = client_on_the_desk(_("Decide on client"))
    if not found:
        return
    model = current_model()
    history = scoring_api().history(found.client.client_id)
    standing = _standing(history, found)
    decision, letter = st.columns([1.5, 1], gap="small")
    with decision, card("review"):
        _review(found, standing, model)
    with letter, card("letter"):
        _letter(found, standing)
    with card("history"):
        st.html(markup.heading(_("On record for this client")))
        show_history(history, model)


def _standing(history: History, found: Opened) -> Review | None:
    """The review that holds for the decision on the desk."""
    of_this = [
        recorded.standing
        for recorded in history.predictions
        if recorded.prediction_id == found.prediction.prediction_id
    ]
    return of_this[0] if of_this else None


def _review(found: Opened, standing: Review | None, model: Model) -> None:
    prediction = found.prediction
    word, meaning = words.verdict(prediction)
    client = str(found.client.client_id)
    said = _("The model says: {decision}", decision=word)
    st.html(markup.verdict(said, meaning, prediction.decision, client))
    say.text(words.weighing(prediction, model))
    _tell_last(found)
    if standing:
        st.html(
            markup.standing(
                _(
                    "Decided: {decision}",
                    decision=words.decision_word(standing.granted),
                ),
                review_text(standing),
                "granted" if standing.granted else "refused",
            )
        )
    _form(found, standing)


def _tell_last(found: Opened) -> None:
    """What became of the last click, told once."""
    if st.session_state.pop(SAID, None) == found.prediction.prediction_id:
        say.success(_("Your decision is on record."))
    if conflict := st.session_state.pop(CONFLICT, None):
        say.warning(
            _(
                "Nothing was recorded: somebody else decided in the meantime. Read "
                "their decision below; yours can replace it."
            )
            + f" ({conflict})"
        )


def _form(found: Opened, standing: Review | None) -> None:
    prediction = found.prediction
    confirm = (
        _("Confirm: grant the loan") if prediction.granted else _("Confirm: refuse it")
    )
    override = (
        _("Override: refuse it")
        if prediction.granted
        else _("Override: grant the loan")
    )
    someone = person()
    name = someone.name if someone else ""
    with st.form("review_form", border=False):
        chosen = st.radio(
            _("Your decision"), [confirm, override], key="choice", horizontal=True
        )
        reason = st.text_area(
            _("Your reason (it stays on record)"),
            key="reason",
            max_chars=LONGEST_REASON,
            height=90,
        )
        if name:
            say.caption(_("Recorded as {name}.", name=name))
        else:
            name = st.text_input(
                _("Your name"),
                key="reviewer",
                max_chars=LONGEST_NAME,
                persist_state="session",
            )
        label = (
            _("Replace the decision") if standing else _("Put my decision on record")
        )
        sent = st.form_submit_button(
            label,
            type="primary",
            key="record",
            on_click=_remember_seen,
            args=(standing.review_id if standing else "",),
        )
    if sent:
        granted = prediction.granted == (chosen == confirm)
        _record(found, granted, (reason or "").strip(), (name or "").strip())


def _remember_seen(review_id: str) -> None:
    """The decision that was on the screen: only that one may be replaced.

    By the time the form arrives the record has been read anew and may hold another.
    """
    st.session_state[SEEN] = review_id


def _record(found: Opened, granted: bool, reason: str, name: str) -> None:
    if not reason or not name:
        say.error(
            _("Give a reason and your name: both stay on record with the decision.")
        )
        return
    prediction = found.prediction.prediction_id
    replaces = str(st.session_state.get(SEEN, ""))
    try:
        with st.spinner(_("Recording…")):
            scoring_api().review(prediction, granted, reason, name, replaces)
    except Conflict as error:
        st.session_state[CONFLICT] = str(error)
    except Refused as error:
        say.error(details(error))
        return
    except ApiError as error:
        show_trouble(error, "record_again")
        return
    else:
        st.session_state[SAID] = prediction
    st.rerun()


def _letter(found: Opened, standing: Review | None) -> None:
    st.html(markup.heading(_("Letter to the client")))
    say.text(
        _("It tells the decision, the reasons, the data used and the client's rights.")
    )
    if standing is None:
        say.caption(
            _("No person has decided yet: the letter would carry the model's decision.")
        )
    language = st.segmented_control(
        _("Language of the letter"),
        list(LANGUAGES),
        default=code(),
        format_func=LANGUAGES.__getitem__,
        key="letter_language",
        required=True,
    )
    try:
        with st.spinner(_("Writing the letter…")):
            letter = letter_of(found, str(language), standing)
    except ApiError as error:
        show_trouble(error, "letter_again")
        return
    st.download_button(
        _("Download the letter (PDF)"),
        letter,
        file_name=f"{found.client.client_id}-{language}.pdf",
        mime="application/pdf",
        icon=":material/download:",
        on_click="ignore",
        key="letter_download",
    )


if __name__ == "__main__":
    show()
