"""`keys add`, `keys list`, `keys revoke`."""

from __future__ import annotations

from datetime import datetime

import click

from api.commands.database import database
from api.commands.group import Group
from api.identifiers import moment
from api.store import keys as store

keys = Group("keys", help="Keys that the API's clients send as bearer tokens.")


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
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="The moment, in UTC, from which the key is not valid any more.",
)
def add(name: str, roles: tuple[str, ...], expires: datetime | None) -> None:
    """Make a key called NAME and print it, this once."""
    granted = [store.Role(role) for role in roles]
    secret = store.add(database(), name, granted, moment(expires) if expires else None)
    click.echo(f"key {name} ({', '.join(roles)}), shown only now:", err=True)
    click.echo(secret)


@keys.command("list")
def list_all() -> None:
    """Print name, roles and dates of every key."""
    for key in store.all_keys(database()):
        roles = ",".join(sorted(key.roles))
        click.echo(f"{key.name}\t{roles}\tmade {key.created_at}\t{key.validity()}")


@keys.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Make the key called NAME useless from now on."""
    store.revoke(database(), name)
    click.echo(f"key {name}: revoked", err=True)
