"""The work list: who waits, and who was decided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from api.schemas.client_keys import ClientKey
from api.store.events.record import Event


def entered(connection: Connection, client_id: ClientKey, at: str) -> None:
    """Put a draft on the list, unless it is there."""


def followed(connection: Connection, events: Sequence[Event]) -> None:
    """Move clients as what was recorded of them says, in its own transaction."""


def removed(connection: Connection, client_ids: Sequence[ClientKey]) -> None:
    """Take clients off the list: forgotten, or drafts whose time is over."""
