"""What a rule does and what was computed for it, and what is new between two files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api_client.answers import ModelAnswer, PolicyAnswer, PolicyRule
from api_client.meaning import in_words
from session.language import _, listed, mark, plural
from texts.client.evidence import kind_word
from texts.policy.conditions import condition_text, expression_text

EFFECTS = {
    "refuse": mark("Refuse"),
    "refer": mark("Refer to a person"),
    "second_review": mark("Second signature"),
    "require": mark("Require evidence"),
    "note": mark("Note only"),
}
CONSEQUENCES = {
    "refuse": mark("The recommendation is to refuse, whatever the model says."),
    "refer": mark("A person has to examine it, even where the model would refuse."),
    "second_review": mark("A grant needs the signatures of two different people."),
    "note": mark("It is told, and the recommendation stays what it is."),
}
RESULTS = {
    "granted": mark("To grant"),
    "referred": mark("To examine"),
    "refused": mark("To refuse"),
}
# What stands in a file beside its rules: no part of what it decides.
DRAWN = {"position"}
EXPRESSIONS, TABLE = "expressionNode", "decisionTableNode"
VERSION, ENDS = "version", ("sourceId", "targetId")
# They decide nothing.
AT_THE_ENDS = ("inputNode", "outputNode")


@dataclass(frozen=True)
class Change:
    """`what` of a rule or another part is new: `before` and `after` it, in words."""

    part: str
    what: str
    before: str
    after: str


def effect_word(effect: str) -> str:
    return _(EFFECTS[effect]) if effect in EFFECTS else effect


def result_word(result: str) -> str:
    return _(RESULTS[result]) if result in RESULTS else result


def consequence_text(rule: PolicyRule) -> str:
    """What comes of it when the rule fires."""
    if rule.effect != "require":
        return _(CONSEQUENCES[rule.effect]) if rule.effect in CONSEQUENCES else ""
    kind = kind_word(rule.evidence or "")
    if rule.within_days is None:
        return _("A grant needs evidence on record: {kind}.", kind=kind)
    return plural(
        "A grant needs evidence on record: {kind}, no older than {number} day.",
        "A grant needs evidence on record: {kind}, no older than {number} days.",
        rule.within_days,
        kind=kind,
        number=rule.within_days,
    )


def conditions_of(rule: PolicyRule, model: ModelAnswer) -> list[str]:
    """In words; those that anything meets are left out."""
    told = [condition_text(condition, model) for condition in rule.conditions]
    return [text for text in told if text] or [_("Always")]


def sentence_of(rule: PolicyRule) -> str:
    """What an applicant may be told of it."""
    return in_words(rule.text, rule.code)


def computed(policy: PolicyAnswer, model: ModelAnswer) -> list[tuple[str, str]]:
    """Each value that the file computes on the way to its rules, and how."""
    return [
        (key.replace("_", " "), expression_text(value, model))
        for key, value in _expressions(policy.document)
    ]


def other_tables(policy: PolicyAnswer) -> list[str]:
    """The names of the tables that make values, not rules."""
    tables = {rule.table for rule in policy.rules}
    return [
        name
        for name, kind, _node in _nodes(policy.document)
        if kind == TABLE and name not in tables
    ]


def changes(
    before: PolicyAnswer, after: PolicyAnswer, model: ModelAnswer
) -> list[Change]:
    """Rules that came, went or changed, in the order of the newer file; then the rest.

    Of the rest, whatever it is, something is always told when the files decide by
    other parts.
    """
    old = {rule.code: rule for rule in before.rules}
    new = {rule.code: rule for rule in after.rules}
    found = [change for rule in after.rules for change in _rule(old, rule, model)]
    gone = [rule for rule in before.rules if rule.code not in new]
    found += [
        Change(one.code, _("Rule gone"), summary(one, model), "–") for one in gone
    ]
    return found + list(_rest(before, after, model))


def summary(rule: PolicyRule, model: ModelAnswer) -> str:
    told = listed(conditions_of(rule, model))
    return _("{fact}: {value}", fact=effect_word(rule.effect), value=told)


def _rule(
    old: Mapping[str, PolicyRule], rule: PolicyRule, model: ModelAnswer
) -> Iterator[Change]:
    known = old.get(rule.code)
    if known is None:
        yield Change(rule.code, _("New rule"), "–", summary(rule, model))
        return
    before, after = _members(known, model), _members(rule, model)
    for what, told in after.items():
        if told != before[what]:
            yield Change(rule.code, what, before[what] or "–", told or "–")


def _members(rule: PolicyRule, model: ModelAnswer) -> dict[str, str]:
    consequence = consequence_text(rule)
    return {
        _("Conditions"): listed(conditions_of(rule, model)),
        _("Effect"): f"{effect_word(rule.effect)}. {consequence}".strip(),
        _("Sentence"): sentence_of(rule),
        _("Lawful basis"): rule.lawful_basis or "",
        _("Table"): rule.table,
    }


def _rest(
    before: PolicyAnswer, after: PolicyAnswer, model: ModelAnswer
) -> Iterator[Change]:
    old, new = (dict(_expressions(one.document)) for one in (before, after))
    for key in _other(old, new):
        told = (
            expression_text(one[key], model) if key in one else "–"
            for one in (old, new)
        )
        yield Change(key.replace("_", " "), _("Computed value"), *told)
    orders = (_order(before), _order(after))
    for table in _other(*orders):
        told = (one.get(table, "–") for one in orders)
        yield Change(table, _("Order of the rules"), *told)
    tables = {rule.table for one in (before, after) for rule in one.rules}
    kept = _ids(before) & _ids(after)
    parts = [_parts(one, tables, kept) for one in (before, after)]
    for name in _other(*parts):
        told = (_("as the file has it") if name in one else "–" for one in parts)
        yield Change(name, _("Another part of the file"), *told)


def _other(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """What only one of them has, or each otherwise."""
    return [key for key in {**new, **old} if old.get(key) != new.get(key)]


def _order(policy: PolicyAnswer) -> dict[str, str]:
    """The rules of each table of which only the first one that fits fires."""
    first = [
        name
        for name, kind, node in _nodes(policy.document)
        if kind == TABLE and node.get("content", {}).get("hitPolicy") == "first"
    ]
    return {
        table: ", ".join(rule.code for rule in policy.rules if rule.table == table)
        for table in first
    }


def _parts(
    policy: PolicyAnswer, tables: Collection[str], kept: Collection[object]
) -> dict[str, object]:
    """What else of a file decides: neither computed values nor the tables of rules.

    Of connections those between nodes that are `kept`: others come and go with these.
    """
    edges = sorted(
        str([edge.get(name) for name in (*ENDS, "sourceHandle")])
        for edge in policy.document.get("edges") or ()
        if {edge.get(name) for name in ENDS} <= set(kept)
    )
    return {
        name: node
        for name, kind, node in _nodes(policy.document)
        if kind not in (EXPRESSIONS, *AT_THE_ENDS) and name not in tables
    } | {_("Connections"): edges}


def _ids(policy: PolicyAnswer) -> set[object]:
    return {node.get("id") for node in policy.document.get("nodes") or ()}


def _nodes(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Of each node its name, its kind and all of it that counts."""
    for node in document.get("nodes") or ():
        rest = {name: one for name, one in node.items() if name not in DRAWN}
        yield str(node.get("name") or node.get("id")), str(node.get("type")), rest


def _expressions(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for _name, kind, node in _nodes(document):
        for one in node.get("content", {}).get("expressions", ()):
            if kind == EXPRESSIONS and one["key"] != VERSION:
                yield str(one["key"]), str(one["value"])
