"""How often the rules of a policy fired, and what became of those loans.

Of its decisions, whoever they are about: what is erased of a person leaves the facts of
events. All are read once, in steps each of which is short, from the moment at which the
policy was added; from then on a process reads only what was added since.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import bindparam, func, select, tuple_

from api.identifiers import parts
from api.store.database import Database
from api.store.events.pages import of_kinds
from api.store.events.record import DECISION, OUTCOME, REVIEW
from api.store.policies import StoredPolicy
from api.store.prepared import Prepared
from api.store.tables import events

_AT_A_TIME = 5000
_COUNTED = ("fired", "unknown", "granted", "repaid", "defaulted")
_ACTED = (REVIEW, OUTCOME)
_GRANTED, _FIRED = "granted", "fired"


@dataclass
class _Tally:
    """Up to the event `after`; `rules`: by code and what of it is counted."""

    after: int = 0
    decisions: int = 0
    recommendations: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)

    def decided(self, facts: Mapping[str, Any]) -> None:
        recommendation = facts["recommendation"]
        self.decisions += 1
        self.recommendations[recommendation] += 1
        for code, state in facts.get("rules", {}).items():
            self.rules[code, state] += 1
            if state == _FIRED and recommendation == _GRANTED:
                self.rules[code, _GRANTED] += 1

    def followed(
        self, facts: Mapping[str, Any], acts: Iterable[Any], times: int
    ) -> None:
        """Count what became of one decision; `acts`: reviews and outcomes, in order."""
        told = [(act.kind, orjson.loads(act.facts)) for act in acts]
        reviews = [act["decision"] for kind, act in told if kind == REVIEW]
        outcomes = [act["defaulted"] for kind, act in told if kind == OUTCOME]
        before = facts["recommendation"]
        stands = reviews[-1] if reviews else before
        for code, state in facts.get("rules", {}).items():
            if state != _FIRED:
                continue
            more = (stands == _GRANTED) - (before == _GRANTED)
            self.rules[code, _GRANTED] += times * more
            if outcomes and stands == _GRANTED:
                became = "defaulted" if outcomes[-1] else "repaid"
                self.rules[code, became] += times


class Results:
    """Those of each policy, as far as this process has read events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[str, _Tally] = {}

    def of(self, policy: StoredPolicy, codes: Sequence[str]) -> dict[str, Any]:
        """The PolicyResults of api.schemas.policies; `codes`: of its rules."""
        with self._database.slot(), self._lock:
            # What fails half way changes nothing.
            tally = deepcopy(self._known.get(policy.sha256, _Tally()))
            self._read_on(tally, policy)
            self._known[policy.sha256] = tally
        return {
            "sha256": policy.sha256,
            "decisions": tally.decisions,
            "recommendations": dict(tally.recommendations),
            "rules": [
                {"code": code, **{name: tally.rules[code, name] for name in _COUNTED}}
                for code in codes
            ],
        }

    def _read_on(self, tally: _Tally, policy: StoredPolicy) -> None:
        with self._database.read() as connection:
            until = _NEWEST.scalar(connection) or 0
        ends = {"until": until, "since": policy.added_at or ""}
        for row in self._pages(_DECISIONS, after=tally.after, **ends):
            if facts := _facts(row.facts, policy):
                tally.decided(facts)
        rows = self._acts(ends) if tally.after == 0 else self._new(tally.after, ends)
        for _, of_one in groupby(rows, lambda row: row.subject_id):
            acts = list(of_one)
            is_decision = acts[0].decided_as == DECISION
            if is_decision and (facts := _facts(acts[0].decided, policy)):
                known = [act for act in acts if act.sequence <= tally.after]
                tally.followed(facts, known, -1)
                tally.followed(facts, acts, 1)
        tally.after = until

    def _acts(self, ends: Mapping[str, Any]) -> Iterator[Any]:
        """All, by the decision that they are about, then in order."""
        subject, after = "", 0
        while True:
            place = {"subject": subject, "after": after, "page": _AT_A_TIME}
            with self._database.read() as connection:
                rows = _ACTS.rows(connection, **place, **ends)
            yield from rows
            if len(rows) < _AT_A_TIME:
                return
            subject, after = rows[-1].subject_id, rows[-1].sequence

    def _new(self, after: int, ends: Mapping[str, Any]) -> Iterator[Any]:
        """In the same order, of decisions of which there are some after a sequence."""
        until = ends["until"]
        subjects = {
            row.subject_id
            for kind in _ACTED
            for row in self._pages(_SUBJECTS, kind=kind, after=after, until=until)
        }
        for part in parts(sorted(subjects)):
            with self._database.read() as connection:
                rows = _ACTS_OF.rows(connection, ids=part, **ends)
            yield from rows

    def _pages(self, query: Prepared, after: int, **values: Any) -> Iterator[Any]:
        while True:
            with self._database.read() as connection:
                rows = query.rows(connection, after=after, page=_AT_A_TIME, **values)
            yield from rows
            if len(rows) < _AT_A_TIME:
                return
            after = rows[-1].sequence


def _facts(text: str, policy: StoredPolicy) -> Mapping[str, Any] | None:
    """Of a decision by this policy."""
    if policy.sha256 not in text:
        return None
    facts: Mapping[str, Any] = orjson.loads(text)
    return facts if facts.get("policy") == policy.sha256 else None


_UNTIL = events.c.sequence <= bindparam("until")
_LATER = events.c.sequence > bindparam("after")
_NEWEST = Prepared(select(func.max(events.c.sequence)))
_DECISIONS = Prepared(
    select(events.c.sequence, events.c.facts)
    .where(events.c.kind == DECISION, _LATER, _UNTIL)
    .where(events.c.created_at >= bindparam("since"))
    .order_by(events.c.sequence)
    .limit(bindparam("page"))
)
_SUBJECTS = Prepared(
    select(events.c.sequence, events.c.subject_id)
    .where(events.c.kind == bindparam("kind"), _LATER, _UNTIL)
    .order_by(events.c.sequence)
    .limit(bindparam("page"))
)
_OF = events.alias()
_PLACE = tuple_(events.c.subject_id, events.c.sequence)
# By the index of subjects, not that of kinds.
_ACTED_ON = (
    select(events.c.subject_id, events.c.sequence, events.c.kind, events.c.facts)
    .add_columns(_OF.c.kind.label("decided_as"), _OF.c.facts.label("decided"))
    .join(_OF, _OF.c.event_id == events.c.subject_id)
    .where(of_kinds(_ACTED), _UNTIL, _OF.c.created_at >= bindparam("since"))
    .order_by(*_PLACE.clauses)
)
_ACTS = Prepared(
    _ACTED_ON.where(_PLACE > tuple_(bindparam("subject"), bindparam("after"))).limit(
        bindparam("page")
    )
)
_ACTS_OF = Prepared(
    _ACTED_ON.where(events.c.subject_id.in_(bindparam("ids", expanding=True))),
    many="ids",
)
