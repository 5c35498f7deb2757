"""A policy's life: added, tried, made active."""

from __future__ import annotations

import re

import streamlit as st

from api_client.answers import FieldProblem, PolicySummary, Trial
from api_client.cache import forget_answers, scoring_api
from api_client.errors import ApiError, Conflict, Forbidden, Refused
from components import markup, say
from components.error_panel import show_error
from session.language import _, plural
from session.user import ADMIN, person
from texts.cells import Cell, Exact
from texts.formats import percent, whole
from texts.policy.rules import result_word

LAST = (100, 500, 2000)
MEGABYTES, SHOWN = 10, 50
TRIED, TOLD, WANTED = "policy_tried", "policy_told", "policy_wanted"
# Where a fault is, as the API writes it.
_WHERE = re.compile(r"(?:line (\d+): )?(.*)", re.DOTALL)


def life(chosen: PolicySummary) -> None:
    """Tried, then activated: in this order."""
    st.html(markup.heading(_("Try it, then activate it")))
    if chosen.active:
        say.text(_("This policy is active: every decision is made by it."))
        return
    say.caption(
        _(
            "A trial recommends anew on the last decisions, with what is on record "
            "today, and changes nothing."
        )
    )
    last = st.segmented_control(
        _("Decisions to try it on"),
        LAST,
        default=LAST[1],
        format_func=lambda number: say.literal(whole(number)),
        key="policy_last",
        required=True,
    )
    if st.button(_("Try it"), key="policy_try"):
        try:
            with st.spinner(_("Trying…")):
                trial = scoring_api().try_policy(chosen.sha256, int(str(last)))
        except ApiError as error:
            show_error(error, "try_again_policy")
            return
        st.session_state[TRIED] = trial
    tried = st.session_state.get(TRIED)
    if not isinstance(tried, Trial) or tried.sha256 != chosen.sha256:
        say.caption(_("It can be activated once it was tried."))
        return
    trial_result(tried)
    _activation(chosen)


def trial_result(trial: Trial) -> None:
    if not trial.decisions:
        say.text(_("There is no stored decision to try it on."))
        return
    moved = sum(one.decisions for one in trial.moved if one.before != one.after)
    say.text(
        _(
            "The recommendation would be another one in {number} of {decisions} "
            "decisions ({share}).",
            decisions=whole(trial.decisions),
            number=whole(moved),
            share=percent(moved / trial.decisions),
        )
    )
    if trial.failed:
        say.warning(
            _(
                "It could not be evaluated in {number} of them: these are referred.",
                number=whole(trial.failed),
            )
        )
    moves: list[list[Cell]] = [
        [
            result_word(one.before),
            result_word(one.after),
            Exact(whole(one.decisions), one.decisions),
            percent(one.decisions / trial.decisions),
        ]
        for one in trial.moved
    ]
    if moves:
        headers = [
            _("Recommended so far"),
            _("By this policy"),
            _("Decisions"),
            _("Share"),
        ]
        st.html(markup.table(headers, moves, _("Who moves from where to where")))
    rules: list[list[Cell]] = [
        [
            one.code,
            Exact(whole(one.fired), one.fired),
            Exact(whole(one.unknown), one.unknown),
            Exact(whole(one.alone), one.alone),
        ]
        for one in trial.rules
    ]
    if rules:
        headers = [_("Rule"), _("Fired"), _("Unknown"), _("Alone decides")]
        st.html(markup.table(headers, rows=rules, caption=_("By rule")))


def _activation(chosen: PolicySummary) -> None:
    say.text(
        _(
            "Once active, every new decision is recommended by it. What was decided "
            "before keeps the policy of its day, and nobody's application is decided "
            "on again by itself. The activation stays on record with your name."
        )
    )
    someone = person()
    if someone is None or ADMIN not in someone.roles:
        say.info(_("To activate a policy takes the role admin."))
        return
    sure = st.checkbox(_("I have read what would change"), key=f"sure_{chosen.sha256}")
    pressed = st.button(
        _("Activate version {version}", version=say.literal(chosen.version)),
        key="policy_activate",
        type="primary",
        disabled=not sure,
    )
    if pressed:
        _activate(chosen)


def _activate(chosen: PolicySummary) -> None:
    try:
        with st.spinner(_("Recording…")):
            scoring_api().activate_policy(chosen.sha256)
    except Conflict as error:
        told = _(
            "It was not activated. Where two pairs of eyes are asked for, another "
            "person activates a policy than the one who added it. What the API said:"
        )
        say.warning(f"{told} {error}")
        return
    except Forbidden:
        say.info(
            _(
                "To activate a policy takes the role admin, of the person and of the "
                "dashboard's key."
            )
        )
        return
    except ApiError as error:
        show_error(error, "activate_again")
        return
    forget_answers()
    st.session_state[TOLD] = _("Version {version} is active.", version=chosen.version)
    st.session_state.pop(TRIED, None)
    st.rerun()


def add() -> None:
    st.html(markup.heading(_("Add a policy")))
    say.caption(
        _(
            "A decision model in JDM, as GoRules' editor writes it. It is checked and "
            "kept for ever; nothing is decided by it until it is activated."
        )
    )
    file = st.file_uploader(
        _("File with a policy"),
        type=["json", "jdm"],
        key="policy_file",
        max_upload_size=MEGABYTES,
        label_visibility="collapsed",
    )
    if file is None or not st.button(_("Add this policy"), key="policy_send"):
        return
    try:
        with st.spinner(_("Checking…")):
            added = scoring_api().add_policy(file.getvalue())
    except Refused as error:
        _faults(file.name, error)
        return
    except ApiError as error:
        show_error(error, "add_again")
        return
    forget_answers()
    st.session_state[WANTED] = added.sha256
    st.session_state[TOLD] = _("Version {version} was added.", version=added.version)
    st.rerun()


def _faults(name: str, error: Refused) -> None:
    if not error.faults:
        say.error(str(error))
        return
    say.error(
        plural(
            "{file}: not added, because of {number} fault.",
            "{file}: not added, because of {number} faults.",
            len(error.faults),
            file=name,
            number=whole(len(error.faults)),
        )
    )
    rows: list[list[Cell]] = [[*_place(one), one.detail] for one in error.faults]
    headers = [_("Line"), _("Rule or node"), _("What is wrong")]
    st.html(markup.table(headers, rows, name))


def _place(fault: FieldProblem) -> tuple[str, str]:
    found = _WHERE.fullmatch(fault.path)
    line, where = found.groups() if found else (None, fault.path)
    return line or "–", where or "–"
