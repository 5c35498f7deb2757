"""`keys add`, `keys list`, `keys revoke`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from api.services import services
from api.store import keys as store
from api.store.database import Database

keys = AppGroup("keys", help="Keys that the API's clients send as bearer tokens.")


@keys.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in store.Role]),
    help="What the key may do; give it once per role.",
)
def add(name: str, roles: tuple[str, ...]) -> None:
    """Make a key called NAME and print it, this once."""
    secret = store.add(_database(), name, [store.Role(role) for role in roles])
    click.echo(f"key {name} ({', '.join(roles)}), shown only now:", err=True)
    click.echo(secret)


@keys.command("list")
def list_all() -> None:
    """Print name, roles and dates of every key."""
    for key in store.everyone(_database()):
        until = f"revoked {key.revoked_at}" if key.revoked_at else "valid"
        roles = ",".join(sorted(key.roles))
        click.echo(f"{key.name}\t{roles}\tmade {key.created_at}\t{until}")


@keys.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Make the key called NAME useless from now on."""
    store.revoke(_database(), name)
    click.echo(f"key {name}: revoked", err=True)


def _database() -> Database:
    database = services().database
    database.require_schema()
    return database
