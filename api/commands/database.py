"""A database as every command uses it."""

from __future__ import annotations

import click

from api.services import services
from api.store.database import Database


def database(url: str | None = None) -> Database:
    """The configured one, or that at `url`, with a schema that this code serves on.

    It is closed when the command has ended.

    Its statements may take longer than those of requests, for which somebody waits.
    Raises NotPrepared, DatabaseUnavailable.
    """
    config = services().config
    url = url or config.database_url
    store = Database(url, config.database_timeout_seconds, patient=True)
    click.get_current_context().call_on_close(store.close)
    store.require_schema()
    return store


def require_no_trace(store: Database) -> None:
    """Say so where what was erased may still be read in SQLite's log."""
    if not store.leave_no_trace():
        click.echo(
            "others read the database: its log holds what was erased until it is "
            "written anew; run this again to have it emptied",
            err=True,
        )
