"""The versions of a policy, and what is new in one against another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from api_client.answers import ModelAnswer, PolicySummary
from api_client.cache import policy_of
from components import markup, say
from session.language import _
from texts.formats import moment
from texts.policy.rules import changes

SHOWN = 50


def name_of(policy: PolicySummary) -> str:
    """As it is chosen: the version and the beginning of its fingerprint."""
    told = f"{policy.version} · {policy.sha256[:8]}"
    return _("{policy} (active)", policy=told) if policy.active else told


def versions(policies: Sequence[PolicySummary]) -> None:
    st.html(markup.heading(_("Versions")))
    rows = [
        [
            one.version,
            one.sha256[:8],
            _who(one.added_by, one.added_at),
            _who(one.activated_by, one.activated_at),
            _("active") if one.active else "–",
        ]
        for one in policies
    ]
    headers = [_("Version"), _("Fingerprint"), _("Added"), _("Activated"), _("State")]
    st.html(markup.table(headers, rows, _("Versions"), SHOWN))


def _who(name: str | None, at: datetime | None) -> str:
    return ", ".join(part for part in (at and moment(at), name) if part) or "–"


def difference(
    policies: Sequence[PolicySummary], chosen: PolicySummary, model: ModelAnswer
) -> None:
    """What is new in the chosen one against another."""
    others = [one for one in policies if one.sha256 != chosen.sha256]
    if not others:
        return
    st.html(markup.heading(_("What changed")))
    # Against the one that is active, or else the one before.
    at = policies.index(chosen)
    before = next((one for one in policies[at + 1 :]), others[0])
    usual = next((one for one in others if one.active), before)
    other = st.selectbox(
        _("Compared with"),
        others,
        index=others.index(usual),
        format_func=name_of,
        key=f"policy_other_{chosen.sha256}",
    )
    with st.spinner(_("Fetching…")):
        found = changes(policy_of(other.sha256), policy_of(chosen.sha256), model)
    if not found:
        say.text(_("Both decide alike: no rule and no value is another one."))
        return
    rows = [[one.part, one.what, one.before, one.after] for one in found]
    headers = [_("Rule or value"), _("What"), name_of(other), name_of(chosen)]
    st.html(markup.table(headers, rows, _("What changed")))
