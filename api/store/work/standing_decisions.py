"""What came to stand, in the order of the commits, for who goes on from there.

A recommendation comes to stand when nobody has decided on the client before it; a
person's final review always does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from api.identifiers import parts
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import DECISION, OFFER, REVIEW
from api.store.people.predictions import recommended, recommended_by
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, WHOSE, events, key_of, personal


@dataclass(frozen=True)
class Stood:
    """Some of what came to stand; `next_after`: up to which sequence was looked."""

    decisions: list[dict[str, Any]]
    next_after: int


def standing_decisions(database: Database, after: int, limit: int) -> Stood:
    """Those among the next `limit` decisions and reviews after a sequence."""
    with database.read() as connection:
        # Of two queries the later one may see more: both end where this did.
        newest = _NEWEST.scalar(connection) or 0
        rows = [
            row
            for kind in (DECISION, REVIEW)
            for row in _OF_KIND.rows(
                connection, kind=kind, after=after, until=newest, most=limit
            )
        ]
        rows = sorted(rows, key=lambda row: row.sequence)[:limit]
        acts = _acts(connection, rows, newest)
    told = [_told(row, acts.get(key_of(row), ())) for row in rows]
    return Stood(
        decisions=[one for one in told if one is not None],
        next_after=rows[-1].sequence if rows else after,
    )


def _told(row: Any, acts: Sequence[Any]) -> dict[str, Any] | None:
    """None of a decision that does not stand. `acts`: of its client, oldest first."""
    before = [act for act in acts if act.sequence < row.sequence]
    reviewed = row.kind == REVIEW
    if not reviewed and any(act.kind == REVIEW for act in before):
        return None
    offers = [act for act in before if act.kind == OFFER]
    review = json.loads(row.answer) if reviewed and row.answer else {}
    facts = json.loads(row.facts)
    return {
        "sequence": row.sequence,
        "client_id": key_of(row),
        "prediction_id": row.subject_id if reviewed else row.event_id,
        "review_id": row.event_id if reviewed else None,
        "offer_id": _valid(offers, row.created_at[:10]),
        "result": facts["decision"] if reviewed else recommended(facts),
        "by": "person" if reviewed else recommended_by(facts),
        "reviewer": review.get("reviewer"),
        "signer": review.get("signer"),
        "decided_at": row.created_at,
    }


def _valid(offers: Sequence[Any], day: str) -> str | None:
    """The newest one takes the place of those before."""
    if offers and json.loads(offers[-1].facts)["valid_until"] >= day:
        return str(offers[-1].event_id)
    return None


def _acts(
    connection: Connection, rows: Sequence[Any], until: int
) -> Mapping[ClientKey, list[Any]]:
    """The reviews of these clients, and what was offered to them."""
    found = defaultdict(list)
    for kind, query in _ACTS.items():
        keys: list[Any] = [key for key in map(key_of, rows) if type(key) is kind]
        for part in parts(list(dict.fromkeys(keys))):
            for act in query.rows(connection, ids=part, until=until):
                found[key_of(act)].append(act)
    return found


_NEWEST = Prepared(select(func.max(events.c.sequence)))
_AFTER: BindParameter[int] = bindparam("after")
_OF_KIND = Prepared(
    select(events, *WHOSE, personal.c.answer)
    .outerjoin(
        personal,
        # Both ends twice, so that neither table is read from its first row on.
        (personal.c.sequence == events.c.sequence) & (personal.c.sequence > _AFTER),
    )
    .where(
        events.c.kind == bindparam("kind"),
        events.c.sequence > _AFTER,
        events.c.sequence <= bindparam("until"),
    )
    .order_by(events.c.sequence)
    .limit(bindparam("most"))
)
_ACTS = {
    kind: Prepared(
        select(events.c.sequence, events.c.kind, events.c.event_id, events.c.facts)
        .add_columns(*WHOSE)
        .select_from(personal)
        .join(events, events.c.sequence == personal.c.sequence)
        .where(
            personal.c[column].in_(bindparam("ids", expanding=True)),
            personal.c.sequence <= bindparam("until"),
            events.c.kind.in_((REVIEW, OFFER)),
        )
        .order_by(events.c.sequence),
        many="ids",
    )
    for kind, column in KEY_COLUMNS.items()
}
