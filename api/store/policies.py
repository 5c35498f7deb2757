"""The lender's policies, each kept for ever, and which of them is active.

The built-in one has no rules and is in no table: it is active while no other one is.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, insert, select, update

from api.store.database import Database
from api.store.prepared import Prepared
from api.store.tables import active_policy, policies

# What POLICY events say was done.
ADDED, ACTIVATED = "added", "activated"
BUILT_IN = "built-in"
_ADDED = ("added_by", "added_as", "added_at")


@dataclass(frozen=True)
class StoredPolicy:
    """Who added it, and when; `activated_*` of the active one.

    `added_as`: what tells two people apart; None where nothing did.
    """

    sha256: str
    version: str
    active: bool
    added_by: str | None
    added_as: str | None
    added_at: str | None
    activated_by: str | None
    activated_at: str | None


@cache
def built_in_content() -> bytes:
    """The file of the policy without rules."""
    return resources.files("policy").joinpath("neutral.json").read_bytes()


@cache
def built_in() -> str:
    """What it is known by."""
    return hashlib.sha256(built_in_content()).hexdigest()


def active_on(connection: Connection) -> str:
    """The SHA-256 of the active one, in a transaction that is given."""
    return _ACTIVE.scalar(connection) or built_in()


def active(database: Database) -> str:
    """The SHA-256 of the active one."""
    with database.read() as connection:
        return active_on(connection)


def listed(database: Database) -> list[StoredPolicy]:
    """Newest first; the built-in one is last."""
    with database.read() as connection:
        rows: Sequence[Any] = _ALL.rows(connection)
        now = _ACTIVATED.row(connection)
    none = dict.fromkeys(_ADDED)
    known = [
        *(row._asdict() for row in rows),
        {"sha256": built_in(), "version": BUILT_IN, **none},
    ]
    return [_stored(one, now) for one in known]


def _stored(row: Mapping[str, Any], now: Any) -> StoredPolicy:
    """`now`: the row of the active one."""
    active = row["sha256"] == (now.sha256 or built_in())
    by, at = (now.activated_by, now.activated_at) if active else (None, None)
    return StoredPolicy(**row, active=active, activated_by=by, activated_at=at)


@dataclass(frozen=True)
class PolicyFile:
    """The file as it was added, and the version that it says."""

    version: str
    content: bytes


def read(database: Database, sha256: str) -> PolicyFile | None:
    """None where there is no such policy."""
    if sha256 == built_in():
        return PolicyFile(BUILT_IN, built_in_content())
    with database.read() as connection:
        row = _FILE.row(connection, sha256=sha256)
    return row and PolicyFile(row.version, zlib.decompress(row.document))


def adding(file: bytes, stored: StoredPolicy) -> Insert:
    """The statement that keeps a policy."""
    row = {name: getattr(stored, name) for name in ("sha256", "version", *_ADDED)}
    return insert(policies).values(document=zlib.compress(file, 9), **row)


def activating(sha256: str, by: str, at: str) -> Update:
    """The statement that makes a policy the active one."""
    kept = None if sha256 == built_in() else sha256
    values = {"sha256": kept, "activated_by": by, "activated_at": at}
    return update(active_policy).where(active_policy.c.slot == 1).values(values)


_ACTIVE = Prepared(select(active_policy.c.sha256).where(active_policy.c.slot == 1))
_ACTIVATED = Prepared(select(active_policy).where(active_policy.c.slot == 1))
_ALL = Prepared(
    select(*(policies.c[name] for name in ("sha256", "version", *_ADDED))).order_by(
        policies.c.added_at.desc(), policies.c.sha256
    )
)
_FILE = Prepared(
    select(policies.c.version, policies.c.document).where(
        policies.c.sha256 == bindparam("sha256")
    )
)
