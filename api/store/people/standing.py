"""What stands for a client: the newest final review, else the newest decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.packing import vector
from api.store.events.record import CONTEST, DECISION, REVIEW, SIGNATURE, Check
from api.store.people.predictions import StoredPrediction, still_kept, stored
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, WHOSE, events, personal

# Of a client, what was contested and what answered it.
CONTESTING = (CONTEST, REVIEW)
# What people do about a decision.
ACTS = (REVIEW, SIGNATURE)


@dataclass(frozen=True)
class Contesting:
    """A contest, which `waits` for an answer, or the review that was one."""

    event_id: str
    waits: bool
    created_at: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Signed:
    """The first of two signatures, as it was answered; `by`: the id of who signed."""

    review: Mapping[str, Any]
    by: str


@dataclass(frozen=True)
class Acts:
    """What people did: the review that stands, and a first signature after it."""

    review: Mapping[str, Any] | None = None
    signature: Signed | None = None

    @property
    def newest(self) -> str | None:
        """The id of the last of them."""
        last = self.signature.review if self.signature else self.review
        return None if last is None else str(last["review_id"])


@dataclass(frozen=True)
class StandingRecord:
    """`decided`: what the review is about, else the newest decision, `latest`.

    `features`: the vector that `latest` was scored from, as it is stored.
    """

    decided: StoredPrediction
    latest: StoredPrediction
    features: bytes
    acts: Acts

    @property
    def review(self) -> Mapping[str, Any] | None:
        return self.acts.review


def standing(database: Database, client_id: ClientKey) -> StandingRecord | None:
    """The decision that stands for a client; None before the first decision."""
    with database.read() as connection:
        return standing_on(connection, client_id)


def standing_on(connection: Connection, client_id: ClientKey) -> StandingRecord | None:
    """The same, in a transaction that is given."""
    acts = _acts(connection, client_id, "")
    newest = _DECISION_OF_CLIENT[type(client_id)].row(connection, client_id=client_id)
    if newest is None:
        return None
    latest, features = stored(newest), vector(newest._asdict()) or b""
    if acts.review is None:
        return StandingRecord(latest, latest, features, acts)
    decided = _decided(connection, acts.review["prediction_id"]) or latest
    return StandingRecord(decided, latest, features, acts)


def acts_on(
    database: Database, client_id: ClientKey | None, prediction_id: str
) -> Acts:
    """The newest of the client; of the prediction when nobody knows whose."""
    with database.read() as connection:
        return _acts(connection, client_id, prediction_id)


def standing_review(
    database: Database, client_id: ClientKey | None, prediction_id: str
) -> dict[str, Any] | None:
    """The final review among them."""
    review = acts_on(database, client_id, prediction_id).review
    return None if review is None else dict(review)


def _acts(
    connection: Connection, client_id: ClientKey | None, prediction_id: str
) -> Acts:
    values = {"client_id": client_id, "prediction_id": prediction_id}
    act = _NEWEST[type(client_id), ACTS].row(connection, **values)
    if act is None:
        return Acts()
    if act.kind == REVIEW:
        return Acts(json.loads(act.answer))
    signed = Signed(json.loads(act.answer), json.loads(act.request)["signer"])
    review = _NEWEST[type(client_id), (REVIEW,)].row(connection, **values)
    return Acts(None if review is None else json.loads(review.answer), signed)


def contesting(database: Database, client_id: ClientKey) -> Contesting | None:
    """The newest event of those that contest a decision or answer that."""
    with database.read() as connection:
        return contesting_on(connection, client_id)


def contesting_on(connection: Connection, client_id: ClientKey) -> Contesting | None:
    """The same, in a transaction that is given."""
    query = _CONTESTING_OF_CLIENT[type(client_id)]
    row = query.row(connection, client_id=client_id, mine="")
    if row is None:
        return None
    waits, facts = row.kind == CONTEST, json.loads(row.facts)
    return Contesting(row.event_id, waits, row.created_at, facts)


def still_contesting(
    client_id: ClientKey, mine: str, before: Contesting | None
) -> Check:
    """That no other such event came since, but `mine`."""
    values = {"client_id": client_id, "mine": mine}
    query = _CONTESTING_OF_CLIENT[type(client_id)]
    return Check(query, before and before.event_id, values)


def still_standing(
    client_id: ClientKey | None, prediction_id: str, mine: str, before: Acts
) -> tuple[Check, ...]:
    """That what is reviewed was not erased, and nobody acted since, but by `mine`."""
    values = {"client_id": client_id, "prediction_id": prediction_id, "mine": mine}
    query = _OTHER_OF_CLIENT.get(type(client_id), _OTHER_OF_PREDICTION)
    return Check(query, before.newest, values), *still_kept([prediction_id])


def _decided(connection: Connection, prediction_id: str) -> StoredPrediction | None:
    row = _BY_ID.row(connection, prediction_id=prediction_id)
    return None if row is None else stored(row)


_SOME = (
    select(events.c.kind, personal.c.answer, personal.c.request)
    .select_from(personal)
    .join(events, events.c.sequence == personal.c.sequence)
    .order_by(personal.c.sequence.desc())
    .limit(1)
)
_OTHERS = _SOME.with_only_columns(events.c.event_id).where(
    events.c.kind.in_(ACTS), events.c.event_id != bindparam("mine")
)
_CLIENTS = {
    kind: personal.c[column] == bindparam("client_id")
    for kind, column in KEY_COLUMNS.items()
}
_PREDICTIONS = events.c.subject_id == bindparam("prediction_id")
_NEWEST = {
    (kind, kinds): Prepared(_SOME.where(its, events.c.kind.in_(kinds)))
    for kind, its in {**_CLIENTS, type(None): _PREDICTIONS}.items()
    for kinds in (ACTS, (REVIEW,))
}
_OTHER_OF_CLIENT = {k: Prepared(_OTHERS.where(its)) for k, its in _CLIENTS.items()}
_OTHER_OF_PREDICTION = Prepared(_OTHERS.where(_PREDICTIONS))
_CONTESTING_OF_CLIENT = {
    k: Prepared(
        select(events.c.event_id, events.c.kind, events.c.created_at, events.c.facts)
        .select_from(personal)
        .join(events, events.c.sequence == personal.c.sequence)
        .where(
            its,
            events.c.kind.in_(CONTESTING),
            events.c.event_id != bindparam("mine"),
        )
        .order_by(personal.c.sequence.desc())
        .limit(1)
    )
    for k, its in _CLIENTS.items()
}
_DECISIONS = (
    select(events, *WHOSE, personal.c.request, personal.c.features, personal.c.packed)
    .join(personal, personal.c.sequence == events.c.sequence)
    .where(events.c.kind == DECISION)
    .order_by(personal.c.sequence.desc())
    .limit(1)
)
_DECISION_OF_CLIENT = {
    k: Prepared(_DECISIONS.where(its)) for k, its in _CLIENTS.items()
}
# The one that a review is about may have been erased, with the time it is kept.
_BY_ID = Prepared(
    select(events, *WHOSE, personal.c.request)
    .outerjoin(personal, personal.c.sequence == events.c.sequence)
    .where(events.c.event_id == bindparam("prediction_id"))
)
