"""API keys: random, shown once, kept only as their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.errors import KeyRefused
from api.identifiers import now
from api.store.database import Database
from api.store.prepared import Prepared
from api.store.tables import api_keys

# How long a process believes what it read of a key, and of how many keys.
KEPT_SECONDS, MOST_KEPT = 1.0, 1000


class Role(StrEnum):
    """What a key may do; none implies another.

    A delegate asks for others, each time with those of its roles that they have.
    """

    OFFICER = "officer"
    SCORING = "scoring"
    SENIOR = "senior"
    ANALYST = "analyst"
    ADMIN = "admin"
    DELEGATE = "delegate"


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept."""

    id: int
    name: str
    roles: frozenset[Role]
    created_at: str
    revoked_at: str | None
    expires_at: str | None

    def validity(self) -> str:
        """Whether it is valid, and until or since when."""
        if self.revoked_at:
            return f"revoked {self.revoked_at}"
        if self.expires_at is None:
            return "valid"
        return f"{'expired' if self.is_expired() else 'valid until'} {self.expires_at}"

    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    def fault(self) -> str | None:
        """Why it is of no use, in a word; None of a valid one."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.is_expired() else None


def add(
    database: Database, name: str, roles: Sequence[Role], expires_at: str | None = None
) -> str:
    """Make a key and answer it; raises KeyRefused when the name is taken."""
    if expires_at is not None and expires_at <= now():
        raise KeyRefused(f"key {name}: it would have expired at {expires_at}")
    secret = secrets.token_urlsafe(32)
    row = {
        "name": name,
        "sha256": _sha256(secret),
        "roles": json.dumps(sorted(set(roles))),
        "created_at": now(),
        "expires_at": expires_at,
    }
    try:
        with database.write() as connection:
            connection.execute(insert(api_keys).values(row))
    except IntegrityError as error:
        raise KeyRefused(f"key {name}: there is one of this name already") from error
    return secret


def all_keys(database: Database) -> list[ApiKey]:
    """All keys, revoked ones too, oldest first."""
    with database.read() as connection:
        rows = connection.execute(select(api_keys).order_by(api_keys.c.id)).all()
    return [_key(row) for row in rows]


def revoke(database: Database, name: str) -> None:
    """Make a key useless from now on; raises KeyRefused when there is none."""
    valid = (api_keys.c.name == name) & api_keys.c.revoked_at.is_(None)
    change = update(api_keys).where(valid).values(revoked_at=now())
    with database.write() as connection:
        changed = connection.execute(change).rowcount
    if not changed:
        raise KeyRefused(f"key {name}: there is no valid key of this name")


_OF_SECRET = Prepared(select(api_keys).where(api_keys.c.sha256 == bindparam("sha256")))


class KnownKeys:
    """Valid keys, kept for a moment: most requests come by a key that just came.

    A key is read anew when it was read `KEPT_SECONDS` ago: so long a revoked one may
    still be taken. What is unknown or revoked is not kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # By SHA-256, with when the reading began; each change is one step.
        self._kept: dict[str, tuple[ApiKey, float]] = {}

    def find(self, secret: str) -> ApiKey | None:
        """The key that `secret` is, or None; raises DatabaseUnavailable.

        It may be revoked, or expired.
        """
        sha256, asked_at = _sha256(secret), monotonic()
        key, read_at = self._kept.get(sha256, (None, 0.0))
        if key is None or asked_at - read_at >= KEPT_SECONDS:
            key = self._read(sha256)
            self._keep(sha256, key, asked_at)
        return key

    def has_met(self, secret: str) -> bool:
        """Whether this process has taken it as a key, some time ago perhaps."""
        return _sha256(secret) in self._kept

    def _read(self, sha256: str) -> ApiKey | None:
        with self._database.read() as connection:
            row = _OF_SECRET.row(connection, sha256=sha256)
        if row is None or not hmac.compare_digest(row.sha256, sha256):
            return None
        return _key(row)

    def _keep(self, sha256: str, key: ApiKey | None, read_at: float) -> None:
        if key is None or key.revoked_at:
            self._kept.pop(sha256, None)
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[sha256] = key, read_at


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Row[Any]) -> ApiKey:
    roles = frozenset(Role(role) for role in json.loads(row.roles))
    dates = row.created_at, row.revoked_at, row.expires_at
    return ApiKey(row.id, row.name, roles, *dates)
