"""Offers that were made to clients; the newest of a client stands while it is valid."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, select

from api.errors import Gone
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import OFFER
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, WHOSE, events, key_of, personal


def find(
    database: Database, client_id: ClientKey, offer_id: str
) -> dict[str, Any] | None:
    """The client's offer of this id; raises Gone when whose it was is erased."""
    with database.read() as connection:
        row = _OF_ID.row(connection, event_id=offer_id)
    if row is not None and row.answer is None:
        raise Gone(f"Whom offer {offer_id} was made to has been erased.")
    if row is None or key_of(row) != client_id:
        return None
    offer: dict[str, Any] = json.loads(row.answer)
    return offer


def standing(
    database: Database, client_id: ClientKey, today: str
) -> dict[str, Any] | None:
    """The client's newest offer, unless the day until which it is valid is over."""
    with database.read() as connection:
        query = _NEWEST_OF_CLIENT[type(client_id)]
        answer = query.scalar(connection, client_id=client_id)
    offer: dict[str, Any] | None = None if answer is None else json.loads(answer)
    return offer if offer and offer["valid_until"] >= today else None


_OF_ID = Prepared(
    select(*WHOSE, personal.c.answer)
    .select_from(events)
    .outerjoin(personal, personal.c.sequence == events.c.sequence)
    .where(events.c.kind == OFFER, events.c.event_id == bindparam("event_id"))
)
_NEWEST_OF_CLIENT = {
    kind: Prepared(
        select(personal.c.answer)
        .join(events, events.c.sequence == personal.c.sequence)
        .where(personal.c[column] == bindparam("client_id"), events.c.kind == OFFER)
        .order_by(personal.c.sequence.desc())
        .limit(1)
    )
    for kind, column in KEY_COLUMNS.items()
}
