"""The rules of a policy in plain words, and what became of the loans they were on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import ModelAnswer, PolicyAnswer, PolicyResults, PolicyRule
from api_client.cache import policy_results_of
from api_client.errors import ApiError
from components import markup, say
from components.error_panel import show_error
from session.language import _, listed
from texts.cells import Cell, Exact
from texts.facts import fact_label
from texts.formats import percent, whole
from texts.policy.rules import (
    computed,
    conditions_of,
    consequence_text,
    effect_word,
    other_tables,
    result_word,
    sentence_of,
)


def rule_list(policy: PolicyAnswer, model: ModelAnswer) -> None:
    st.html(markup.heading(_("The rules")))
    if not policy.rules:
        say.text(_("This policy has no rules: what the model decides is recommended."))
        return
    say.caption(
        _(
            "A refusal goes before a referral, and both before the model. Where a fact "
            "that a rule needs is missing, the application is referred to a person."
        )
    )
    st.html(markup.rules([_told(rule, model) for rule in policy.rules]))
    _on_the_way(policy, model)


def _told(rule: PolicyRule, model: ModelAnswer) -> markup.RuleText:
    return markup.RuleText(
        code=rule.code,
        effect=effect_word(rule.effect),
        css_class=rule.effect,
        when_title=_("If"),
        when=conditions_of(rule, model),
        then_title=_("Then"),
        then=consequence_text(rule),
        sentence=_("“{name}”", name=sentence_of(rule)),
        protected=_protected(rule, model),
        where=_("{table}, line {line}", table=rule.table, line=rule.line),
    )


def _protected(rule: PolicyRule, model: ModelAnswer) -> str:
    if not rule.protected:
        return ""
    return _(
        "Reads what the law protects: {facts}. Lawful basis: {basis}",
        facts=listed(fact_label(name, model) for name in rule.protected),
        basis=rule.lawful_basis or _("none is given"),
    )


def _on_the_way(policy: PolicyAnswer, model: ModelAnswer) -> None:
    values, tables = computed(policy, model), other_tables(policy)
    if not values and not tables:
        return
    with st.expander(_("What is computed on the way"), key="policy_computed"):
        if values:
            headers = [_("Name"), _("How it is computed")]
            st.html(markup.table(headers, values, _("What is computed on the way")))
        if tables:
            told = _(
                "Values come from these tables, too: {tables}.", tables=listed(tables)
            )
            say.caption(told)


def results(policy: PolicyAnswer) -> None:
    st.html(markup.heading(_("What came of it")))
    try:
        with st.spinner(_("Fetching…")):
            found = policy_results_of(policy.sha256)
    except ApiError as error:
        show_error(error, "results_again")
        return
    if not found.decisions:
        say.caption(_("No decision was made by this policy yet."))
        return
    say.text(_summary(found))
    if found.rules:
        headers = [
            _("Rule"),
            _("Fired"),
            _("Of decisions"),
            _("Unknown"),
            _("Stand as granted"),
            _("Repaid"),
            _("Defaulted"),
        ]
        st.html(markup.table(headers, _rows(found), _("What came of it")))
        say.caption(
            _(
                "Unknown: a fact was missing without which nobody knows whether the "
                "rule fires. Repaid and defaulted as far as outcomes are known."
            )
        )


def _summary(found: PolicyResults) -> str:
    parts = [
        _("{result}: {number}", result=result_word(result), number=whole(number))
        for result, number in found.recommendations.items()
    ]
    return _(
        "Decisions by this policy: {number}. Recommended: {results}.",
        number=whole(found.decisions),
        results=listed(parts),
    )


def _rows(found: PolicyResults) -> Sequence[Sequence[Cell]]:
    return [
        [
            one.code,
            Exact(whole(one.fired), one.fired),
            percent(one.fired / found.decisions),
            Exact(whole(one.unknown), one.unknown),
            Exact(whole(one.granted), one.granted),
            Exact(whole(one.repaid), one.repaid),
            Exact(whole(one.defaulted), one.defaulted),
        ]
        for one in found.rules
    ]
