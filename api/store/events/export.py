"""Events in the order they were committed, without what tells a person."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, case, null, select

from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.events.pages import pages
from api.store.events.record import OUTCOME, PREDICTIONS, REVIEW
from api.store.tables import WHOSE, events, personal, secrets

KINDS = (*PREDICTIONS, REVIEW, OUTCOME)
_AT_A_TIME = 500


class Pseudonyms:
    """The same client always has the same one, and only the database can tell whose."""

    def __init__(self, database: Database) -> None:
        query = select(secrets.c.value).where(secrets.c.name == "pseudonyms")
        with database.read() as connection:
            self._key = bytes.fromhex(connection.execute(query).scalar_one())

    def of(self, client_id: ClientKey | None) -> str | None:
        if client_id is None:
            return None
        return self._keyed(str(client_id))[:32]

    def of_person(self, facts: str | None) -> str | None:
        """Of what tells a person again, by whatever key."""
        return None if facts is None else self._keyed(f"person\n{facts}")

    def _keyed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def rows(
    database: Database, kinds: Sequence[str], after: int, limit: int, features: bool
) -> Iterator[Sequence[Row[Any]]]:
    """Up to `limit` events after a sequence, some at a time, and at least one time."""
    columns: list[ColumnElement[Any]] = [
        personal.c.features,
        personal.c.packed,
        personal.c.request,
    ]
    if not features:
        columns = [null().label(column.name) for column in columns]
    # Of a prediction it is packed with the features, unless it is from long ago.
    reviews = case((events.c.kind == REVIEW, personal.c.answer))
    columns += [reviews.label("answer"), *WHOSE]
    at_a_time = min(limit, _AT_A_TIME)
    for page in pages(database.read, columns, kinds, at_a_time, after):
        yield page[:limit]
        limit -= len(page)
        if limit <= 0:
            return
