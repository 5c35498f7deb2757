"""Logins that were ended: a mark that outlives every copy of their cookie."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from api.identifiers import moment, now
from api.store.database import Database
from api.store.prepared import Prepared
from api.store.tables import ended_logins

# The dashboard's cookie is good for 31 days: then nobody can come by it any more.
_KEPT = timedelta(days=40)
# How long a process believes that a login stands, and of how many.
_BELIEVED_SECONDS, _MOST_BELIEVED = 1.0, 1000
_MARK = Prepared(
    select(ended_logins.c.ended_at).where(ended_logins.c.login == bindparam("login"))
)


class EndedLogins:
    """Each login is looked up when it was last `_BELIEVED_SECONDS` ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Those that stood, with when that was asked.
        self._stood: dict[str, float] = {}

    def has(self, login: str) -> bool:
        """Whether it was ended; raises DatabaseUnavailable."""
        asked_at = monotonic()
        if asked_at - self._stood.get(login, -_BELIEVED_SECONDS) < _BELIEVED_SECONDS:
            return False
        with self._database.read() as connection:
            ended = _MARK.scalar(connection, login=login) is not None
        if len(self._stood) >= _MOST_BELIEVED:
            self._stood.clear()
        if not ended:
            self._stood[login] = asked_at
        return ended

    def add(self, login: str) -> None:
        """End it for good; raises DatabaseUnavailable."""
        self._stood.pop(login, None)
        old = ended_logins.c.ended_at < moment(datetime.now(UTC) - _KEPT)
        row = {"login": login, "ended_at": now()}
        # It may have been ended before.
        with suppress(IntegrityError), self._database.write() as connection:
            connection.execute(delete(ended_logins).where(old))
            connection.execute(insert(ended_logins).values(row))
