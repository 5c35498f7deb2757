"""Applications that are entered here, by keys of ours, until they are decided."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from api.identifiers import now, parts
from api.json_encoding import encode
from api.schemas.client_keys import DRAFT, ClientKey
from api.store.database import Database
from api.store.people.clients import HIGHEST, Client, IdPage, Vectors, pack, unpack
from api.store.prepared import Prepared
from api.store.tables import drafts, idempotency

# Without those that are taken for others; in the order of their bytes.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 10
# How many of one person are pointed out.
MOST_ALIKE = 20


@dataclass(frozen=True)
class Content:
    """What of a draft is stored: `given` as it was sent, records by table.

    `vectors` once it can be scored, of `feature_set`.
    """

    given: Mapping[str, Any]
    feature_set: str | None
    vectors: Vectors | None
    person_sha256: str | None

    def row(self) -> dict[str, Any]:
        history, features = self.vectors or (None, None)
        return {
            "document": zlib.compress(encode(self.given)),
            "feature_set": self.feature_set,
            "history": None if history is None else pack(history),
            "features": None if features is None else pack(features),
            "person_sha256": self.person_sha256,
        }


@dataclass(frozen=True)
class Draft:
    """A draft as it is stored; `expires_at` is None once it is decided."""

    client_id: str
    revision: int
    content: Content
    created_at: str
    updated_at: str
    expires_at: str | None


def new_key() -> str:
    """One that nobody has: of 2^50."""
    return DRAFT + "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))


def find(database: Database, keys: Sequence[str]) -> dict[ClientKey | None, Draft]:
    """The drafts of these keys that are known and whose time is not over, by key."""
    at, known = now(), []
    with database.read() as connection:
        for part in parts(list(dict.fromkeys(keys))):
            known += _OF_KEYS.rows(connection, ids=part)
    return {
        row.client_text: _draft(row)
        for row in known
        if row.expires_at is None or row.expires_at > at
    }


def enter(connection: Connection, key: str, content: Content, at: str, to: str) -> None:
    """Store a new one, to be kept until the moment `to`."""
    dates = {"created_at": at, "updated_at": at, "expires_at": to}
    row = {"client_text": key, "revision": 1, **content.row(), **dates}
    _ENTER.run(connection, [row])


def change(
    connection: Connection, key: str, revision: int, content: Content, at: str
) -> bool:
    """Replace what is stored; False when it is not that revision, or is decided."""
    undecided = _of_revision(key, revision).where(drafts.c.expires_at > at)
    values = {**content.row(), "revision": revision + 1, "updated_at": at}
    return _changes_one(connection, undecided.values(values))


def search(
    database: Database, prefix: str, suffix: str, after: int, limit: int
) -> IdPage:
    """As `clients.search`; a place is what the key reads as a number."""
    key = drafts.c.client_text
    matches = visible(now()) & key.between(prefix, prefix + HIGHEST)
    if suffix:
        matches &= func.substr(key, func.length(key) - len(suffix) + 1) == suffix
    ids = select(key).where(matches)
    some = ids.where(key > _key_of(after)) if after else ids
    total = select(func.count()).select_from(ids.subquery())
    with database.read() as connection:
        found = connection.execute(some.order_by(key).limit(limit + 1)).scalars().all()
        count = connection.execute(total).scalar_one()
    shown = found[:limit]
    last = _place_of(shown[-1]) if len(found) > limit else None
    return IdPage(tuple(shown), count, last)


def of_person(database: Database, person: str | None, since: str) -> list[str]:
    """Drafts that were entered since that moment, of this person."""
    if person is None:
        return []
    query = (
        select(drafts.c.client_text)
        .where(drafts.c.person_sha256 == person, drafts.c.created_at >= since)
        .where(visible(now()))
        .order_by(drafts.c.client_text)
        .limit(MOST_ALIKE)
    )
    with database.read() as connection:
        return list(connection.execute(query).scalars())


def visible(at: str) -> ColumnElement[bool]:
    """Whose time is not over at that moment."""
    return drafts.c.expires_at.is_(None) | (drafts.c.expires_at > at)


def overdue(connection: Connection, at: str, most: int) -> list[str]:
    """Some of the drafts whose time is over at that moment."""
    query = select(drafts.c.client_text).where(drafts.c.expires_at <= at).limit(most)
    return list(connection.execute(query).scalars())


def remove(connection: Connection, keys: Sequence[str]) -> None:
    """With what was answered when they were entered."""
    for part in parts(keys):
        connection.execute(delete(drafts).where(drafts.c.client_text.in_(part)))
        entered = idempotency.c.location.in_([location(key) for key in part])
        first = update(idempotency).where(entered, idempotency.c.event_id.is_(None))
        connection.execute(first.values(answer=None, location=None))


def location(key: str) -> str:
    """Its address."""
    return f"/v1/applications/{key}"


def decided(clients: Sequence[Client]) -> tuple[Update, ...]:
    """That those of these clients who are drafts are decided, as they were scored."""
    entered = {
        (str(client.client_id), client.entered.revision)
        for client in clients
        if client.entered is not None
    }
    return tuple(_of_revision(*one).values(expires_at=None) for one in sorted(entered))


def _place_of(key: str) -> int:
    """From 1 on, in the order of the keys."""
    place = 0
    for character in key.removeprefix(DRAFT):
        place = place * len(ALPHABET) + ALPHABET.index(character)
    return place + 1


def _key_of(place: int) -> str:
    rest, characters = place - 1, ""
    for _ in range(_LENGTH):
        rest, at = divmod(rest, len(ALPHABET))
        characters = ALPHABET[at] + characters
    return DRAFT + characters


def _of_revision(key: str, revision: int) -> Update:
    return update(drafts).where(
        drafts.c.client_text == key, drafts.c.revision == revision
    )


def _changes_one(connection: Connection, change: Update) -> bool:
    counted = change.execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount == 1


_OF_KEYS = Prepared(
    select(drafts).where(
        drafts.c.client_text.in_(bindparam("ids", expanding=True)),
    ),
    many="ids",
)
_ENTER = Prepared(insert(drafts))


def _draft(row: Any) -> Draft:
    vectors = None
    if row.history is not None and row.features is not None:
        vectors = Vectors(unpack(row.history), unpack(row.features))
    given = json.loads(zlib.decompress(row.document))
    content = Content(given, row.feature_set, vectors, row.person_sha256)
    dates = row.created_at, row.updated_at, row.expires_at
    return Draft(row.client_text, row.revision, content, *dates)
