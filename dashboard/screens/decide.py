"""The person's decision: confirm or override the model, hand over the letter.

Beside it what people write of the client, and whether the applicant contests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from api_client.answers import Contest, ModelAnswer
from api_client.cache import OpenedClient, current_model, scoring_api
from api_client.errors import ApiError, Conflict, Refused
from api_client.meaning import ClientKey
from components import markup, say
from components.client.beside import show_beside
from components.client.client_picker import chosen_client
from components.client.history_table import show_history
from components.client.remarks import show_contest_form, show_notes, tell_contest
from components.error_panel import details, show_error
from components.forms import LONG_TEXT, form_key, has_been_recorded, signature
from components.layout import card
from session.language import LANGUAGES, _, code
from texts.client import decision as words
from texts.client.simulation import offered_text

FORM = "decision"
# Nobody decides any more: there is no letter.
CLOSED = ("withdrawn", "lapsed")
CATEGORIES = (
    *("income", "charges", "identity", "data_error", "commercial", "policy", "other"),
)
SAID, CONFLICT, SEEN = "decision_said", "decision_conflict", "decision_seen"


def show() -> None:
    opened = chosen_client(_("Decide on client"))
    show_beside("decide")
    if not opened:
        return
    client, api, model = opened.client.client_id, scoring_api(), current_model()
    history = api.history(client)
    notes, contests = api.notes(client), api.contests(client)
    contest = next((one for one in contests if one.answered_by is None), None)
    decision, letter = st.columns([1.5, 1], gap="small")
    with decision, card("review"):
        _review(opened, contest, model)
    with letter:
        with card("letter"):
            _letter(opened)
        with card("notes"):
            show_notes(client, notes)
    if contest is None:
        with st.expander(_("The applicant contests the decision"), key="contest"):
            show_contest_form(client)
    with card("history"):
        st.html(markup.heading(_("On record for this client")))
        show_history(history, opened.standing, [*notes, *contests], model)


def _review(opened: OpenedClient, contest: Contest | None, model: ModelAnswer) -> None:
    """What stands, largest; beside a person's decision what the model says."""
    prediction, standing = opened.prediction, opened.standing
    word, meaning = words.verdict(prediction)
    client = str(opened.client.client_id)
    sentence = _("The model says: {decision}", decision=word)
    if standing.latest.model_changed:
        sentence = _("An earlier model said: {decision}", decision=word)
    if standing.reviewed:
        word = words.decision_word(standing.result)
        explanation = words.standing_text(standing)
        st.html(markup.verdict(word, explanation, standing.result, client))
        say.text(words.person_reason(standing.category, standing.reason or ""))
        st.html(markup.standing(sentence, meaning, prediction.decision))
    else:
        st.html(markup.verdict(sentence, meaning, prediction.decision, client))
    say.text(words.weighing(prediction, model))
    if opened.offer is not None:
        say.text(offered_text(opened.offer))
    for note in words.changed_since(standing):
        say.warning(note)
    tell_contest(contest)
    _tell_last(opened.client.client_id)
    _form(opened)


def _tell_last(client_id: ClientKey) -> None:
    """Say, once, whether the last decision was recorded."""
    if st.session_state.pop(SAID, None) == client_id:
        say.success(_("Your decision is on record."))
    if conflict := st.session_state.pop(CONFLICT, None):
        say.warning(
            _(
                "Nothing was recorded: somebody else decided in the meantime. Read "
                "their decision below; yours can replace it."
            )
            + f" ({conflict})"
        )


def _form(opened: OpenedClient) -> None:
    client = opened.client.client_id
    here = form_key(FORM, client)
    says = "granted" if opened.prediction.granted else "refused"
    other = "refused" if says == "granted" else "granted"
    st.html(markup.heading(_("Your decision")))
    chosen = _choose(
        st.radio,
        f"choice_{here}",
        _("Your decision"),
        (says, other, *CLOSED),
        lambda decision: _choice(decision, says),
        horizontal=True,
        label_visibility="collapsed",
    )
    category = _choose(
        st.selectbox,
        f"category_{here}",
        _("Kind of reason"),
        CATEGORIES,
        words.category_word,
        placeholder=_("If one fits"),
    )
    reason = st.text_area(
        _("Your reason (it stays on record)"), key=f"reason_{here}", **LONG_TEXT
    )
    name = signature("reviewer")
    standing = opened.standing
    label = (
        _("Replace the decision on client {client}", client=say.literal(client))
        if standing.reviewed
        else _(
            "Put my decision on client {client} on record", client=say.literal(client)
        )
    )
    sent = st.button(
        label,
        type="primary",
        key=f"record_{here}",
        on_click=_remember_seen,
        args=(standing.review_id or "",),
    )
    if sent:
        _record(opened, chosen or "", category or "", (reason or "").strip(), name)


