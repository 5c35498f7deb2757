"""`db upgrade`."""

from __future__ import annotations

import click

from api.commands.group import Group
from api.services import services
from api.store.tables import HEAD

db = Group("db", help="The database's schema.")


@db.command("upgrade")
def upgrade() -> None:
    """Make the database, or bring it to the newest schema.

    One that a later version has only added to stays as it is.
    """
    # Alembic takes most of a second to import, and only this needs it.
    from api.store.migrate import upgrade as migrate

    config = services().config
    before, after = migrate(config.database_url, config.database_timeout_seconds)
    change = f"already at {after}" if before == after else f"upgraded to {after}"
    if before == after != HEAD:
        change += f", a later revision than {HEAD} that this version can serve on"
    click.echo(f"database: {change}", err=True)
