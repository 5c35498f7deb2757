"""What a policy would have recommended in the last decisions.

Of those the model's part is as it was stored, and the rest as it is now: application,
evidence, declarations, the moment. What is not stored cannot be brought back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.errors import Problem
from api.identifiers import now
from api.policy.active import Ready
from api.policy.recommendation import Considered, recommended
from api.scoring.applicants import known_clients
from api.scoring.policies.consider import Decided, consider
from api.scoring.request_forms import read_form
from api.store.database import Database
from api.store.events.kept import whole
from api.store.people.clients import Client, unpack
from api.store.people.predictions import newest_decisions
from api.store.tables import key_of
from policy.evaluate import Outcome
from policy.rules import Policy

if TYPE_CHECKING:
    from api.scoring.champion import Champion

# Why a decision cannot be tried.
ERASED, OTHER_MODEL, UNKNOWN = "erased", "other_model", "unknown_client"
# What stands in a stored request beside what was asked.
_BESIDE = ("basis", "facts")
_VERDICT = ("probability", "threshold", "decision", "confidence")


def trial(
    champion: Champion, database: Database, ready: Ready, last: int
) -> dict[str, Any]:
    """Of so many of the newest decisions; what the Trial of api.schemas.policies is."""
    untried: Counter[str] = Counter()
    before: list[str] = []
    decided: list[Decided] = []
    for rows in newest_decisions(database, last):
        known = _known(champion, database, rows)
        for row in rows:
            one = _decided(champion, database, row, known)
            if isinstance(one, str):
                untried[one] += 1
                continue
            facts = json.loads(row.facts)
            before.append(facts.get("recommendation", facts["decision"]))
            decided.append(one)
    considered = consider(champion, database, ready, now(), decided)
    outcomes = ready.outcomes([one.facts for one in considered])
    after = [recommended(*pair) for pair in zip(considered, outcomes, strict=True)]
    moved = Counter(zip(before, after, strict=True))
    return {
        "sha256": ready.sha256,
        "decisions": len(decided),
        "moved": [
            {"before": was, "after": then, "decisions": count}
            for (was, then), count in sorted(moved.items())
        ],
        "rules": _counts(ready.policy, considered, outcomes),
        "failed": sum(one.failed is not None for one in outcomes),
        "untried": dict(untried),
    }


def _known(
    champion: Champion, database: Database, rows: Sequence[Any]
) -> Mapping[Any, Client]:
    ids = {key_of(row) for row in rows} - {None}
    return known_clients.find(champion, database, list(ids)) if ids else {}


def _decided(
    champion: Champion, database: Database, row: Any, known: Mapping[Any, Client]
) -> Decided | str:
    """The decision, or why it cannot be tried."""
    if row.request is None:
        return ERASED
    if row.bundle_sha256 != champion.bundle.sha256:
        return OTHER_MODEL
    request = json.loads(row.request)
    asked = {name: value for name, value in request.items() if name not in _BESIDE}
    kept = whole(row._asdict(), database.dictionaries)
    answer = json.loads(kept["answer"])
    found = Decided(
        client_id=key_of(row),
        client=None,
        application={},
        features=unpack(kept["features"]),
        verdict={name: answer[name] for name in _VERDICT},
        declared=request.get("declared"),
    )
    if "application" in request:
        try:
            form = read_form(champion.columns, champion.manifest.key_type, asked)
        except Problem:
            return OTHER_MODEL
        return replace(found, application=form.application or {})
    client = known.get(found.client_id)
    if client is None:
        return UNKNOWN
    return replace(found, client=client, application=client.application)


def _counts(
    policy: Policy | None, considered: Sequence[Considered], outcomes: Sequence[Outcome]
) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str]] = Counter()
    for one, outcome in zip(considered, outcomes, strict=True):
        counts.update(_told(one, outcome))
    names = ("fired", "unknown", "alone")
    return [
        {"code": rule.code, **{name: counts[rule.code, name] for name in names}}
        for rule in (policy.rules if policy else ())
    ]


def _told(one: Considered, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Of each rule of an outcome; `alone`: without it something else would come."""
    come = recommended(one, outcome)
    for at, fired in enumerate(outcome.fired):
        yield fired.rule.code, "unknown" if fired.missing else "fired"
        others = outcome.fired[:at] + outcome.fired[at + 1 :]
        if recommended(one, Outcome(others)) != come:
            yield fired.rule.code, "alone"
