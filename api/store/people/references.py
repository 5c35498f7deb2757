"""What the lender calls its clients: found by how a word of it begins.

Each reference has a row from each of its words on, folded: so a beginning is a range
of one index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
)

from api.identifiers import now, parts
from api.schemas.client_keys import ClientKey
from api.store.database import Database
from api.store.people.clients import HIGHEST, IdPage
from api.store.people.drafts import visible
from api.store.people.imports import SERVING
from api.store.prepared import Prepared
from api.store.tables import (
    KEY_COLUMNS,
    clients,
    drafts,
    key_of,
    references,
)

MOST_COUNTED = 1000
_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without marks and capitals, spaces single."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


def of(connection: Connection, client_ids: Sequence[ClientKey]) -> dict[ClientKey, str]:
    """The references of those of these clients that have one."""
    found: dict[ClientKey, str] = {}
    for kind, query in _OF_IDS.items():
        for part in parts([key for key in client_ids if isinstance(key, kind)]):
            rows = query.rows(connection, ids=part)
            found |= {key_of(row): row.reference for row in rows}
    return found


def put(connection: Connection, called: Mapping[ClientKey, str | None]) -> None:
    """Instead of those before, if there were any; of keys of one kind."""
    remove(connection, [*called])
    new = [row for key, name in called.items() if name for row in rows(key, name)]
    if new:
        _PUT.run(connection, new)


def remove(connection: Connection, client_ids: Sequence[ClientKey]) -> None:
    """Of these clients, whose keys are of one kind."""
    for part in parts(client_ids):
        column = references.c[KEY_COLUMNS[type(part[0])]]
        connection.execute(delete(references).where(column.in_(part)))


def search(
    database: Database, feature_set: str, text: str, after: int, limit: int
) -> IdPage:
    """Clients a word of whose reference begins so, after as many of them.

    How many there are is counted up to `MOST_COUNTED`.
    """
    wanted = folded(text)
    if not wanted:
        return IdPage((), 0, None)
    query = _some(lambda folded: folded.between(wanted, wanted + HIGHEST))
    page = query.order_by(references.c.folded, references.c.id)
    counted = select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())
    served, some = {"feature_set": feature_set}, page.offset(after).limit(limit + 1)
    with database.read() as connection:
        found = connection.execute(some, served).all()
        count = connection.execute(counted, served).scalar_one()
    last = after + limit if len(found) > limit else None
    return IdPage(tuple(map(key_of, found[:limit])), count, last)


def same(
    database: Database, feature_set: str, reference: str | None, most: int
) -> list[ClientKey]:
    """Some of the clients that are called so, but for accents and capitals."""
    if reference is None:
        return []
    whole = folded(reference)
    query = _some(lambda folded: folded == whole[:_LONGEST]).limit(most)
    with database.read() as connection:
        found = connection.execute(query, {"feature_set": feature_set}).all()
    # Another one may only end so.
    return [key_of(row) for row in found if folded(row.reference) == whole]


def _some(which: Callable[[ColumnElement[Any]], ColumnElement[bool]]) -> Select[Any]:
    """The clients that are known of those found, each once; all by indexes."""
    other = references.alias()
    theirs = (other.c.client_text == references.c.client_text) | (
        other.c.client_id == references.c.client_id
    )
    before = tuple_(other.c.folded, other.c.id) < tuple_(
        references.c.folded, references.c.id
    )
    numbered, named = clients.alias(), clients.alias()
    of_number = and_(
        numbered.c.import_id == SERVING,
        numbered.c.client_id == references.c.client_id,
        numbered.c.client_text.is_(None),
    )
    of_text = and_(
        named.c.import_id == SERVING,
        named.c.client_text == references.c.client_text,
    )
    entered = drafts.c.client_text == references.c.client_text
    known = (numbered, of_number), (named, of_text), (drafts, entered & visible(now()))
    joined: FromClause = references
    for table, where in known:
        joined = joined.outerjoin(table, where)
    there = (table.c.client_text.is_not(None) for table in (named, drafts))
    return (
        select(
            *(references.c[name] for name in ("client_id", "client_text", "reference"))
        )
        .select_from(joined)
        .where(
            which(references.c.folded),
            ~exists().where(theirs, before, which(other.c.folded)),
            or_(numbered.c.client_id.is_not(None), *there),
        )
    )


def rows(client_id: ClientKey, reference: str) -> list[Mapping[str, Any]]:
    """As they are stored, the first one of the whole reference."""
    text = folded(reference)
    starts = sorted({0, *(word.start() for word in _WORD.finditer(text))})
    whose: dict[str, Any] = {**dict.fromkeys(KEY_COLUMNS.values()), "reference": ""}
    whose |= {KEY_COLUMNS[type(client_id)]: client_id, "reference": reference}
    return [{**whose, "folded": text[at : at + _LONGEST]} for at in starts]


_LONGEST = 200
_OF_IDS = {
    kind: Prepared(
        select(references.c.client_id, references.c.client_text, references.c.reference)
        .where(references.c[column].in_(bindparam("ids", expanding=True)))
        .distinct(),
        many="ids",
    )
    for kind, column in KEY_COLUMNS.items()
}
_PUT = Prepared(insert(references))
