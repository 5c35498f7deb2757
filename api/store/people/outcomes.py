"""How loans turned out: the last outcome of a prediction counts, all of them stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from api.identifiers import parts
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import DECISION, OUTCOME
from api.store.tables import WHOSE, events, key_of, personal


@dataclass(frozen=True)
class Decided:
    """A decision, the facts of its outcome so far, and how many were recorded."""

    prediction_id: str
    client_id: ClientKey | None
    bundle_sha256: str
    outcome: dict[str, Any] | None = None
    count: int = 0


def decided(database: Database, prediction_ids: Sequence[str]) -> dict[str, Decided]:
    """The decisions among these predictions, by id."""
    decisions: dict[str, Decided] = {}
    with database.read() as connection:
        for part in parts(prediction_ids):
            query = (
                select(events, *WHOSE)
                .outerjoin(personal, personal.c.sequence == events.c.sequence)
                .where(events.c.event_id.in_(part), events.c.kind == DECISION)
            )
            for row in connection.execute(query):
                named = row.event_id, key_of(row), row.bundle_sha256
                decisions[row.event_id] = Decided(*named)
            outcomes = (
                select(events.c.subject_id, events.c.facts)
                .where(events.c.subject_id.in_(part), events.c.kind == OUTCOME)
                .order_by(events.c.sequence)
            )
            for row in connection.execute(outcomes):
                before = decisions[row.subject_id]
                decisions[row.subject_id] = observed(before, json.loads(row.facts))
    return decisions


def observed(before: Decided, outcome: dict[str, Any]) -> Decided:
    """The same decision with one outcome more."""
    return replace(before, outcome=outcome, count=before.count + 1)