def _choose(
    widget: Callable[..., str | None],
    key: str,
    label: str,
    options: Sequence[str],
    word: Callable[[str], str],
    **more: object,
) -> str | None:
    """The widget is another one in another language: what was chosen is kept."""
    kept = st.session_state.get(f"kept_{key}")
    chosen = widget(
        label,
        options,
        index=None if kept is None else options.index(kept),
        format_func=word,
        key=key,
        persist_state="session",
        **more,
    )
    st.session_state[f"kept_{key}"] = chosen
    return chosen


def _choice(decision: str, says: str) -> str:
    if decision in CLOSED:
        withdrawn = decision == "withdrawn"
        return (
            _("Withdrawn by the applicant") if withdrawn else _("Lapsed: not taken up")
        )
    granted = decision == "granted"
    if decision == says:
        return _("Confirm: grant the loan") if granted else _("Confirm: refuse it")
    return _("Override: grant the loan") if granted else _("Override: refuse it")


def _remember_seen(review_id: str) -> None:
    """The decision that was on the screen: only that one may be replaced.

    By the time the click arrives the record has been read anew and may hold another.
    """
    st.session_state[SEEN] = review_id


def _record(
    opened: OpenedClient, decision: str, category: str, reason: str, name: str
) -> None:
    if not decision or not reason or not name:
        say.error(
            _(
                "Choose a decision, and give a reason and your name: they stay on "
                "record with it."
            )
        )
        return
    client, prediction = opened.client.client_id, opened.prediction.prediction_id
    replaces = str(st.session_state.get(SEEN, ""))
    try:
        with st.spinner(_("Recording…")):
            scoring_api().review(prediction, decision, reason, name, category, replaces)
    except Conflict as error:
        st.session_state[CONFLICT] = str(error)
    except Refused as error:
        say.error(details(error))
        return
    except ApiError as error:
        show_error(error, "record_again")
        return
    else:
        st.session_state[SAID] = client
        has_been_recorded(FORM, client)
    st.rerun()


def _letter(opened: OpenedClient) -> None:
    st.html(markup.heading(_("Letter to the client")))
    say.text(
        _("It tells the decision, the reasons, the data used and the client's rights.")
    )
    if opened.standing.result in CLOSED:
        say.caption(_("Nobody decides any more: there is no letter."))
        return
    reviewed = opened.standing.reviewed
    if not reviewed:
        say.caption(
            _("No person has decided yet: the letter is a draft, and is marked as one.")
        )
    language = st.segmented_control(
        _("Language of the letter"),
        list(LANGUAGES),
        default=code(),
        format_func=LANGUAGES.__getitem__,
        key="letter_language",
        required=True,
    )
    if st.button(
        _("Download the letter (PDF)") if reviewed else _("Download the draft (PDF)"),
        icon=":material/download:",
        key="letter_download",
    ):
        _hand_over(opened, str(language))


def _hand_over(opened: OpenedClient, language: str) -> None:
    """Written at the click: what stands then is what the letter says.

    Streamlit's own button loses such a file when the page is drawn between click and
    download, as it is when somebody clicks straight out of a text.
    """
    client = opened.client.client_id
    try:
        with st.spinner(_("Writing the letter…")):
            letter = scoring_api().letter(client, language)
    except ApiError as error:
        show_error(error, "letter_again")
        return
    draft = "" if opened.standing.reviewed else _("draft-")
    name = f"{draft}{client}-{language}.pdf"
    st.html(
        markup.download(name, letter, "application/pdf"), unsafe_allow_javascript=True
    )


if __name__ == "__main__":
    show()
