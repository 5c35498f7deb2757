"""`db upgrade`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from api.services import services

db = AppGroup("db", help="The database's schema.")


@db.command("upgrade")
def upgrade() -> None:
    """Make the database, or bring it to the newest schema."""
    # Alembic takes most of a second to import, and only this needs it.
    from api.store.migrate import upgrade as migrate

    config = services().config
    before, after = migrate(config.database_url, config.database_timeout_seconds)
    change = f"already at {after}" if before == after else f"upgraded to {after}"
    click.echo(f"database: {change}", err=True)
