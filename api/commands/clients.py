"""`clients import`, `clients list`, `clients forget`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from api.bundle.manifest import Manifest
from api.bundle.read import read_bundle
from api.commands.database import database, require_no_trace
from api.commands.group import Group
from api.identifiers import parts
from api.schemas.client_keys import DRAFT_PATTERN, LARGEST, ClientKey, fault_of
from api.services import services
from api.store.database import Database
from api.store.people import erasure, imports, references

# As many as DuckDB reads at once, or a part of that.
CHUNK = 1024
_NUMBER = click.IntRange(1, LARGEST)

clients = Group("clients", help="The known clients.")


@clients.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--references",
    "references_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV of what you call them: the client's key, and a column `reference`.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help="The bundle that FILE was exported with, where SCORING_BUNDLE has it not yet.",
)
def import_file(file: Path, references_file: Path | None, bundle: Path | None) -> None:
    """Let the clients in FILE (clients.parquet) serve instead of those before.

    They serve from the moment when all of them are in; an import that was cut off
    changes nothing, and the next one clears it away. Clients of another feature set
    than the served bundle's wait until a bundle of theirs is loaded; those before serve
    on till then, and stay for the way back until the next import. A reference stays
    through later imports, until another one is given or the client is forgotten.
    """
    # DuckDB and numpy, which the other commands do without.
    from api.features.clients_file import opened
    from api.features.references_file import read_references

    store = database()
    manifest = read_bundle(bundle or services().config.bundle).manifest
    feature_set = manifest.feature_set
    called: dict[ClientKey, str] = {}
    with opened(file, manifest) as source:
        if references_file is not None:
            called = read_references(references_file, manifest, source.keys())
        serving = imports.serving(store, feature_set)
        if serving is not None and serving.file_sha256 == source.sha256:
            click.echo(f"{file}: already imported, nothing to do", err=True)
            _tell(store)
            _call(store, called)
            return
        imports.clear_away(store)
        identity = (source.sha256, feature_set, source.clients)
        import_id = imports.begin(store, *identity, source.dictionary)
        done = 0
        for rows in source.chunks(CHUNK):
            imports.add(store, import_id, rows)
            done += len(rows)
            click.echo(f"{done} of {source.clients} clients", err=True)
    imports.finish(store, import_id)
    imports.clean(store, feature_set)
    _tell(store)
    _call(store, called)


@clients.command("list")
def list_imports() -> None:
    """Which import serves, which waits for its bundle, which stays for a way back."""
    for one in imports.listed(database()):
        click.echo(one)


@clients.command("forget")
@click.argument("client_id")
def forget(client_id: str) -> None:
    """Erase the client CLIENT_ID, and what describes them in every event.

    The chains still verify. Take the client out of the file that is imported, too: the
    next import of a file that holds them makes them known again. A bundle that was
    trained on them keeps their row until `training forget` and another export.
    """
    store, chain_end = database(), services().chain_end
    key = _key(read_bundle(services().config.bundle).manifest, client_id)
    chain_end.require_whole(store)
    count = erasure.forget(store, chain_end, key)
    require_no_trace(store)
    # Not the id: what is printed may be kept.
    click.echo(f"the client is forgotten, with {count} events", err=True)


def _key(manifest: Manifest, typed: str) -> ClientKey:
    if re.fullmatch(DRAFT_PATTERN, typed):
        return typed
    if manifest.key_type == "integer":
        return int(_NUMBER(typed))
    if fault := fault_of(typed):
        raise click.BadParameter(fault)
    return typed


def _call(store: Database, called: Mapping[ClientKey, str]) -> None:
    """Note what clients are called, some at a time, so that predictions get a turn."""
    for keys in parts([*called]):
        with store.write() as connection:
            references.put(connection, {key: called[key] for key in keys})
    if called:
        click.echo(f"{len(called)} clients have a reference", err=True)


def _tell(store: Database) -> None:
    for one in imports.listed(store):
        click.echo(one, err=True)
