"""Predictions with their reviews, as they are read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from api.errors import Gone
from api.identifiers import AT_A_TIME, parts
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.kept import KEPT
from api.store.events.record import DECISION, PREDICTIONS, REVIEW, SIGNATURE, Check
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, WHOSE, events, key_of, personal


@dataclass(frozen=True)
class StoredPrediction:
    """A decision or simulation; `facts` as recorded.

    Of a what-if `changes`, and the `terms` that it asked by, if it did. `basis`: the
    application's terms and the import that it was made on; none in events of before
    they were noted, and in what was erased.
    """

    sequence: int
    prediction_id: str
    kind: str
    client_id: ClientKey | None
    created_at: str
    bundle_sha256: str
    facts: dict[str, Any]
    changes: dict[str, Any] | None
    terms: dict[str, Any] | None
    basis: dict[str, Any] | None

    @property
    def model(self) -> dict[str, Any]:
        """Name, version and bundle of the model that answered."""
        return {**self.facts["model"], "bundle_sha256": self.bundle_sha256}


def recommended(facts: Mapping[str, Any]) -> str | None:
    """What was recommended in a decision; before there were policies, the model's."""
    told: str | None = facts.get("recommendation", facts.get("decision"))
    return told


def recommended_by(facts: Mapping[str, Any]) -> str:
    """Who: the policy where it is not what the model decided."""
    return "model" if recommended(facts) == facts.get("decision") else "policy"


def find(database: Database, prediction_id: str) -> StoredPrediction | None:
    """The prediction of this id; raises Gone when it was erased."""
    with database.read() as connection:
        row = _OF_ID.row(connection, event_id=prediction_id)
    if row is not None and row.request is None:
        raise Gone(f"Whom prediction {prediction_id} was about has been erased.")
    return None if row is None else stored(row)


def of_client(
    database: Database,
    client_id: ClientKey,
    kinds: Sequence[str],
    before: int,
    limit: int,
) -> list[StoredPrediction]:
    """A client's predictions of these kinds below the sequence, newest first."""
    values = {"client_id": client_id, "before": before, "page": limit, "kinds": kinds}
    with database.read() as connection:
        rows = _OF_CLIENT[type(client_id)].rows(connection, **values)
    return [stored(row) for row in rows]


def newest_decisions(database: Database, last: int) -> Iterator[Sequence[Any]]:
    """The rows of so many of the newest, with all that was kept of each."""
    before = 2**62
    while last > 0:
        values = {"before": before, "page": min(last, AT_A_TIME)}
        with database.read() as connection:
            rows = _NEWEST_DECISIONS.rows(connection, **values)
        if not rows:
            return
        yield rows
        last, before = last - len(rows), rows[-1].sequence


def reviews(
    database: Database, prediction_ids: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """The reviews of each prediction, oldest first: the last final one stands."""
    by_prediction: dict[str, list[dict[str, Any]]] = {
        prediction_id: [] for prediction_id in prediction_ids
    }
    if not prediction_ids:
        return by_prediction
    with database.read() as connection:
        for row in _REVIEWS.rows(connection, ids=prediction_ids):
            by_prediction[row.subject_id].append(json.loads(row.answer))
    return by_prediction


_PREDICTIONS = (
    select(events, *WHOSE, personal.c.request)
    .outerjoin(personal, personal.c.sequence == events.c.sequence)
    .where(events.c.kind.in_(PREDICTIONS))
)
_OF_ID = Prepared(_PREDICTIONS.where(events.c.event_id == bindparam("event_id")))
_OF_CLIENT = {
    kind: Prepared(
        _PREDICTIONS.where(
            personal.c[column] == bindparam("client_id"),
            personal.c.sequence < bindparam("before"),
            events.c.kind.in_(bindparam("kinds", expanding=True)),
        )
        .order_by(personal.c.sequence.desc())
        .limit(bindparam("page")),
        many="kinds",
    )
    for kind, column in KEY_COLUMNS.items()
}
_NEWEST_DECISIONS = Prepared(
    select(events, *WHOSE, *KEPT)
    .outerjoin(personal, personal.c.sequence == events.c.sequence)
    .where(events.c.kind == DECISION, events.c.sequence < bindparam("before"))
    .order_by(events.c.sequence.desc())
    .limit(bindparam("page"))
)
_REVIEWS = Prepared(
    select(events.c.subject_id, personal.c.answer)
    .join(personal, personal.c.sequence == events.c.sequence)
    .where(
        events.c.subject_id.in_(bindparam("ids", expanding=True)),
        events.c.kind.in_((REVIEW, SIGNATURE)),
    )
    .order_by(events.c.sequence),
    many="ids",
)


def still_kept(prediction_ids: Sequence[str]) -> tuple[Check, ...]:
    """That none of these predictions was erased since it was read."""
    ids = sorted(set(prediction_ids))
    return tuple(Check(_KEPT, len(part), {"ids": part}) for part in parts(ids))


_KEPT = Prepared(
    select(func.count())
    .select_from(personal)
    .join(events, events.c.sequence == personal.c.sequence)
    .where(events.c.event_id.in_(bindparam("ids", expanding=True))),
    many="ids",
)


def stored(row: Any) -> StoredPrediction:
    """A row of events, with whose it is and `request` of its personal part."""
    request = json.loads(row.request) if row.request else {}
    return StoredPrediction(
        sequence=row.sequence,
        prediction_id=row.event_id,
        kind=row.kind,
        client_id=key_of(row),
        created_at=row.created_at,
        bundle_sha256=row.bundle_sha256,
        facts=json.loads(row.facts),
        changes=request.get("changes"),
        terms=request.get("terms"),
        basis=request.get("basis"),
    )
