"""How far standing decisions were delivered, and which are to be tried again.

One process delivers at a time: who holds the lease, which runs out when it is not
renewed. Clocks of machines that deliver in turns may differ by less than it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from api.identifiers import moment, now
from api.store.database import Database
from api.store.tables import delivered, deliveries

LEASE_SECONDS = 90.0


class LeaseLost(Exception):
    """Another process delivers now."""


@dataclass(frozen=True)
class Waiting:
    """One that failed `attempts` times; none: it waits for one of the same client."""

    sequence: int
    client: str | None
    attempts: int


class Lease:
    """One process's turn to deliver; what it did is recorded while it holds it."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder

    def take(self) -> int:
        """Take or renew it; answers how far all was dealt with. Raises LeaseLost."""
        free = or_(
            delivered.c.holder.is_(None),
            delivered.c.holder == self._holder,
            delivered.c.held_until < now(),
        )
        with self._database.write() as connection:
            self._renew(connection, free)
            return int(connection.execute(select(delivered.c.sequence)).scalar_one())

    def give_back(self) -> None:
        mine = delivered.c.holder == self._holder
        with self._database.write() as connection:
            connection.execute(update(delivered).where(mine).values(holder=None))

    def passed(self, sequence: int, *waits: Waiting, pause: float = 0) -> None:
        """All up to `sequence` are dealt with: were delivered, or are these."""
        with self._database.write() as connection:
            self._renew(connection, delivered.c.holder == self._holder)
            connection.execute(update(delivered).values(sequence=sequence))
            for one in waits:
                row = {**vars(one), "next_at": _in(pause)}
                connection.execute(insert(deliveries).values(row))

    def retried(self, one: Waiting, pause: float | None) -> None:
        """It was delivered when there is no pause, else it failed once more."""
        its = deliveries.c.sequence == one.sequence
        with self._database.write() as connection:
            self._renew(connection, delivered.c.holder == self._holder)
            if pause is None:
                connection.execute(delete(deliveries).where(its))
            else:
                later = {"attempts": one.attempts + 1, "next_at": _in(pause)}
                connection.execute(update(deliveries).where(its).values(later))

    def _renew(self, connection: Connection, where: Any) -> None:
        renewed = update(delivered).where(where)
        renewed = renewed.values(holder=self._holder, held_until=_in(LEASE_SECONDS))
        counted = {"preserve_rowcount": True}
        if connection.execute(renewed, execution_options=counted).rowcount != 1:
            raise LeaseLost


def due(database: Database, limit: int) -> Sequence[Waiting]:
    """Those to be tried again by now, of each client the first alone."""
    earlier = deliveries.alias()
    blocked = exists().where(
        earlier.c.client == deliveries.c.client,
        earlier.c.sequence < deliveries.c.sequence,
    )
    query = (
        select(deliveries.c.sequence, deliveries.c.client, deliveries.c.attempts)
        .where(deliveries.c.next_at <= now(), ~blocked)
        .order_by(deliveries.c.sequence)
        .limit(limit)
    )
    with database.read() as connection:
        return [Waiting(*row) for row in connection.execute(query)]


def is_waiting(database: Database, client: str | None) -> bool:
    """Whether one of this client waits, so that later ones must, too."""
    query = select(exists().where(deliveries.c.client == client))
    with database.read() as connection:
        return client is not None and bool(connection.execute(query).scalar())


def count(database: Database) -> int:
    """How many wait to be tried again."""
    with database.read() as connection:
        counted = connection.execute(select(func.count()).select_from(deliveries))
        return int(counted.scalar_one())


def _in(seconds: float) -> str:
    return moment(datetime.now(UTC) + timedelta(seconds=seconds))
