"""Score what was stored anew, and compare the answers bit for bit.

What was recommended is, too: by the policy of its day, from the facts that it read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.json_encoding import encode
from api.policy.active import Policies
from api.policy.recommendation import Considered, failed, judged
from api.schemas.requests import Explain
from api.scoring.champion import Champion
from api.scoring.decision import Score, told_why
from api.store.database import Database
from api.store.events.kept import KEPT, whole
from api.store.events.pages import pages
from api.store.events.record import PREDICTIONS
from api.store.people.clients import unpack
from api.store.tables import personal
from policy.rules import Rule

_AT_A_TIME = 200
# Nobody waits: what was evaluated in time then must not be cut off now.
_PATIENT_SECONDS = 60.0


@dataclass
class Replayed:
    """How many answers came out the same; the ids of those that did not.

    `elsewhere`: made by another bundle; only that one can make them again.
    """

    same: int = 0
    different: tuple[str, ...] = ()
    elsewhere: int = 0
    erased: int = 0


def replay(champion: Champion, database: Database) -> Replayed:
    """Every stored decision and simulation; raises DatabaseUnavailable."""
    replayed = Replayed()
    policies = Policies(database, _PATIENT_SECONDS)
    columns = [personal.c.salt, *KEPT]
    for rows in pages(database.read, columns, PREDICTIONS, _AT_A_TIME):
        present = [row for row in rows if row.salt is not None]
        replayed.erased += len(rows) - len(present)
        mine = [row for row in present if row.bundle_sha256 == champion.bundle.sha256]
        replayed.elsewhere += len(present) - len(mine)
        kept = [whole(row._asdict(), database.dictionaries) for row in mine]
        different = tuple(_different(champion, policies, kept)) if mine else ()
        replayed.different += different
        replayed.same += len(mine) - len(different)
    return replayed


def _different(
    champion: Champion, policies: Policies, rows: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    answers = [json.loads(row["answer"]) for row in rows]
    facts = [json.loads(row["facts"]) for row in rows]
    matrix = np.stack([unpack(row["features"]) for row in rows])
    scores = champion.score(matrix, [bool(told_why(answer)) for answer in answers])
    recommended = _recommended(policies, rows, facts)
    for at, (row, answer, score) in enumerate(zip(rows, answers, scores, strict=True)):
        judged_again = _judged(champion, facts[at], score, told_why(answer))
        told = {**answer, **judged_again, **recommended.get(at, {})}
        again = champion.parts(told, score).answer()
        if again != row["answer"] and encode(json.loads(again)) != encode(answer):
            yield row["event_id"]


def _recommended(
    policies: Policies,
    rows: Sequence[Mapping[str, Any]],
    facts: Sequence[Mapping[str, Any]],
) -> dict[int, Mapping[str, Any]]:
    """What each is recommended, by its place; nothing of those of before policies."""
    by_policy: dict[str, list[int]] = defaultdict(list)
    for at, fact in enumerate(facts):
        if "policy" in fact:
            by_policy[fact["policy"]].append(at)
    found: dict[int, Mapping[str, Any]] = {}
    for sha256, places in by_policy.items():
        ready = policies.of(sha256)
        evaluated = [at for at in places if not facts[at].get("policy_failed")]
        considered = [_considered(rows[at], facts[at]) for at in evaluated]
        again = [one.answer for one in judged(ready, considered)]
        found |= dict.fromkeys(places, failed(ready))
        found |= dict(zip(evaluated, again, strict=True))
    return found


def _considered(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Considered:
    read = json.loads(row["request"]).get("facts", {})
    return Considered(facts["decision"], read, _met(facts))


def _met(facts: Mapping[str, Any]) -> Callable[[Rule], bool]:
    there = {one["code"]: one["met"] for one in facts.get("requires", ())}
    return lambda rule: there.get(rule.code, False)


def _judged(
    champion: Champion, facts: Mapping[str, Any], score: Score, explain: Explain
) -> dict[str, Any]:
    unknown = facts["unknown_categories"]
    again = champion.scorer.judge(score, unknown or (), explain)
    if unknown is None:
        # Recorded before these were: what they did to the confidence is not known.
        del again["confidence"]
    return again
