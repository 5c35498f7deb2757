"""On which revisions of the schema this code serves: a revision's name says it.

`0002` begins an epoch. What only expands it, so that older code serves on, is `0002.1`,
`0002.2`, and so on; what contracts it begins the next epoch, `0003`. See tables.py.
"""

from __future__ import annotations

import re

import sqlalchemy
from sqlalchemy import Connection

from api.errors import NotPrepared
from api.store.tables import HEAD

UPGRADE = "python -m flask --app api db upgrade"
_NAME = re.compile(r"(\d+)(?:\.(\d+))?")


def current(connection: Connection) -> str | None:
    """The revision a database is at, None before the first."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    query = sqlalchemy.text("SELECT version_num FROM alembic_version")
    revision = connection.execute(query).scalar()
    return None if revision is None else str(revision)


def is_later(revision: str | None) -> bool:
    """Whether a later version of the code made it, and this one serves on it.

    Raises NotPrepared when it made one that this code does not serve on.
    """
    epoch, step = _parts(revision)
    mine, expansions = _parts(HEAD)
    if epoch > mine:
        raise NotPrepared(
            f"the database is at {revision}, made by a later version; this version "
            f"serves {HEAD} and what only adds to it"
        )
    return epoch == mine and step > expansions


def require_served(revision: str | None) -> None:
    """Raise NotPrepared unless this code serves on it."""
    if revision != HEAD and not is_later(revision):
        raise NotPrepared(
            f"the database schema is at {revision or 'no revision'}, expected {HEAD} "
            f"or what only adds to it: run {UPGRADE}"
        )


def _parts(revision: str | None) -> tuple[int, int]:
    """The epoch, and how often it was expanded; a database without any is before."""
    match = _NAME.fullmatch(revision or "0")
    if match is None:
        raise NotPrepared(
            f"the database is at {revision}, expected a revision such as {HEAD}: "
            "it is of other origin; name another one"
        )
    return int(match[1]), int(match[2] or 0)
