"""What the lender's rules say of a client: proposed is what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api_client.answers import FiredRule, ModelAnswer, PolicyRef, Prediction, Simulation
from api_client.meaning import in_words
from session.language import _, listed
from texts.client.decision import decision_word, verdict
from texts.client.evidence import SECOND, evidence_wanted
from texts.facts import fact_label, fact_text
from texts.formats import percents_apart

BUILT_IN = "built-in"
REFUSE, REFER, REQUIRE, NOTE = "refuse", "refer", "require", "note"
# In this order they are read.
EFFECTS = (REFUSE, REFER, SECOND, REQUIRE, NOTE)


def rules_of(prediction: Prediction | Simulation) -> list[FiredRule]:
    """Those that fired, and that nobody knows of, what weighs most first."""
    policy = prediction.policy

    def place(rule: FiredRule) -> int:
        effect = REFER if rule.missing and rule.effect != NOTE else rule.effect
        return EFFECTS.index(effect) if effect in EFFECTS else len(EFFECTS)

    return sorted(policy.rules, key=place) if policy else []


def is_of_rules(policy: PolicyRef | None) -> bool:
    """Whether it is a lender's own policy."""
    return policy is not None and policy.version != BUILT_IN


def refuses(prediction: Prediction) -> bool:
    """Whether the lender's rules do, whatever the model says."""
    return any(one.effect == REFUSE and not one.missing for one in rules_of(prediction))


def deciding(prediction: Prediction | Simulation) -> list[FiredRule]:
    """The rules that make the recommendation what it is."""
    rules = rules_of(prediction)
    refusing = [one for one in rules if one.effect == REFUSE and not one.missing]
    if prediction.recommended == "refused":
        return refusing
    if prediction.recommended != "referred":
        return []
    referring = [one for one in rules if one.effect == REFER or _is_unknown(one)]
    unmet = [one for one in rules if one.met is False and one not in referring]
    return referring or unmet


def proposal(prediction: Prediction) -> tuple[str, str]:
    """What is recommended as a word; which part is the model's, which the rules'."""
    failed = prediction.policy is not None and prediction.policy.failed
    rules = deciding(prediction)
    if not failed and not rules and prediction.recommended == prediction.decision:
        word, meaning = verdict(prediction)
        return _proposed(prediction) or word, meaning
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    told = [
        _(
            "The model would grant: the risk of default, {risk}, is below the limit of "
            "{limit}.",
            risk=risk,
            limit=limit,
        )
        if prediction.granted
        else _(
            "The model would refuse: the risk of default, {risk}, is not below the "
            "limit of {limit}.",
            risk=risk,
            limit=limit,
        )
    ]
    if failed:
        told.append(
            _("The lender's rules could not be applied, so a person examines it.")
        )
    # Of what is required there is a list beside it.
    told += dict.fromkeys(rule_says(rule) for rule in rules)
    word = _proposed(prediction) or decision_word(prediction.recommended)
    return word, " ".join(told)


def _proposed(prediction: Prediction) -> str:
    """Where the lender's rules speak it is said that people decide."""
    if not is_of_rules(prediction.policy) or prediction.recommended == "referred":
        return ""
    return _("Proposed: {decision}", decision=decision_word(prediction.recommended))


def rule_says(rule: FiredRule) -> str:
    named = {"rule": rule.code, "text": in_words(rule.text, rule.code)}
    if _is_unknown(rule):
        return _("Rule {rule} (“{text}”) could not be applied, so it refers.", **named)
    if rule.effect == REFUSE:
        return _("Rule {rule} refuses: {text}", **named)
    if rule.effect == REFER:
        return _("Rule {rule} refers: {text}", **named)
    return _("A grant needs what is not there yet.")


def _is_unknown(rule: FiredRule) -> bool:
    return bool(rule.missing) and rule.effect != NOTE


def effect_text(rule: FiredRule) -> str:
    """What a rule does; a code that is not known here is told as it is."""
    if _is_unknown(rule):
        return _("facts are missing, so a person examines it")
    known = {
        REFUSE: _("refuses the loan"),
        REFER: _("has a person examine it"),
        SECOND: _("a grant takes the signatures of two people"),
        NOTE: _("only to know"),
    }
    if rule.effect != REQUIRE:
        return known.get(rule.effect, rule.effect)
    needed = evidence_wanted(rule.evidence or "", rule.within_days)
    if rule.met:
        return _("a grant takes evidence, which was there: {evidence}", evidence=needed)
    return _("a grant takes evidence: {evidence}", evidence=needed)


def missing_text(rule: FiredRule, model: ModelAnswer) -> str:
    names = listed(fact_label(name, model) for name in rule.missing)
    return _("Not there: {facts}.", facts=names)


def rule_lines(rule: FiredRule, model: ModelAnswer) -> list[str]:
    """Below the sentence of a rule: its effect, its facts, and what it misses."""
    lines = [_("Rule {rule}: {effect}", rule=rule.code, effect=effect_text(rule))]
    known = [
        fact_text(name, value, model)
        for name, value in rule.facts.items()
        if name not in rule.missing
    ]
    if known:
        lines.append(listed(known))
    return [*lines, missing_text(rule, model)] if rule.missing else lines


def rules_title(policy: PolicyRef | None) -> tuple[str, str]:
    """Of a lender's own policy; and what is said where none of its rules fired."""
    if policy is None or not is_of_rules(policy):
        return "", ""
    nothing = _("None of them speaks to this application.")
    if policy.failed:
        nothing = _("They could not be applied.")
    return _("The lender's rules (version {version})", version=policy.version), nothing


def rule_items(
    prediction: Prediction, model: ModelAnswer
) -> list[tuple[str, Sequence[str]]]:
    """Each rule's sentence, and the lines below it."""
    return [(_told(rule), rule_lines(rule, model)) for rule in rules_of(prediction)]


def _told(rule: FiredRule) -> str:
    """Of a rule that nobody knows of, its sentence may be untrue."""
    told = in_words(rule.text, rule.code)
    return _("Could not be applied: “{text}”", text=told) if rule.missing else told


def missed_facts(prediction: Prediction) -> Iterator[str]:
    """The names of the facts without which a rule could not be applied."""
    for rule in rules_of(prediction):
        yield from rule.missing
