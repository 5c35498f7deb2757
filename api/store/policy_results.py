"""How often the rules of a policy fired, and what became of those loans.

Of its decisions: the work list's table would tell what stands for clients who were not
erased, and only of the newest one. Read in steps, each of which is short, from the
moment at which the policy was added: nothing was decided by it before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import bindparam, select, tuple_

from api.store.database import Database
from api.store.events.pages import of_kinds
from api.store.events.record import DECISION, OUTCOME, REVIEW
from api.store.policies import StoredPolicy
from api.store.prepared import Prepared
from api.store.tables import events

_AT_A_TIME = 5000
_COUNTED = ("fired", "unknown", "granted", "repaid", "defaulted")
_GRANTED = "granted"


@dataclass
class _Tally:
    """`rules`: by code and what of it is counted."""

    decisions: int = 0
    recommendations: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)


def results(
    database: Database, policy: StoredPolicy, codes: Sequence[str]
) -> dict[str, Any]:
    """What the PolicyResults of api.schemas.policies is; `codes`: of its rules."""
    tally = _Tally()
    since = policy.added_at or ""
    for facts in _decisions(database, policy.sha256, since):
        recommendation = facts["recommendation"]
        tally.decisions += 1
        tally.recommendations[recommendation] += 1
        for code, state in facts.get("rules", {}).items():
            tally.rules[code, state] += 1
            if state == "fired" and recommendation == _GRANTED:
                tally.rules[code, _GRANTED] += 1
    for facts, acts in _followed(database, policy.sha256, since):
        _follow(tally, facts, acts)
    return {
        "sha256": policy.sha256,
        "decisions": tally.decisions,
        "recommendations": dict(tally.recommendations),
        "rules": [
            {"code": code, **{name: tally.rules[code, name] for name in _COUNTED}}
            for code in codes
        ],
    }


def _follow(
    tally: _Tally, facts: Mapping[str, Any], acts: Sequence[tuple[str, Any]]
) -> None:
    """Count what became of one decision; `acts`: reviews and outcomes, in order."""
    before = facts["recommendation"]
    reviews = [act["decision"] for kind, act in acts if kind == REVIEW]
    outcomes = [act["defaulted"] for kind, act in acts if kind == OUTCOME]
    stands = reviews[-1] if reviews else before
    for code, state in facts.get("rules", {}).items():
        if state != "fired":
            continue
        tally.rules[code, _GRANTED] += (stands == _GRANTED) - (before == _GRANTED)
        if outcomes and stands == _GRANTED:
            tally.rules[code, "defaulted" if outcomes[-1] else "repaid"] += 1


def _decisions(
    database: Database, sha256: str, since: str
) -> Iterator[Mapping[str, Any]]:
    """The facts of those by a policy."""
    after = 0
    while True:
        values = {"after": after, "since": since, "page": _AT_A_TIME}
        with database.read() as connection:
            rows = _DECISIONS.rows(connection, **values)
        for row in rows:
            if sha256 in row.facts:
                facts = orjson.loads(row.facts)
                if facts.get("policy") == sha256:
                    yield facts
        if len(rows) < _AT_A_TIME:
            return
        after = rows[-1].sequence


def _followed(
    database: Database, sha256: str, since: str
) -> Iterator[tuple[Mapping[str, Any], list[tuple[str, Any]]]]:
    """Of those that were reviewed, or have an outcome, their facts and these."""
    for _, rows in groupby(_acts(database, since), lambda row: row.subject_id):
        acts = list(rows)
        decided = acts[0].decided
        if acts[0].decided_as == DECISION and sha256 in decided:
            facts = orjson.loads(decided)
            if facts.get("policy") == sha256:
                yield facts, [(row.kind, orjson.loads(row.facts)) for row in acts]


def _acts(database: Database, since: str) -> Iterator[Any]:
    """By the decision that they are about, then in order."""
    subject, sequence = "", 0
    while True:
        with database.read() as connection:
            rows = _ACTS.rows(
                connection,
                subject=subject,
                sequence=sequence,
                since=since,
                page=_AT_A_TIME,
            )
        yield from rows
        if len(rows) < _AT_A_TIME:
            return
        subject, sequence = rows[-1].subject_id, rows[-1].sequence


_DECISIONS = Prepared(
    select(events.c.sequence, events.c.facts)
    .where(
        events.c.kind == DECISION,
        events.c.sequence > bindparam("after"),
        events.c.created_at >= bindparam("since"),
    )
    .order_by(events.c.sequence)
    .limit(bindparam("page"))
)
_OF = events.alias()
_ACTS = Prepared(
    select(
        events.c.subject_id,
        events.c.sequence,
        events.c.kind,
        events.c.facts,
        _OF.c.kind.label("decided_as"),
        _OF.c.facts.label("decided"),
    )
    .join(_OF, _OF.c.event_id == events.c.subject_id)
    .where(
        tuple_(events.c.subject_id, events.c.sequence)
        > tuple_(bindparam("subject"), bindparam("sequence")),
        # By the index of subjects, not that of kinds.
        of_kinds((REVIEW, OUTCOME)),
        _OF.c.created_at >= bindparam("since"),
    )
    .order_by(events.c.subject_id, events.c.sequence)
    .limit(bindparam("page"))
)
