"""The lender's policy: its rules in words, what came of them, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import PolicyAnswer, PolicySummary
from api_client.cache import current_model, policy_of, scoring_api
from components import say
from components.layout import card
from components.policy import life, versions
from components.policy.approval import approval
from components.policy.rule_list import results, rule_list
from session.language import _
from texts.formats import day, whole

CHOSEN = "policy_chosen"


def show() -> None:
    say.title(_("Policy"))
    say.text(
        _(
            "The model estimates a risk; the lender's rules make a recommendation of "
            "it: to grant, to examine or to refuse. People decide."
        )
    )
    if told := st.session_state.pop(life.TOLD, ""):
        say.success(told)
    model, policies = current_model(), scoring_api().policies()
    chosen = _choose(policies)
    policy = policy_of(chosen.sha256)
    _headline(chosen, policy)
    with card("policy_rules"):
        rule_list(policy, model)
    with card("policy_results"):
        results(policy)
    with card("policy_life"):
        life.life(chosen)
    with card("policy_changes"):
        versions.versions(policies)
        versions.difference(policies, chosen, model)
    with card("policy_add"):
        life.add()
    with card("policy_curve"):
        approval(model)


def _choose(policies: Sequence[PolicySummary]) -> PolicySummary:
    """The one that is shown: the active one, until another is asked for."""
    by_sha = {one.sha256: one for one in policies}
    active = next((one.sha256 for one in policies if one.active), policies[-1].sha256)
    wanted = st.session_state.pop(life.WANTED, st.session_state.get(CHOSEN))
    st.session_state[CHOSEN] = wanted if wanted in by_sha else active
    chosen = st.selectbox(
        _("Policy shown"),
        list(by_sha),
        format_func=lambda sha256: versions.name_of(by_sha[sha256]),
        key=CHOSEN,
    )
    return by_sha[str(chosen)]


def _headline(chosen: PolicySummary, policy: PolicyAnswer) -> None:
    since = chosen.activated_at and day(chosen.activated_at)
    state = _("Active") if chosen.active else _("Not active")
    figures = [
        (_("Version"), chosen.version),
        (_("State"), state),
        (_("Activated"), since or "–"),
        (_("Rules"), whole(len(policy.rules))),
    ]
    with st.container(key="headline"):
        columns = st.columns(len(figures))
        for column, (label, value) in zip(columns, figures, strict=True):
            with column:
                say.metric(label, value)


if __name__ == "__main__":
    show()
