"""What is on record of a client beside the model: declared, consulted, and wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from api_client.answers import ClientAnswer, Declaration, Evidence
from api_client.cache import OpenedClient, scoring_api
from api_client.meaning import ClientKey
from components import markup, say
from components.client.client_picker import score_again_button
from components.forms import (
    choose,
    form_key,
    has_been_recorded,
    is_on_record,
    signature,
)
from session.language import _
from session.namesakes import told_apart
from texts.client import evidence as words
from texts.client.loan_terms import read_number
from texts.client.policy import is_of_rules, missed_facts
from texts.formats import bare_amount, today

DECLARATION, EVIDENCE = "declaration", "evidence"
LONGEST = 200

SAID = "evidence_said"
AGAIN = "evidence_again"


def needed(client: ClientAnswer) -> list[tuple[bool, str, str]]:
    """What a grant needs by the lender's rules: if it is there, what, and its state."""
    signed = client.signature
    told = []
    for one in client.requirements:
        state = _("there") if one.met else _("not there yet")
        if one.effect == words.SECOND and not one.met:
            state = _("nobody has signed yet")
            if signed is not None:
                name = told_apart(signed.reviewer, signed.signer)
                state = _("{name} has signed", name=name)
        told.append((one.met, words.requirement_text(one), state))
    return told


def show_on_record(opened: OpenedClient) -> None:
    """Declared and consulted, the forms for more, and deciding with it anew."""
    client, api = opened.client.client_id, scoring_api()
    declarations, evidence = api.declarations(client), api.evidence(client)
    if st.session_state.pop(SAID, None) == client:
        say.success(_("It is on record."))
    _declared(declarations[0] if declarations else None)
    st.html(markup.heading(_("Evidence"), 3))
    if evidence:
        st.html(markup.remarks([words.evidence_text(one) for one in evidence]))
    else:
        say.caption(_("Nothing was consulted yet. No documents are kept here."))
    _decide_again(opened, [*declarations[:1], *evidence[:1]])
    _forms(opened, declarations[0] if declarations else None)


def show_declaration(client_id: str) -> None:
    """What the lender's rules may ask for, of an application that is being entered."""
    record = st.expander(
        _("What the applicant declares of a month"),
        key=f"declare_{client_id}",
        on_change="rerun",
    )
    if not record.open:
        return
    with record:
        declarations = scoring_api().declarations(client_id)
        if st.session_state.pop(SAID, None) == client_id:
            say.success(_("It is on record."))
        declared = declarations[0] if declarations else None
        _declared(declared)
        declaration_form(client_id, declared)


def _declared(declared: Declaration | None) -> None:
    st.html(markup.heading(_("Declared"), 3))
    if declared is None:
        say.caption(_("Nothing was declared here beside the application."))
        return
    st.html(
        markup.terms(words.declared_rows(declared))
        + markup.small(words.declared_by(declared))
    )


def _decide_again(
    opened: OpenedClient, newest: Sequence[Declaration | Evidence]
) -> None:
    """On a button: who records several pieces wants one decision of them all."""
    decided = opened.standing.latest.created_at
    if not is_of_rules(opened.prediction.policy):
        return
    if any(one.created_at > decided for one in newest):
        say.info(_("What is recommended is from before what was recorded since."))
        score_again_button(
            opened.client.client_id,
            opened.standing,
            recorded=True,
        )


def _forms(opened: OpenedClient, declared: Declaration | None) -> None:
    """What a rule misses is asked for first, until it is on record."""
    client, decided = opened.client.client_id, opened.standing.latest.created_at
    missed = list(missed_facts(opened.prediction))
    unmet = [one.evidence for one in opened.client.requirements if not one.met]
    kinds = [name.split(".")[1] for name in missed if name.startswith("evidence.")]
    wanted = next((kind for kind in (*unmet, *kinds) if kind is not None), None)
    first = EVIDENCE if wanted else None
    since = declared is not None and declared.created_at > decided
    if not since and any(name.startswith("declared.") for name in missed):
        first = DECLARATION
    labels = {DECLARATION: _("What is declared"), EVIDENCE: _("Evidence")}
    chosen = choose_form(f"add_{form_key('on_record', client)}", labels, first)
    if chosen == DECLARATION:
        declaration_form(client, declared)
    elif chosen == EVIDENCE:
        _evidence_form(client, wanted)


