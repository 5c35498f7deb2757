"""Notes on a client, what they contested and the like, as they were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, select

from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.record import CONTEST, REVIEW
from api.store.people.standing import CONTESTING
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, events, personal


def of_kind(
    database: Database, client_id: ClientKey, kind: str
) -> list[dict[str, Any]]:
    """What was recorded of a client by itself, such as notes; newest first."""
    with database.read() as connection:
        return of_kind_on(connection, client_id, kind)


def of_kind_on(
    connection: Connection, client_id: ClientKey, kind: str
) -> list[dict[str, Any]]:
    """The same, in a transaction that is given."""
    written = _recorded(connection, client_id, (kind,))
    return [document for _, document in written][::-1]


def contests(database: Database, client_id: ClientKey) -> list[dict[str, Any]]:
    """Newest first, each with the review that answered it."""
    found: list[dict[str, Any]] = []
    with database.read() as connection:
        recorded = list(_recorded(connection, client_id, CONTESTING))
    for kind, document in recorded:
        if kind == CONTEST:
            found.append(document)
        elif kind == REVIEW and found and found[-1]["answered_by"] is None:
            found[-1]["answered_by"] = document["review_id"]
    return found[::-1]


def _recorded(
    connection: Connection, client_id: ClientKey, kinds: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and document of the client's events, oldest first."""
    query = _OF_CLIENT[type(client_id)]
    for row in query.rows(connection, client_id=client_id, kinds=kinds):
        yield row.kind, json.loads(row.answer)


_OF_CLIENT = {
    kind: Prepared(
        select(events.c.kind, personal.c.answer)
        .select_from(personal)
        .join(events, events.c.sequence == personal.c.sequence)
        .where(
            personal.c[column] == bindparam("client_id"),
            events.c.kind.in_(bindparam("kinds", expanding=True)),
        )
        .order_by(personal.c.sequence),
        many="kinds",
    )
    for kind, column in KEY_COLUMNS.items()
}
