"""What the lender calls its clients."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from api.schemas.client_keys import ClientKey


def of(connection: Connection, client_ids: Sequence[ClientKey]) -> dict[ClientKey, str]:
    """The references of those of these clients that have one; of one kind of key."""
    return {}