def choose_form(key: str, labels: Mapping[str, str], first: str | None) -> str | None:
    kept = st.session_state.get(f"kept_{key}", first)
    chosen: str | None = st.segmented_control(
        _("Put on record"),
        list(labels),
        default=kept,
        format_func=labels.__getitem__,
        key=key,
    )
    st.session_state[f"kept_{key}"] = chosen
    return chosen


def declaration_form(client_id: ClientKey, declared: Declaration | None) -> None:
    """All of it takes the place of what was declared before, which it begins with."""
    key = form_key(DECLARATION, client_id)
    typed = {name: _declared_field(key, name, declared) for name in words.DECLARED}
    name = signature("declaration_author")
    if not st.button(_("Put on record what is declared"), key=f"send_{key}"):
        return
    body: dict[str, object] = {}
    for part, text in typed.items():
        if not text:
            continue
        number = read_number(text)
        whole = part == words.DEPENDANTS
        if number is None or (whole and not number.is_integer()):
            label = _(words.DECLARED[part])
            say.error(_("{label}: “{text}” is no number.", label=label, text=text))
            return
        body[part] = int(number) if whole else number
    if not body or not name:
        say.error(_("Give at least one value, and your name: both stay on record."))
        return
    api = scoring_api()
    told = body | {"author": name}
    if is_on_record(lambda: api.declare(client_id, told), AGAIN):
        _recorded(DECLARATION, client_id)


def _declared_field(key: str, name: str, declared: Declaration | None) -> str:
    value = None if declared is None else getattr(declared, name)
    typed = st.text_input(
        _(words.DECLARED[name]),
        value="" if value is None else bare_amount(value),
        key=f"{name}_{key}",
        max_chars=30,
        persist_state="session",
    )
    return (typed or "").strip()


def _evidence_form(client_id: ClientKey, wanted: str | None) -> None:
    key = form_key(EVIDENCE, client_id)
    kind = choose(
        st.selectbox,
        f"kind_{key}",
        _("What was looked at"),
        tuple(words.RESULTS),
        words.kind_word,
        wanted,
        placeholder=_("Choose"),
    )
    if kind is None:
        return
    result = choose(
        st.selectbox,
        f"result_{kind}_{key}",
        _("What was found"),
        words.RESULTS[kind],
        lambda one: words.result_word(kind, one),
        placeholder=_("Choose"),
    )
    source = _line(f"source_{key}", _("Where, or which paper: FICP, pay slip …"))
    reference = _line(f"reference_{key}", _("Its reference, if it has one"))
    amount = None
    if kind in words.WITH_AMOUNT:
        amount = _line(f"amount_{key}", _("Amount a month, as it was proved"))
    consulted, until = _days(key)
    name = signature("evidence_author")
    if not st.button(_("Put the evidence on record"), key=f"send_{key}"):
        return
    number = read_number(amount) if amount else None
    if amount and number is None:
        label = _("Amount a month, as it was proved")
        say.error(_("{label}: “{text}” is no number.", label=label, text=amount))
        return
    if not result or not source or not name:
        say.error(
            _("Say what came of it, where it was looked up, and your name: it stays.")
        )
        return
    api = scoring_api()
    consulted_at, valid_until = str(consulted or today()), until and str(until)
    told: dict[str, object] = {
        "kind": kind,
        "source": source,
        "reference": reference or None,
    }
    told |= {"result": result, "amount": number, "author": name}
    told |= {"consulted_at": consulted_at, "valid_until": valid_until}
    if is_on_record(lambda: api.record_evidence(client_id, told), AGAIN):
        _recorded(EVIDENCE, client_id)


def _line(key: str, label: str) -> str:
    typed = st.text_input(label, key=key, max_chars=LONGEST, persist_state="session")
    return (typed or "").strip()


def _days(key: str) -> tuple[date | None, date | None]:
    """Of the consultation, and until when it holds, if that is known."""
    consulted, until = st.columns(2, gap="small")
    with consulted:
        on = st.date_input(
            _("Looked at on"),
            value=today(),
            max_value=today(),
            format="DD/MM/YYYY",
            key=f"day_{key}",
            persist_state="session",
        )
    with until:
        ends = st.date_input(
            _("Valid until, if it ends"),
            value=None,
            min_value=today(),
            format="DD/MM/YYYY",
            key=f"until_{key}",
            persist_state="session",
        )
    return on, ends


def _recorded(form: str, client_id: ClientKey) -> None:
    for one in (form, "on_record"):
        has_been_recorded(one, client_id)
    st.session_state[SAID] = client_id
    st.rerun()
