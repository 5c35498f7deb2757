"""What a retention period would erase, and whether the clock that says so is right.

A clock that is ahead makes everything old, and what is erased is gone for ever. Where
decisions are made each day there is one from shortly before now, and what would be
erased reaches up to what would stay: also when decisions were already recorded by the
wrong clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from api.errors import ClockDoubted
from api.store.database import Database
from api.store.events.record import ERASURE
from api.store.people.erasure import outdated
from api.store.tables import events, personal

_LONGEST_SILENCE = timedelta(days=7)


@dataclass(frozen=True)
class RetentionPreview:
    """Moments of the events to erase, of the first to stay, and of the newest one."""

    count: int
    first: str | None
    last: str | None
    first_to_stay: str | None
    newest: str | None

    def __str__(self) -> str:
        if self.last is None:
            return "no events"
        return f"{self.count} events from {self.first} to {self.last}"

    def require_likely(self, now: str) -> None:
        """Raise ClockDoubted when the moment `now` seems to be too late."""
        if self.last is None or self.newest is None:
            return
        if (
            self.first_to_stay is None
            or _is_silent(self.last, self.first_to_stay)
            or _is_silent(self.newest, now)
        ):
            stays = f"the next one is from {self.first_to_stay}"
            raise ClockDoubted(
                f"nothing was erased: is the clock ahead? Now is {now}, the newest "
                f"event is from {self.newest}. Of {self} the personal part would go; "
                f"{stays if self.first_to_stay else 'none would stay'}. If the clock "
                "is right, add --trust-clock"
            )


def preview(database: Database, since: str) -> RetentionPreview:
    """What would go and what would stay, if all from before `since` is erased."""
    moment, old = events.c.created_at, outdated(since)
    personal_events = personal.join(events, events.c.sequence == personal.c.sequence)
    going = select(func.count(), func.min(moment), func.max(moment)).where(old)
    staying = select(func.min(moment)).where(~old)
    # An erasure is of this command's clock, and says nothing of it.
    newest = select(moment).where(events.c.kind != ERASURE)
    newest = newest.order_by(events.c.sequence.desc()).limit(1)
    with database.read() as connection:
        count, first, last = connection.execute(
            going.select_from(personal_events)
        ).one()
        first_to_stay = connection.execute(
            staying.select_from(personal_events)
        ).scalar()
        return RetentionPreview(
            count, first, last, first_to_stay, connection.execute(newest).scalar()
        )


def _is_silent(start: str, end: str) -> bool:
    silence = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return silence > _LONGEST_SILENCE
