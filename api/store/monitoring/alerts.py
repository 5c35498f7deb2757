"""Alerts: at most one is open per cause; each keeps what was posted about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Update, insert, select, update

from api.store.database import Database
from api.store.tables import alerts

Document = dict[str, Any]


@dataclass(frozen=True)
class StoredAlert:
    """An alert as it is answered, and how often it was changed."""

    document: Document
    revision: int


def open_of(database: Database, cause: str) -> StoredAlert | None:
    """The open alert of a cause."""
    return _one(database, alerts.c.open_cause == cause)


def find(database: Database, alert_id: str) -> StoredAlert | None:
    return _one(database, alerts.c.id == alert_id)


def with_status(database: Database, status: str) -> list[Document]:
    """The alerts that are open, closed, or all, newest first."""
    query = select(alerts.c.document).order_by(alerts.c.id.desc())
    chosen = {
        "open": query.where(alerts.c.open_cause.is_not(None)),
        "closed": query.where(alerts.c.open_cause.is_(None)),
    }.get(status, query)
    with database.read() as connection:
        return [json.loads(text) for text in connection.execute(chosen).scalars()]


def saving(document: Mapping[str, Any], before: StoredAlert | None) -> Insert | Update:
    """The statement that stores an alert, if it is still as it was `before`."""
    is_open = document["status"] == "open"
    row = {
        "open_cause": document["cause"] if is_open else None,
        "revision": before.revision + 1 if before else 1,
        "document": json.dumps(document, allow_nan=False, separators=(",", ":")),
    }
    if before is None:
        return insert(alerts).values(id=document["id"], **row)
    same = (alerts.c.id == document["id"]) & (alerts.c.revision == before.revision)
    return update(alerts).where(same).values(row)


def open_unless_open(connection: Connection, document: Document) -> None:
    """Open an alert, in a transaction that is given, unless its cause has one."""
    its = alerts.c.open_cause == document["cause"]
    if connection.execute(select(alerts.c.id).where(its)).first() is None:
        connection.execute(saving(document, None))


def _one(database: Database, which: ColumnElement[bool]) -> StoredAlert | None:
    query = select(alerts.c.document, alerts.c.revision).where(which)
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else StoredAlert(json.loads(row.document), row.revision)
