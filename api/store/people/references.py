"""What the lender calls its clients: found by how a word of it begins.

Each reference has a row from each of its words on, folded: so a beginning is a range
of one index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from api.identifiers import parts
from api.schemas.client_keys import ClientKey
from api.store.prepared import Prepared
from api.store.tables import KEY_COLUMNS, key_of, references

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without marks and capitals, spaces single."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


def of(connection: Connection, client_ids: Sequence[ClientKey]) -> dict[ClientKey, str]:
    """The references of those of these clients that have one; of one kind of key."""
    found: dict[ClientKey, str] = {}
    for part in parts(client_ids):
        rows = _OF_IDS[type(part[0])].rows(connection, ids=part)
        found |= {key_of(row): row.reference for row in rows}
    return found


def put(connection: Connection, client_id: ClientKey, reference: str | None) -> None:
    """Instead of the one before, if there was any."""
    remove(connection, [client_id])
    if reference is not None:
        _PUT.run(connection, rows(client_id, reference))


def remove(connection: Connection, client_ids: Sequence[ClientKey]) -> None:
    """Of these clients, whose keys are of one kind."""
    for part in parts(client_ids):
        column = references.c[KEY_COLUMNS[type(part[0])]]
        connection.execute(delete(references).where(column.in_(part)))


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
