"""How a policy comes into force: added, looked at, tried, made active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from api.errors import FieldError, Problem
from api.identifiers import now, uuid7
from api.json_encoding import encode
from api.policy.active import Policies, Ready
from api.policy.facts import known_facts
from api.schemas.policies import ACTIVE, TrialQuery
from api.scoring.policies.trial import trial
from api.store import policies as store
from api.store.database import Database
from api.store.events.record import POLICY, Event, Reply
from api.store.policies import StoredPolicy
from policy.facts import FactName
from policy.read import read_policy
from policy.rules import Fault, PolicyError, Rule

if TYPE_CHECKING:
    from api.scoring.champion import Champion


def added(
    champion: Champion, database: Database, content: bytes, by: str, by_id: str | None
) -> Reply:
    """Keep a policy; one that is there already is answered as it is.

    `by_id`: what tells who adds it from others. Raises Problem 422 with every fault.
    """
    try:
        policy = read_policy(content, known_facts(champion.manifest))
    except PolicyError as error:
        faults = [_field(fault) for fault in error.faults]
        detail = f"{len(faults)} fault(s) of the policy: nothing was added."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults) from error
    before = _named(database, policy.sha256)
    if before is not None:
        return Reply(HTTPStatus.OK, encode(told(before)))
    stored = StoredPolicy(
        sha256=policy.sha256,
        version=policy.version,
        active=False,
        added_by=by,
        added_as=by_id,
        added_at=now(),
        activated_by=None,
        activated_at=None,
    )
    answer = encode(told(stored))
    location = f"/v1/policies/{policy.sha256}"
    event = _event(store.ADDED, stored, answer)
    changes = (store.adding(content, stored),)
    return Reply(HTTPStatus.CREATED, answer, location, (event,), changes=changes)


def activated(
    champion: Champion,
    database: Database,
    policies: Policies,
    name: str,
    by: str,
    by_id: str | None,
    people: int,
) -> Reply:
    """Recommend by this policy from now on; answers what that would have changed.

    `people`: how many it takes. Raises Problem 404, or 409.
    """
    stored = find(database, name)
    ready = policies.of(stored.sha256)
    _require_another(stored, by_id, people)
    _require_facts(champion, ready)
    tried = trial(champion, database, ready, TrialQuery().last)
    moment = now()
    stands = replace(stored, active=True, activated_by=by, activated_at=moment)
    answer = encode({"policy": told(stands), "trial": tried})
    event = _event(store.ACTIVATED, stands, encode(told(stands)))
    changes = (store.activating(stored.sha256, by, moment),)
    return Reply(HTTPStatus.OK, answer, None, (event,), changes=changes)


def find(database: Database, name: str) -> StoredPolicy:
    """By SHA-256, or as `active` or `built-in`; raises Problem 404."""
    found = _named(database, name)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no policy {name}.")
    return found


def told(stored: StoredPolicy) -> dict[str, Any]:
    """What the PolicySummary of api.schemas.policies is."""
    return {name: v for name, v in asdict(stored).items() if name != "added_as"}


def rules(champion: Champion, ready: Ready) -> list[dict[str, Any]]:
    """What each rule is; what of its facts is protected the serving bundle says."""
    known = known_facts(champion.manifest)
    return [_rule(rule, known) for rule in (ready.policy.rules if ready.policy else ())]


def _named(database: Database, name: str) -> StoredPolicy | None:
    name = store.built_in() if name == store.BUILT_IN else name
    for one in store.listed(database):
        if one.sha256 == name or (name == ACTIVE and one.active):
            return one
    return None


def _field(fault: Fault) -> FieldError:
    line = "" if fault.line is None else f"line {fault.line}: "
    return FieldError(f"{line}{fault.where}", fault.detail)


def _rule(rule: Rule, known: Mapping[str, FactName]) -> dict[str, Any]:
    facts = sorted(rule.reads | rule.tests)
    return {
        "code": rule.code,
        "effect": rule.effect,
        "text": dict(rule.text),
        "table": rule.table,
        "line": rule.line,
        "conditions": [{"reads": a, "test": b} for a, b in rule.conditions],
        "facts": facts,
        "evidence": rule.evidence,
        "within_days": rule.within_days,
        "protected": [one for one in facts if one in known and known[one].protected],
        "lawful_basis": rule.lawful_basis,
    }


def _require_another(stored: StoredPolicy, by_id: str | None, people: int) -> None:
    if people < 2:
        return
    why = None
    if by_id is None:
        why = "no login says who asks"
    elif by_id == stored.added_as:
        why = f"{stored.added_by} added it"
    if why:
        detail = f"A policy is activated by another person than adds it: {why}."
        raise Problem(HTTPStatus.CONFLICT, detail)


def _require_facts(champion: Champion, ready: Ready) -> None:
    if ready.policy is None and not ready.built_in:
        detail = "This version of the API cannot read this policy."
        raise Problem(HTTPStatus.CONFLICT, detail)
    missing = ready.reader(champion.manifest).missing
    if missing:
        detail = f"The model that serves does not know {', '.join(missing)}."
        raise Problem(HTTPStatus.CONFLICT, detail)


def _event(action: str, stored: StoredPolicy, answer: bytes) -> Event:
    """Who did it is in what was answered, which is personal."""
    moment = stored.activated_at if action == store.ACTIVATED else stored.added_at
    return Event(
        event_id=uuid7(),
        kind=POLICY,
        client_id=None,
        created_at=moment or now(),
        bundle_sha256=None,
        answer=answer,
        facts={"action": action, "sha256": stored.sha256, "version": stored.version},
    )
