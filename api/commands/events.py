"""`events verify`, `replay`, `retention`, `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from api.commands.database import database
from api.errors import EventsError
from api.identifiers import moment, now
from api.services import services
from api.store import erasure
from api.store.chain import Head
from api.store.database import Database
from api.store.retention import outlook
from api.store.verification import Findings
from api.store.verification import verify as verify_chains

events = AppGroup("events", help="What was decided, reviewed and observed.")


@events.command("verify")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What this command printed before: each chain must still go on from there.",
)
def verify(against: Path | None) -> None:
    """Check every hash chain, and print where each one ends.

    The last event must be the one that was noted, outside the database, or a later one.

    Keep what is printed where nobody who can change the database can change it, and
    give it to --against later: then even a cut that was covered up shows.
    """
    earlier = [] if against is None else list(_heads(against))
    store = database()
    findings = verify_chains(store, earlier)
    _require_whole(store, findings)
    for head in findings.heads.values():
        click.echo(f"{head.writer} {head.position} {head.sha256}")
    click.echo(
        f"{findings.events} events in {len(findings.heads)} chains are as they were "
        f"written; the personal part of {findings.erased} was erased",
        err=True,
    )
    if services().chain_end.noted() is None:
        path = services().chain_end.path
        click.echo(
            f"{path}: no end was noted; a store cut short would not show", err=True
        )


@events.command("replay")
def replay() -> None:
    """Score everything stored anew: the answers must be the same, bit for bit."""
    # LightGBM and numpy, which the other commands do without.
    from api.replay import replay as replay_events

    found = replay_events(services().champion(), database())
    click.echo(
        f"{found.same} answers are the same; {found.elsewhere} are of other bundles, "
        f"{found.erased} erased",
        err=True,
    )
    if found.different:
        raise EventsError(
            f"{len(found.different)} answers came out different, the first: "
            f"prediction {found.different[0]}"
        )


@events.command("retention")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    required=True,
    help="How long what describes a person is kept.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and no more.")
@click.option("--trust-clock", is_flag=True, help="Erase even where it seems wrong.")
def retention(days: int, dry_run: bool, trust_clock: bool) -> None:
    """Erase client, request, features and answer of events older than that.

    What was decided, and when, stays, and the chains still verify. Refused when the
    clock seems to be ahead: all would go, the newest event is more than seven days old,
    or so long lies between what would go and what would stay.
    """
    store, chain_end = database(), services().chain_end
    chain_end.require_whole(store)
    today = now()
    since = moment(datetime.fromisoformat(today) - timedelta(days=days))
    expected = outlook(store, since)
    click.echo(f"to erase, from before {since}: {expected}", err=True)
    if not trust_clock:
        expected.require_likely(today)
    if not dry_run:
        count = erasure.retain(store, chain_end, since)
        click.echo(f"{count} events: personal part erased", err=True)


@events.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write events, keys, reports and alerts to the new FILE, while the API serves.

    It holds what the database holds about people: keep it as safe. The known clients
    are not in it; `clients import` brings them back.
    """
    # Only this command and the next need it.
    from api.store.backup import backup as write

    click.echo(f"{file}: {write(database(), file)} events", err=True)


@events.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Put a backup into a new database, of either kind, and verify its chains.

    Make the database by `db upgrade` first. Erase again whom `clients forget` has
    erased since the backup was made.
    """
    from api.store.backup import restore as read

    new = database()
    count = read(new, services().chain_end, file)
    findings = verify_chains(new)
    if findings.broken:
        raise EventsError(f"restored, but {findings.broken}")
    click.echo(f"{count} events are restored, and as they were written", err=True)


def _require_whole(store: Database, findings: Findings) -> None:
    """Raise EventsError that says all that is wrong."""
    wrong = [findings.broken] if findings.broken else []
    try:
        services().chain_end.require_whole(store)
    except EventsError as error:
        wrong.append(error.message)
    if wrong:
        raise EventsError("; ".join(wrong))


def _heads(file: Path) -> Iterator[Head]:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        parts = line.split()
        if len(parts) != 3 or not parts[1].isdecimal():
            expected = "writer, position and SHA-256"
            raise EventsError(f"{file}, line {number}: expected {expected}")
        yield Head(parts[0], int(parts[1]), parts[2])
