"""From the rules that fired to what is answered and kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

from sqlalchemy import Connection

from api.identifiers import now, uuid7
from api.policy.active import Ready, log
from api.policy.facts import Case
from api.store.events.record import Event
from api.store.monitoring import alerts
from api.store.people.evidence import met
from policy.evaluate import Facts, Fired, Outcome
from policy.recommend import recommend
from policy.rules import Recommendation, Rule

# What a grant needs beside the model's decision.
REQUIRES = ("require", "second_review")
Decision = Literal["granted", "refused"]


@dataclass(frozen=True)
class Considered:
    """A decision of the model, and what its policy may know of it.

    `met`: whether what a rule requires is there.
    """

    decision: str
    facts: Facts
    met: Callable[[Rule], bool]


@dataclass(frozen=True)
class Judged:
    """What is recommended, for the `answer` and the `event` of a decision."""

    answer: Mapping[str, Any]
    event: Mapping[str, Any]


def judged(ready: Ready, considered: Sequence[Considered]) -> list[Judged]:
    """Of each what the policy recommends."""
    outcomes = ready.outcomes([one.facts for one in considered])
    return [
        _judged(ready, one, outcome)
        for one, outcome in zip(considered, outcomes, strict=True)
    ]


def recommended(one: Considered, outcome: Outcome) -> Recommendation:
    """What comes of the rules that fired."""
    return recommend(cast(Decision, one.decision), outcome, _met(one, outcome))


def proved(case: Case) -> Callable[[Rule], bool]:
    """Whether what a rule requires is on record; nobody has signed yet."""

    def there(rule: Rule) -> bool:
        if rule.evidence is None or not case.record.evidence:
            return False
        return met(case.record.evidence, rule.evidence, rule.within_days, case.day)

    return there


def alarms(
    ready: Ready, events: Sequence[Event]
) -> tuple[Callable[[Connection], None], ...]:
    """What opens the alert of a policy that could not be evaluated in one of these."""
    if not any(event.facts.get("policy_failed") for event in events):
        return ()
    return (partial(alerts.open_unless_open, document=_alert(ready)),)


def failed(ready: Ready) -> dict[str, Any]:
    """What is answered where it could not be evaluated."""
    return {"recommendation": "referred", "policy": {**_named(ready), "failed": True}}


def _judged(ready: Ready, one: Considered, outcome: Outcome) -> Judged:
    met = _met(one, outcome)
    recommendation = recommend(cast(Decision, one.decision), outcome, met)
    event: dict[str, Any] = {"recommendation": recommendation, "policy": ready.sha256}
    if outcome.failed is not None:
        log.warning("policy %s failed: %s", ready.version, outcome.failed)
        return Judged(failed(ready), event | {"policy_failed": True})
    some = list(zip(outcome.fired, met, strict=True))
    if some:
        event["rules"] = {f.rule.code: _state(f) for f in outcome.fired}
    if requires := [_required(f.rule, there) for f, there in some if _requires(f)]:
        event["requires"] = requires
    rules = [_told(fired, there) for fired, there in some]
    answer = {"recommendation": recommendation, "policy": _named(ready, rules)}
    return Judged(answer, event)


def _met(one: Considered, outcome: Outcome) -> list[bool]:
    """Of each rule; of one that requires nothing that is not the question."""
    return [_requires(fired) and one.met(fired.rule) for fired in outcome.fired]


def _alert(ready: Ready) -> alerts.Document:
    moment, severity = now(), "critical"
    title = f"Policy {ready.version} cannot be evaluated"
    return {
        "id": uuid7(),
        "cause": f"policy:{ready.sha256}",
        "status": "open",
        "severity": severity,
        "title": title,
        "what": "It failed or took too long in a decision: nothing is granted by it, "
        "such decisions are referred to a person.",
        "certainty": "It happened; how often, events say: policy_failed.",
        "action": "Try it on the last decisions (flask policy trial), correct it, and "
        "activate the corrected one, or the one before.",
        "evidence": {"policy": ready.sha256},
        "report_id": None,
        "opened_at": moment,
        "updated_at": moment,
        "closed_at": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "note": None,
        "history": [
            {"at": moment, "status": "open", "severity": severity, "title": title}
        ],
    }


def _requires(fired: Fired) -> bool:
    return fired.rule.effect in REQUIRES and not fired.missing


def _state(fired: Fired) -> str:
    return "unknown" if fired.missing else "fired"


def _named(ready: Ready, rules: Sequence[Any] = ()) -> dict[str, Any]:
    return {"version": ready.version, "sha256": ready.sha256, "rules": rules}


def _required(rule: Rule, there: bool) -> dict[str, Any]:
    return {
        "code": rule.code,
        "effect": rule.effect,
        "evidence": rule.evidence,
        "within_days": rule.within_days,
        "met": there,
    }


def _told(fired: Fired, there: bool) -> dict[str, Any]:
    rule = fired.rule
    told: dict[str, Any] = {
        "code": rule.code,
        "effect": rule.effect,
        "text": rule.text,
        "facts": fired.facts,
    }
    if fired.missing:
        told["missing"] = list(fired.missing)
    if rule.evidence is not None:
        told |= {"evidence": rule.evidence, "within_days": rule.within_days}
    if _requires(fired):
        told["met"] = there
    return told
