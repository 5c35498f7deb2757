"""The person's decision: confirm or override the model, hand over the letter.

Beside it what people write of the client, and whether the applicant contests.
"""

from __future__ import annotations

import streamlit as st

from api_client.answers import Contest, FieldProblem, ModelAnswer
from api_client.cache import OpenedClient, current_model, scoring_api
from api_client.errors import ApiError, Conflict, Refused
from components import markup, say
from components.client.beside import show_beside
from components.client.claim import claim_bar, claimed_text
from components.client.client_picker import chosen_client
from components.client.evidence import needed, show_on_record
from components.client.history_table import show_history
from components.client.remarks import show_contest_form, show_notes, tell_contest
from components.error_panel import details, show_error
from components.forms import (
    LONG_TEXT,
    choose,
    form_key,
    has_been_recorded,
    signature,
)
from components.layout import card
from session.language import LANGUAGES, _, code
from session.namesakes import told_apart
from session.user import can_sign_second, is_senior
from texts.client import decision as words
from texts.client import policy
from texts.client.evidence import SECOND, requirement_text
from texts.client.simulation import offered_text
from texts.formats import moment

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
        with card("evidence"):
            st.html(markup.heading(_("Declared, and evidence")))
            show_on_record(opened)
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
    if policy.is_of_rules(prediction.policy):
        sentence, meaning = policy.proposal(prediction)
    elif standing.latest.model_changed:
        sentence = _("An earlier model said: {decision}", decision=word)
    if standing.reviewed:
        word = words.decision_word(standing.result)
        explanation = words.standing_text(standing)
        st.html(markup.verdict(word, explanation, standing.result, client))
        say.text(words.person_reason(standing.category, standing.reason or ""))
        st.html(markup.standing(sentence, meaning, prediction.recommended))
    else:
        st.html(markup.verdict(sentence, meaning, prediction.recommended, client))
    say.text(words.weighing(prediction, model))
    if opened.offer is not None:
        say.text(offered_text(opened.offer))
    for note in words.changed_since(standing):
        say.warning(note)
    tell_contest(contest)
    claim_bar(opened)
    if wanted := needed(opened.client):
        st.html(markup.ticks(_("What a grant needs"), wanted))
    _tell_last(opened)
    _form(opened)


def _tell_last(opened: OpenedClient) -> None:
    """Say, once, whether the last decision was recorded, or what stood in its way."""
    client_id, final = st.session_state.pop(SAID, (None, True))
    if client_id == opened.client.client_id:
        if final:
            say.success(_("Your decision is on record."))
        else:
            say.success(_("Your signature is on record: another person must sign."))
    if conflict := st.session_state.pop(CONFLICT, None):
        _tell_conflict(opened, *conflict)


def _tell_conflict(
    opened: OpenedClient, detail: str, faults: tuple[FieldProblem, ...]
) -> None:
    claim, nothing = opened.client.claim, _("Nothing was recorded.")
    if faults:
        known = {one.code: one for one in opened.client.requirements}
        codes = [(fault, known.get(fault.path.split("/")[-1])) for fault in faults]
        say.warning(_("Nothing was recorded: a grant needs what is not there yet."))
        st.html(
            markup.notes(
                [requirement_text(one) if one else told.detail for told, one in codes]
            )
        )
    elif claim is not None and not claim.mine:
        say.warning(f"{nothing} {claimed_text(claim)}")
    elif opened.client.signature is not None:
        say.warning(f"{nothing} ({detail})")
    else:
        say.warning(
            _(
                "Nothing was recorded: somebody else decided in the meantime. Read "
                "their decision below; yours can replace it."
            )
            + f" ({detail})"
        )


def _cannot_grant(opened: OpenedClient) -> str:
    """Why a grant is no choice of this person, or nothing."""
    signed = opened.client.signature
    if policy.refuses(opened.prediction) and not is_senior():
        return _(
            "The lender's rules refuse this loan: only a person with the role senior "
            "may grant it all the same."
        )
    if signed is not None and signed.mine:
        return _(
            "You signed first, on {moment}: for a grant another person must sign.",
            moment=moment(signed.created_at),
        )
    if _takes_two(opened) and not can_sign_second():
        return _(
            "A grant takes the signatures of two people. Without a login nobody can "
            "tell two people apart: there is no second signature here."
        )
    return ""


def _takes_two(opened: OpenedClient) -> bool:
    return any(
        one.effect == SECOND and not one.met for one in opened.client.requirements
    )


def _form(opened: OpenedClient) -> None:
    client, signed = opened.client.client_id, opened.client.signature
    here = form_key(FORM, client)
    says = opened.prediction.recommended
    options = [says, *(one for one in ("granted", "refused") if one != says)]
    cannot = _cannot_grant(opened)
    offered = [one for one in options if one in ("granted", "refused")]
    if cannot:
        offered.remove("granted")
    st.html(markup.heading(_("Your decision")))
    if signed is not None and not signed.mine:
        first = _(
            "{name} signed first, on {moment}: “{reason}”",
            name=told_apart(signed.reviewer, signed.signer),
            moment=moment(signed.created_at),
            reason=signed.reason,
        )
        then = cannot or _("A grant stands with your signature.")
        say.info(f"{first} {then}")
    elif cannot:
        say.info(cannot)
    chosen = choose(
        st.radio,
        f"choice_{here}{'_no_grant' if cannot else ''}",
        _("Your decision"),
        (*offered, *CLOSED),
        lambda decision: _choice(decision, opened),
        horizontal=True,
        label_visibility="collapsed",
    )
    category = choose(
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


def _choice(decision: str, opened: OpenedClient) -> str:
    if decision in CLOSED:
        withdrawn = decision == "withdrawn"
        return (
            _("Withdrawn by the applicant") if withdrawn else _("Lapsed: not taken up")
        )
    granted, says = decision == "granted", opened.prediction.recommended
    if granted and _takes_two(opened):
        if opened.client.signature is not None:
            return _("Grant the loan: second signature")
        return _("Grant the loan: first of two signatures")
    if says == "referred":
        return _("Grant the loan") if granted else _("Refuse it")
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
            review = scoring_api().review(
                prediction, decision, reason, name, category, replaces
            )
    except Conflict as error:
        st.session_state[CONFLICT] = (str(error), tuple(error.faults))
    except Refused as error:
        say.error(details(error))
        return
    except ApiError as error:
        show_error(error, "record_again")
        return
    else:
        st.session_state[SAID] = (client, review.final)
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
    final = _letter_is_final(opened)
    if opened.standing.result == "referred":
        say.caption(_("Nothing is decided: it says that a person examines it."))
    elif not final:
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
        _("Download the letter (PDF)") if final else _("Download the draft (PDF)"),
        icon=":material/download:",
        key="letter_download",
    ):
        _hand_over(opened, str(language))


def _letter_is_final(opened: OpenedClient) -> bool:
    """A refusal or a grant waits for a person; that one examines it is told at once."""
    return opened.standing.reviewed or opened.standing.result == "referred"


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
    draft = "" if _letter_is_final(opened) else _("draft-")
    name = f"{draft}{client}-{language}.pdf"
    st.html(
        markup.download(name, letter, "application/pdf"), unsafe_allow_javascript=True
    )


if __name__ == "__main__":
    show()
