"""The person's decision: confirm or override the model, hand over the letter."""

from __future__ import annotations

import streamlit as st

from api_client.answers import ModelAnswer
from api_client.cache import OpenedClient, current_model, scoring_api
from api_client.errors import ApiError, Conflict, Refused
from api_client.meaning import ClientKey
from components import markup, say
from components.client_picker import chosen_client
from components.error_panel import details, show_error
from components.history_table import show_history
from components.layout import card, signed_by
from session.language import LANGUAGES, _, code
from texts import decision as words
from texts.simulation import offered_text

LONGEST_REASON = 2000
SAID, CONFLICT, SEEN = "decision_said", "decision_conflict", "decision_seen"
# How many decisions were recorded per client: each begins with an empty form.
RECORDED = "decisions_recorded"


def show() -> None:
    opened = chosen_client(_("Decide on client"))
    if not opened:
        return
    model = current_model()
    history = scoring_api().history(opened.client.client_id)
    decision, letter = st.columns([1.5, 1], gap="small")
    with decision, card("review"):
        _review(opened, model)
    with letter, card("letter"):
        _letter(opened)
    with card("history"):
        st.html(markup.heading(_("On record for this client")))
        show_history(history, opened.standing, model)


def _review(opened: OpenedClient, model: ModelAnswer) -> None:
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
        say.text(standing.reason or "")
        st.html(markup.standing(sentence, meaning, prediction.decision))
    else:
        st.html(markup.verdict(sentence, meaning, prediction.decision, client))
    say.text(words.weighing(prediction, model))
    if opened.offer is not None:
        say.text(offered_text(opened.offer))
    for note in words.changed_since(standing):
        say.warning(note)
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
    """What is typed belongs to the client, is kept across pages, and ends recorded."""
    client = opened.client.client_id
    here = f"{client}_{_recorded().get(client, 0)}"
    model_says = opened.prediction.granted
    options = [model_says, not model_says]
    # The widget is another one in another language.
    earlier = st.session_state.get(f"kept_{here}")
    st.html(markup.heading(_("Your decision")))
    chosen = st.radio(
        _("Your decision"),
        options,
        index=None if earlier is None else options.index(earlier),
        format_func=lambda granted: _choice(granted, model_says),
        key=f"choice_{here}",
        horizontal=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.session_state[f"kept_{here}"] = chosen
    reason = st.text_area(
        _("Your reason (it stays on record)"),
        key=f"reason_{here}",
        max_chars=LONGEST_REASON,
        height=90,
        persist_state="session",
    )
    name = signed_by()
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
        _record(opened, chosen, (reason or "").strip(), name)


def _choice(granted: bool, model_says: bool) -> str:
    if granted == model_says:
        return _("Confirm: grant the loan") if granted else _("Confirm: refuse it")
    return _("Override: grant the loan") if granted else _("Override: refuse it")


def _recorded() -> dict[ClientKey, int]:
    recorded: dict[ClientKey, int] = st.session_state.setdefault(RECORDED, {})
    return recorded


def _remember_seen(review_id: str) -> None:
    """The decision that was on the screen: only that one may be replaced.

    By the time the click arrives the record has been read anew and may hold another.
    """
    st.session_state[SEEN] = review_id


def _record(opened: OpenedClient, granted: bool | None, reason: str, name: str) -> None:
    if granted is None or not reason or not name:
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
            scoring_api().review(prediction, granted, reason, name, replaces)
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
        _recorded()[client] = _recorded().get(client, 0) + 1
    st.rerun()


def _letter(opened: OpenedClient) -> None:
    st.html(markup.heading(_("Letter to the client")))
    say.text(
        _("It tells the decision, the reasons, the data used and the client's rights.")
    )
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
