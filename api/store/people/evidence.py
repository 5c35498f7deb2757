"""What is on record of a client: evidence, declarations, and what stood before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select

from api.identifiers import parts
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import DECISION, DECLARATION, EVIDENCE, REVIEW, Check
from api.store.people.notes import of_kind_on
from api.store.people.predictions import recommended, recommended_by
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, WHOSE, events, key_of, personal
from policy.evidence import proves


@dataclass(frozen=True)
class OnRecord:
    """Evidence and declaration as they were answered; evidence newest first.

    `earlier`: what stands until now: `result`, `by` and `decided_at`.
    """

    evidence: tuple[Mapping[str, Any], ...] = ()
    declared: Mapping[str, Any] | None = None
    earlier: Mapping[str, Any] | None = None


def on_record(
    database: Database, client_ids: Sequence[ClientKey], earlier: bool = True
) -> dict[ClientKey, OnRecord]:
    """Of those of whom there is anything, by a statement for some hundred clients.

    `earlier`: also what stands, by another one.
    """
    rows: dict[ClientKey, list[Any]] = defaultdict(list)
    with database.read() as connection:
        for queries in (_SEEN, _STANDS) if earlier else (_SEEN,):
            for kind, query in queries.items():
                for part in parts([key for key in client_ids if type(key) is kind]):
                    for row in query.rows(connection, ids=part):
                        rows[key_of(row)].append(row)
    return {key: _on_record(found) for key, found in rows.items()}


def met(
    evidence: Sequence[Mapping[str, Any]], kind: str, within_days: int | None, day: str
) -> bool:
    """Whether the newest evidence of the kind that is valid on this day is proof.

    `evidence`: newest first.
    """
    oldest = ""
    if within_days is not None:
        oldest = (date.fromisoformat(day) - timedelta(days=within_days)).isoformat()
    valid = (
        one["result"]
        for one in evidence
        if one["kind"] == kind
        and one["consulted_at"] >= oldest
        and (one["valid_until"] is None or one["valid_until"] >= day)
    )
    return proves(kind, next(valid, ""))


def requirements(
    requires: Iterable[Mapping[str, Any]],
    evidence: Sequence[Mapping[str, Any]],
    day: str,
    signed: bool = False,
) -> list[dict[str, Any]]:
    """What a grant needs, by a decision's facts, and whether it is there on this day.

    `evidence`: newest first. `signed`: two people have granted it.
    """
    return [
        {
            **required,
            "met": signed
            if required["effect"] == "second_review"
            else met(evidence, required["evidence"], required["within_days"], day),
        }
        for required in requires
    ]


def of_client(connection: Connection, client_id: ClientKey) -> list[Mapping[str, Any]]:
    """All evidence of a client, newest first."""
    return newest_first(of_kind_on(connection, client_id, EVIDENCE))


def none_since(client_id: ClientKey, evidence: Sequence[Mapping[str, Any]]) -> Check:
    """That no more was recorded of the client since this was read."""
    return Check(_COUNT[type(client_id)], len(evidence), {"client_id": client_id})


def newest_first(evidence: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """By when it was consulted, then by when it was recorded."""
    return sorted(
        evidence, key=lambda one: (one["consulted_at"], one["created_at"]), reverse=True
    )


def _on_record(rows: Sequence[Any]) -> OnRecord:
    of_kind: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_kind[row.kind].append(row)
    read = {
        kind: [orjson.loads(row.answer or "null") for row in of_kind[kind]]
        for kind in (EVIDENCE, DECLARATION, REVIEW)
    }
    record = OnRecord(tuple(newest_first(read[EVIDENCE])))
    if read[DECLARATION]:
        record = replace(record, declared=read[DECLARATION][0])
    if read[REVIEW]:
        review = read[REVIEW][0]
        stands = {"result": review["decision"], "by": "person"}
        return replace(record, earlier=stands | {"decided_at": review["created_at"]})
    for row in of_kind[DECISION]:
        facts = orjson.loads(row.facts)
        stands = {"result": recommended(facts), "by": recommended_by(facts)}
        return replace(record, earlier=stands | {"decided_at": row.created_at})
    return record


def _newest(column: str) -> Select[Any]:
    """Of each client the newest review, and the newest decision."""
    place = func.row_number().over(
        partition_by=(personal.c[column], events.c.kind),
        order_by=personal.c.sequence.desc(),
    )
    # Of the many that are not taken no more is read than where they are.
    ranked = (
        select(personal.c.sequence, place.label("place"))
        .join_from(personal, events, events.c.sequence == personal.c.sequence)
        .where(_some(column), events.c.kind.in_((REVIEW, DECISION)))
        .subquery()
    )
    answer = case((events.c.kind == REVIEW, personal.c.answer))
    return (
        select(*WHOSE, events.c.kind, events.c.created_at, events.c.facts)
        .add_columns(answer.label("answer"))
        .join_from(ranked, events, events.c.sequence == ranked.c.sequence)
        .join(personal, personal.c.sequence == ranked.c.sequence)
        .where(ranked.c.place == 1)
    )


def _seen(column: str) -> Select[Any]:
    """All evidence and declarations, newest first."""
    return (
        select(*WHOSE, events.c.kind, personal.c.answer)
        .join_from(personal, events, events.c.sequence == personal.c.sequence)
        .where(_some(column), events.c.kind.in_((EVIDENCE, DECLARATION)))
        .order_by(personal.c.sequence.desc())
    )


def _some(column: str) -> ColumnElement[bool]:
    return personal.c[column].in_(bindparam("ids", expanding=True))


_COUNT = {
    kind: Prepared(
        select(func.count())
        .select_from(personal)
        .join(events, events.c.sequence == personal.c.sequence)
        .where(personal.c[column] == bindparam("client_id"), events.c.kind == EVIDENCE)
    )
    for kind, column in KEY_COLUMNS.items()
}
_SEEN = {
    kind: Prepared(_seen(column), many="ids") for kind, column in KEY_COLUMNS.items()
}
_STANDS = {
    kind: Prepared(_newest(column), many="ids") for kind, column in KEY_COLUMNS.items()
}
