"""The records of imported clients: a JSON object of lists by table and column.

They are kept compressed beside the names and categories of the model's tables, which
tell of nobody, and take two fifths less than alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select

from api.json_encoding import encode
from api.store.database import Database
from api.store.events.packing import Dictionary, compressed, decompressed
from api.store.people.clients import OF_KEY, Client
from api.store.people.imports import SERVING
from api.store.prepared import Prepared
from api.store.tables import clients

# By table; a table that the lender's data has not is None.
Records = Mapping[str, Mapping[str, Sequence[Any]] | None]


def dictionary(tables: Mapping[str, Mapping[str, Sequence[str]]]) -> Dictionary:
    """Of the categories of each column of each table."""
    return Dictionary((), (), encode(tables).decode())


def pack(document: bytes, dictionary: Dictionary) -> bytes:
    """Records as they are stored."""
    return compressed(document, dictionary)


def of_client(database: Database, client: Client) -> Records:
    """What was imported with this client; empty where the file had no records."""
    query = _OF_CLIENT[type(client.client_id)]
    whose = {"feature_set": client.feature_set, "client_id": client.client_id}
    with database.read() as connection:
        packed = query.scalar(connection, **whose)
    if packed is None:
        return {}
    known = database.dictionaries.of(packed)
    records: Records = orjson.loads(decompressed(packed, known))
    return records


# By the key, not the import they were found in: that may just have been replaced.
_OF_CLIENT = {
    kind: Prepared(select(clients.c.records).where(clients.c.import_id == SERVING, its))
    for kind, its in OF_KEY.items()
}
