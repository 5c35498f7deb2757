"""The records of imported clients: a JSON object of lists by table and column.

They are kept compressed beside the names and categories of the model's tables, which
tell of nobody, and take two fifths less than alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from api.json_encoding import encode
from api.store.database import Database
from api.store.events.packing import Dictionary, compressed, decompressed
from api.store.people.clients import Client
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
    whose = {"import_id": client.import_id, "client_id": client.number}
    with database.read() as connection:
        packed = _OF_CLIENT.scalar(connection, **whose)
    if packed is None:
        return {}
    known = database.dictionaries.of(packed)
    records: Records = orjson.loads(decompressed(packed, known))
    return records


_OF_CLIENT = Prepared(
    select(clients.c.records).where(
        clients.c.import_id == bindparam("import_id"),
        clients.c.client_id == bindparam("client_id"),
    )
)
